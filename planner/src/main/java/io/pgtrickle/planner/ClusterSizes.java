package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.dataflow.plan.Plan;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Guesses, for `JoinOrder`, how large the leaves of a cluster are and how many values they have in the columns by which they are
/// joined.
final class ClusterSizes {

    private static final double FACTOR = 10;

    /// References that follow each other and still make a difference.
    private static final int MAX_LEVELS = 8;

    private static final double MAX_SIZE = 1e9;

    private static final double EQUAL = 0.1;
    private static final double COMPARED = 0.3;
    private static final double OTHER = 0.5;

    private final List<Plan> leaves;
    private final List<RowProperties> properties;
    private final PlanFacts facts;

    private final List<Tie> ties;

    private final double[] sizes;

    /// Leaves that are joined by equal values.
    ///
    /// @param columns by leaf, the column that is tied; -1 for an expression
    /// @param constant whether the value is known
    record Tie(Map<Integer, Integer> columns, boolean constant) {
        Tie(Map<Integer, Integer> columns, boolean constant) {
            this.columns = Map.copyOf(columns);
            this.constant = constant;
        }
    }

    ClusterSizes(
            List<Plan> leaves, List<RowProperties> properties, PlanFacts facts, List<Tie> ties) {
        this.leaves = List.copyOf(leaves);
        this.properties = List.copyOf(properties);
        this.facts = facts;
        this.ties = List.copyOf(ties);
        this.sizes = new double[leaves.size()];
        grow();
    }

    JoinOrder order() {
        double[] rows = new double[sizes.length];
        for (int leaf = 0; leaf < rows.length; leaf++) {
            rows[leaf] =
                    properties.get(leaf).isUnique(Set.of())
                            ? 1
                            : Math.max(1, sizes[leaf] * share(leaves.get(leaf)));
        }
        return new JoinOrder(rows, ties.stream().map(this::tie).toList());
    }

    /// There are as many values as the leaf has rows for which they are a key.
    private JoinOrder.Tie tie(Tie tie) {
        BitSet tied = new BitSet();
        double values = tie.constant() ? 1 : Double.MAX_VALUE;
        for (Map.Entry<Integer, Integer> each : tie.columns().entrySet()) {
            int leaf = each.getKey();
            tied.set(leaf);
            boolean key =
                    each.getValue() >= 0 && properties.get(leaf).isUnique(Set.of(each.getValue()));
            values = Math.min(values, key ? sizes[leaf] : Math.max(FACTOR, sizes[leaf] / FACTOR));
        }
        return new JoinOrder.Tie(tied, values);
    }

    /// A leaf is larger than every one that it refers to.
    private void grow() {
        Arrays.fill(sizes, FACTOR);
        for (int level = 1; level < Math.min(sizes.length, MAX_LEVELS); level++) {
            for (int leaf = 0; leaf < sizes.length; leaf++) {
                for (int other = 0; other < sizes.length; other++) {
                    if (other != leaf && refers(leaf, other) && !refers(other, leaf)) {
                        double larger = Math.min(FACTOR * sizes[other], MAX_SIZE);
                        sizes[leaf] = Math.max(sizes[leaf], larger);
                    }
                }
            }
        }
    }

    /// Whether each row of the leaf meets at most one of the other.
    private boolean refers(int leaf, int other) {
        Set<Integer> columns = new HashSet<>();
        for (Tie tie : ties) {
            int column = tie.columns().getOrDefault(other, -1);
            if (column >= 0 && tie.columns().containsKey(leaf)) {
                columns.add(column);
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
