package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Joins whose condition has subqueries. One that takes values of one side is computed there. One that takes values of both is
/// computed for the pairs; the rows of a side without a pair are found by their images:
///
///     A ⟕ B = P ∪ (A ▷ P) × NULLs,  where P = σ(A × B)
final class OuterPairs {

    private final Subqueries subqueries;

    OuterPairs(Subqueries subqueries) {
        this.subqueries = subqueries;
    }

    /// @param keys over the sides' columns
    /// @param on over the slots of both
    Rows join(Rows left, Rows right, JoinKind kind, List<EquiKey> keys, List<Expression> on) {
        // what is attached comes behind the columns that are there, so the keys stay what they are
        return subqueries
                .attachToSides(left, right, on)
                .map(attached ->
                        attached.left().join(attached.right(), kind, keys, attached.conditions()))
                .orElseGet(() -> pairs(left, right, kind, keys, on));
    }

    private Rows pairs(
            Rows left, Rows right, JoinKind kind, List<EquiKey> keys, List<Expression> on) {
        List<Expression> plain = on.stream().filter(term -> !Subqueries.isIn(term)).toList();
        List<Expression> rest = on.stream().filter(Subqueries::isIn).toList();
        Rows all = left.join(right, JoinKind.INNER, keys, plain);
        Subqueries.Attachment attached = subqueries.attach(all, rest);
        Plan filtered = attached.rows().filter(attached.expressions()).plan();
        List<SqlType> types = all.plan().types();
        int width = left.slots().size();
        Plan pairs = new Plan.Project(filtered, Columns.identity(types));
        List<Plan> branches = new ArrayList<>(List.of(pairs));
        if (kind == JoinKind.LEFT || kind == JoinKind.FULL) {
            branches.add(padded(without(left.plan(), pairs, 0), types, 0));
        }
        if (kind == JoinKind.FULL) {
            branches.add(padded(without(right.plan(), pairs, width), types, width));
        }
        Plan plan = branches.size() == 1 ? pairs : new Plan.Union(branches);
        return new Rows(plan, all.slots());
    }

    /// The side's rows that are in no pair.
    ///
    /// @param first the side's first column in the pairs
    private static Plan without(Plan side, Plan pairs, int first) {
        List<EquiKey> keys = new ArrayList<>();
        for (int i = 0; i < side.types().size(); i++) {
            SqlType type = side.types().get(i);
            keys.add(
                    new EquiKey(
                            exact(new Column(i, type)), exact(new Column(first + i, type)), true));
        }
        return new Plan.Join(side, pairs, JoinKind.ANTI, new JoinCondition(keys, Optional.empty()));
    }

    private static Expression exact(Column column) {
        return column.type().equatable() && column.type().equalMeansSameImage()
                ? column
                : new Expression.Image(column);
    }

    private static Plan padded(Plan side, List<SqlType> types, int first) {
        List<Expression> columns = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            boolean own = i >= first && i < first + side.types().size();
            columns.add(
                    own ? new Column(i - first, types.get(i)) : new Constant(null, types.get(i)));
        }
        return new Plan.Project(side, columns);
    }
}
