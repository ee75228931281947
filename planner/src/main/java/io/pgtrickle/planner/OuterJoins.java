package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;

/// Outer joins don't pad where the padded rows are thrown away: from the top down goes the set of columns without which a row
/// can't have an effect on the result.
final class OuterJoins {

    private final IntPredicate strict;

    OuterJoins(PlanFacts facts) {
        this.strict = facts.strict();
    }

    Plan reduce(Plan plan) {
        return reduce(plan, new BitSet());
    }

    /// @param demanded columns of which a row has no effect where one is NULL
    private Plan reduce(Plan plan, BitSet demanded) {
        return switch (plan) {
            case Plan.Scan _, Plan.Values _, Plan.WorkingTable _ -> plan;
            case Plan.Filter(Plan input, Expression predicate) -> {
                BitSet more = Nullability.demanded(predicate, strict);
                more.or(demanded);
                yield new Plan.Filter(reduce(input, more), predicate);
            }
            case Plan.Project(Plan input, List<Expression> columns) ->
                    new Plan.Project(reduce(input, below(demanded, columns)), columns);
            case Plan.ProjectSet(Plan input, var functions, boolean ordinality) ->
                    new Plan.ProjectSet(
                            reduce(input, demanded.get(0, input.types().size())),
                            functions,
                            ordinality);
            case Plan.Aggregate(Plan input, List<Expression> keys, var calls) ->
                    new Plan.Aggregate(
                            reduce(input, below(demanded.get(0, keys.size()), keys)), keys, calls);
            case Plan.Distinct(Plan input) -> new Plan.Distinct(reduce(input, demanded));
            case Plan.Union(List<Plan> inputs) ->
                    new Plan.Union(inputs.stream().map(input -> reduce(input, demanded)).toList());
            case Plan.SetOperation(Plan left, Plan right, var operator, boolean all) ->
                    new Plan.SetOperation(
                            reduce(left, demanded), reduce(right, demanded), operator, all);
            case Plan.TopK(Plan input, var partition, List<SortKey> order, var limit) ->
                    new Plan.TopK(
                            reduce(input, ofPartition(demanded, partition)),
                            partition,
                            order,
                            limit);
            case Plan.Window(Plan input, var partition, List<SortKey> order, var calls) ->
                    new Plan.Window(
                            reduce(input, ofPartition(demanded, partition)),
                            partition,
                            order,
                            calls);
            case Plan.Recursive(Plan base, Plan step, int id, boolean all) ->
                    new Plan.Recursive(
                            reduce(base, new BitSet()), reduce(step, new BitSet()), id, all);
            case Plan.Join join -> join(join, demanded);
        };
    }

    private BitSet below(BitSet demanded, List<Expression> columns) {
        BitSet below = new BitSet();
        demanded.stream()
                .forEach(column -> below.or(Nullability.required(columns.get(column), strict)));
        return below;
    }

    /// A whole partition has no effect where one of these is NULL.
    private static BitSet ofPartition(BitSet demanded, List<Expression> partition) {
        BitSet kept = new BitSet();
        RowProperties.columns(partition).forEach(kept::set);
        kept.and(demanded);
        return kept;
    }

    private Plan join(Plan.Join join, BitSet demanded) {
        int shift = join.left().types().size();
        BitSet fromLeft = demanded.get(0, shift);
        BitSet fromRight = demanded.get(shift, Math.max(shift, demanded.length()));
        JoinKind kind = join.kind();
        if (kind == JoinKind.FULL && fromLeft.isEmpty() && !fromRight.isEmpty()) {
            return right(join, fromRight);
        }
        kind =
                switch (kind) {
                    case INNER, SEMI, ANTI -> kind;
                    case LEFT -> fromRight.isEmpty() ? kind : JoinKind.INNER;
                    case FULL ->
                            fromLeft.isEmpty()
                                    ? kind
                                    : fromRight.isEmpty() ? JoinKind.LEFT : JoinKind.INNER;
                };
        BitSet matching = matching(join.on(), shift);
        BitSet left = new BitSet();
        BitSet right = new BitSet();
        if (kind != JoinKind.FULL) {
            left.or(fromLeft);
            right.or(matching.get(shift, Math.max(shift, matching.length())));
        }
        if (kind == JoinKind.INNER || kind == JoinKind.SEMI) {
            left.or(matching.get(0, shift));
        }
        if (kind == JoinKind.INNER) {
            right.or(fromRight);
        }
        return new Plan.Join(
                reduce(join.left(), left), reduce(join.right(), right), kind, join.on());
    }

    /// Columns of the concatenated row that aren't NULL in a pair that matches.
    private BitSet matching(JoinCondition on, int shift) {
        BitSet columns = new BitSet();
        for (EquiKey key : on.keys()) {
            if (!key.nullsMatch()) {
                columns.or(Nullability.required(key.left(), strict));
                Nullability.required(key.right(), strict).stream()
                        .forEach(column -> columns.set(column + shift));
            }
        }
        on.residual().ifPresent(residual -> columns.or(Nullability.demanded(residual, strict)));
        return columns;
    }

    /// The pairs and the unmatched right rows: LEFT with its sides exchanged, the columns put back into their order.
    private Plan right(Plan.Join full, BitSet fromRight) {
        int left = full.left().types().size();
        int right = full.right().types().size();
        UnaryOperator<Expression> exchange =
                expression ->
                        Columns.replace(
                                expression,
                                column ->
                                        new Column(
                                                column.index() < left
                                                        ? column.index() + right
                                                        : column.index() - left,
                                                column.type()));
        List<EquiKey> keys =
                full.on().keys().stream()
                        .map(key ->
                                new EquiKey(
                                        /* left= */ key.right(),
                                        /* right= */ key.left(),
                                        key.nullsMatch()))
                        .toList();
        Plan.Join exchanged =
                new Plan.Join(
                        /* left= */ full.right(),
                        /* right= */ full.left(),
                        JoinKind.LEFT,
                        new JoinCondition(keys, full.on().residual().map(exchange)));
        return new Plan.Project(
                join(exchanged, fromRight),
                Columns.identity(full.types()).stream().map(exchange).toList());
    }
}
