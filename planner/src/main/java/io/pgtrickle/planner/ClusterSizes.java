package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.dataflow.plan.Plan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Guesses, for `JoinOrder`, how large the leaves of a cluster are and how many values they have in the columns by which they are
/// joined.
final class ClusterSizes {

    private static final double FACTOR = 10;
    private static final double EQUAL = 0.1;
    private static final double COMPARED = 0.3;
    private static final double OTHER = 0.5;

    private final List<Plan> leaves;
    private final List<RowProperties> properties;
    private final PlanFacts facts;

    /// Of each tie, by leaf, the column of the leaf that is tied; -1 for an expression.
    private final List<Map<Integer, Integer>> ties;

    private final double[] sizes;

    ClusterSizes(
            List<Plan> leaves,
            List<RowProperties> properties,
            PlanFacts facts,
            List<Map<Integer, Integer>> ties) {
        this.leaves = List.copyOf(leaves);
        this.properties = List.copyOf(properties);
        this.facts = facts;
        this.ties = ties.stream().map(Map::copyOf).toList();
        this.sizes = new double[leaves.size()];
        for (int leaf = 0; leaf < sizes.length; leaf++) {
            sizes[leaf] = size(leaf, new HashSet<>());
        }
    }

    JoinOrder order() {
        double[] rows = new double[sizes.length];
        for (int leaf = 0; leaf < rows.length; leaf++) {
            rows[leaf] =
                    properties.get(leaf).isUnique(Set.of())
                            ? 1
                            : Math.max(1, sizes[leaf] * share(leaves.get(leaf)));
        }
        List<Map<Integer, Double>> values = new ArrayList<>();
        for (Map<Integer, Integer> tie : ties) {
            Map<Integer, Double> byLeaf = new HashMap<>();
            tie.forEach((leaf, column) -> byLeaf.put(leaf, values(leaf, column)));
            values.add(byLeaf);
        }
        return new JoinOrder(rows, values);
    }

    private double values(int leaf, int column) {
        return column >= 0 && properties.get(leaf).isUnique(Set.of(column))
                ? sizes[leaf]
                : Math.max(1, sizes[leaf] / FACTOR);
    }

    /// A leaf is larger than every one that it refers to.
    private double size(int leaf, Set<Integer> above) {
        double size = FACTOR;
        above.add(leaf);
        for (int other = 0; other < leaves.size(); other++) {
            if (!above.contains(other) && refers(leaf, other) && !refers(other, leaf)) {
                size = Math.max(size, FACTOR * size(other, above));
            }
        }
        above.remove(leaf);
        return size;
    }

    /// Whether each row of the leaf meets at most one of the other.
    private boolean refers(int leaf, int other) {
        Set<Integer> columns = new HashSet<>();
        for (Map<Integer, Integer> tie : ties) {
            if (tie.containsKey(leaf) && tie.getOrDefault(other, -1) >= 0) {
                columns.add(tie.get(other));
            }
        }
        return !columns.isEmpty() && properties.get(other).isUnique(columns);
    }

    /// The part of a leaf's rows that its conditions let through.
    private double share(Plan plan) {
        return switch (plan) {
            case Plan.Filter(Plan input, Expression predicate) -> {
                double share = share(input);
                for (Expression term : Conjuncts.split(predicate)) {
                    share *= share(term);
                }
                yield share;
            }
            case Plan.Project(Plan input, _) -> share(input);
            case Plan.Join join ->
                    switch (join.kind()) {
                        case SEMI, ANTI -> share(join.left()) * OTHER;
                        case INNER, LEFT, FULL -> share(join.left());
                    };
            case Plan _ -> 1;
        };
    }

    private double share(Expression term) {
        boolean withConstant = Columns.children(term).stream().anyMatch(Constant.class::isInstance);
        return switch (term) {
            case Expression.Call call -> {
                boolean isEquality = facts.equiKeys().of(call).isPresent();
                yield isEquality && withConstant ? EQUAL : withConstant ? COMPARED : OTHER;
            }
            case Expression.Quantified(boolean all, var comparisons) ->
                    all ? OTHER : Math.min(OTHER, EQUAL * comparisons.size());
            case Expression _ -> OTHER;
        };
    }
}
