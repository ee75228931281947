package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/// Inner joins that follow each other, before anything is decided about their order: a set of leaves and a set of conditions.
/// Semijoins and antijoins among them only filter, and so are conditions too.
///
/// Expressions refer to *slots*: the columns of all leaves side by side.
///
/// @param terms conditions that must all be true
/// @param outputs the columns of the whole
record Cluster(
        List<Plan> leaves, List<Expression> terms, List<Probe> probes, List<Expression> outputs) {

    Cluster(
            List<Plan> leaves,
            List<Expression> terms,
            List<Probe> probes,
            List<Expression> outputs) {
        this.leaves = List.copyOf(leaves);
        this.terms = List.copyOf(terms);
        this.probes = List.copyOf(probes);
        this.outputs = List.copyOf(outputs);
    }

    /// A semijoin or antijoin.
    ///
    /// @param terms of its condition; those over its left row are over `left`
    /// @param left what its left row was, over the slots
    record Probe(JoinKind kind, JoinTerms terms, Plan right, List<Expression> left) {
        Probe(JoinKind kind, JoinTerms terms, Plan right, List<Expression> left) {
            this.kind = kind;
            this.terms = terms;
            this.right = right;
            this.left = List.copyOf(left);
        }

        /// The slots that it looks at.
        BitSet slots() {
            BitSet columns = new BitSet();
            terms.keys().forEach(key -> columns.or(Columns.of(key.left())));
            terms.left().forEach(term -> columns.or(Columns.of(term)));
            terms.both().forEach(term -> columns.or(Columns.of(term)));
            BitSet slots = new BitSet();
            columns.get(0, left.size()).stream()
                    .forEach(column -> slots.or(Columns.of(left.get(column))));
            return slots;
        }
    }

    /// Whether the node is, or only filters and projects, what is to be seen as a cluster.
    static boolean isRoot(Plan plan, EquiKeys equiKeys) {
        return switch (plan) {
            case Plan.Filter(Plan input, _) -> isRoot(input, equiKeys);
            case Plan.Project(Plan input, _) -> isRoot(input, equiKeys);
            case Plan.Join join ->
                    switch (join.kind()) {
                        case INNER -> isFlat(join, equiKeys);
                        case SEMI, ANTI -> isRoot(join.left(), equiKeys);
                        case LEFT, FULL -> false;
                    };
            case Plan _ -> false;
        };
    }

    /// Whether all its keys can be said as conditions.
    private static boolean isFlat(Plan.Join join, EquiKeys equiKeys) {
        return join.on().keys().stream().allMatch(key -> equiKeys.condition(key).isPresent());
    }

    static Cluster of(Plan root, List<Expression> above, EquiKeys equiKeys) {
        Builder builder = new Builder(equiKeys);
        List<Expression> outputs = builder.flatten(root);
        above.forEach(term -> builder.add(Columns.substitute(term, outputs)));
        return new Cluster(builder.leaves, builder.terms, builder.probes, outputs);
    }

    private static final class Builder {

        private final EquiKeys equiKeys;
        private final List<Plan> leaves = new ArrayList<>();
        private final List<Expression> terms = new ArrayList<>();
        private final List<Probe> probes = new ArrayList<>();
        private int width;

        Builder(EquiKeys equiKeys) {
            this.equiKeys = equiKeys;
        }

        /// @return the node's columns
        List<Expression> flatten(Plan plan) {
            if (!isRoot(plan, equiKeys)) {
                return leaf(plan);
            }
            return switch (plan) {
                case Plan.Filter(Plan input, Expression predicate) -> {
                    List<Expression> columns = flatten(input);
                    add(Columns.substitute(predicate, columns));
                    yield columns;
                }
                case Plan.Project(Plan input, List<Expression> projection) -> {
                    List<Expression> columns = flatten(input);
                    yield projection.stream()
                            .map(column -> Columns.substitute(column, columns))
                            .toList();
                }
                case Plan.Join join -> join.kind() == JoinKind.INNER ? inner(join) : probe(join);
                case Plan _ -> leaf(plan);
            };
        }

        private void add(Expression condition) {
            for (Expression term : Conjuncts.split(condition)) {
                if (!terms.contains(term)) {
                    terms.add(term);
                }
            }
        }

        /// A single constant row is no leaf.
        private List<Expression> leaf(Plan plan) {
            if (plan instanceof Plan.Values(List<List<Expression>> rows, _)
                    && rows.size() == 1
                    && rows.getFirst().stream().allMatch(Expression.Constant.class::isInstance)) {
                return rows.getFirst();
            }
            leaves.add(plan);
            List<SqlType> types = plan.types();
            List<Expression> columns = new ArrayList<>();
            for (SqlType type : types) {
                columns.add(new Column(width++, type));
            }
            return columns;
        }

        private List<Expression> inner(Plan.Join join) {
            List<Expression> left = flatten(join.left());
            List<Expression> right = flatten(join.right());
            for (EquiKey key : join.on().keys()) {
                EquiKey over =
                        new EquiKey(
                                Columns.substitute(key.left(), left),
                                Columns.substitute(key.right(), right),
                                key.nullsMatch());
                equiKeys.condition(over).map(ConstantFolding::fold).ifPresent(this::add);
            }
            List<Expression> both = new ArrayList<>(left);
            both.addAll(right);
            join.on().residual().ifPresent(residual -> add(Columns.substitute(residual, both)));
            return both;
        }

        private List<Expression> probe(Plan.Join join) {
            List<Expression> left = flatten(join.left());
            JoinTerms on = JoinTerms.of(join.on(), left.size(), equiKeys);
            if (join.kind() == JoinKind.SEMI) {
                on.left().forEach(term -> add(Columns.substitute(term, left)));
                on = new JoinTerms(on.keys(), List.of(), on.right(), on.both());
            }
            probes.add(new Probe(join.kind(), on, join.right(), left));
            return left;
        }
    }

    /// Which leaf each slot belongs to.
    int[] leavesOfSlots() {
        List<Integer> owners = new ArrayList<>();
        for (int leaf = 0; leaf < leaves.size(); leaf++) {
            for (int i = 0; i < leaves.get(leaf).types().size(); i++) {
                owners.add(leaf);
            }
        }
        return owners.stream().mapToInt(Integer::intValue).toArray();
    }

    /// The slot of each leaf's first column.
    int base(int leaf) {
        return leaves.subList(0, leaf).stream().mapToInt(plan -> plan.types().size()).sum();
    }

    /// The equality that a term is, where both of its sides have columns.
    static Optional<EquiKey> equality(Expression term, EquiKeys equiKeys) {
        return equiKeys.of(term)
                .filter(key ->
                        !Columns.of(key.left()).isEmpty() && !Columns.of(key.right()).isEmpty());
    }
}
