package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A plan under construction.
///
/// @param slots which slot each column of the plan is
record Rows(Plan plan, List<Integer> slots) {

    Rows(Plan plan, List<Integer> slots) {
        this.plan = plan;
        this.slots = List.copyOf(slots);
        if (plan.types().size() != slots.size()) {
            throw Refusals.internal(
                    "a plan of "
                            + plan.types().size()
                            + " columns with "
                            + slots.size()
                            + " slots");
        }
    }

    /// One row without columns.
    static Rows unit() {
        return new Rows(new Plan.Values(List.of(List.of()), List.of()), List.of());
    }

    boolean isUnit() {
        return plan.equals(unit().plan());
    }

    boolean has(int slot) {
        return slots.contains(slot);
    }

    boolean hasAll(Expression expression) {
        return Columns.of(expression).stream().allMatch(this::has);
    }

    /// The expression over slots as one over the plan's columns.
    Expression place(Expression expression) {
        return place(expression, slots);
    }

    private static Expression place(Expression expression, List<Integer> slots) {
        return Columns.replace(
                expression,
                column -> {
                    int place = slots.indexOf(column.index());
                    if (place < 0) {
                        throw Refusals.internal("an expression refers to what isn't there");
                    }
                    return new Column(place, column.type());
                });
    }

    List<Expression> place(List<? extends Expression> expressions) {
        List<Expression> placed = new ArrayList<>(expressions.size());
        for (Expression expression : expressions) {
            placed.add(place(expression));
        }
        return placed;
    }

    /// A slot as a column of the plan.
    Column column(int slot) {
        int place = slots.indexOf(slot);
        return new Column(place, plan.types().get(place));
    }

    Rows filter(List<Expression> conditions) {
        return conditions.isEmpty()
                ? this
                : new Rows(new Plan.Filter(plan, place(conjunction(conditions))), slots);
    }

    static Expression conjunction(List<Expression> conditions) {
        return conditions.size() == 1 ? conditions.getFirst() : new Expression.And(conditions);
    }

    /// Every pair.
    Rows cross(Rows right) {
        if (isUnit()) {
            return right;
        }
        return right.isUnit() ? this : join(right, JoinKind.INNER, List.of(), List.of());
    }

    /// @param keys over the plans' columns
    /// @param conditions over the slots of both
    Rows join(Rows right, JoinKind kind, List<EquiKey> keys, List<Expression> conditions) {
        List<Integer> both = new ArrayList<>(slots);
        both.addAll(right.slots);
        Optional<Expression> residual =
                conditions.isEmpty()
                        ? Optional.empty()
                        : Optional.of(place(conjunction(conditions), both));
        return new Rows(
                new Plan.Join(plan, right.plan, kind, new JoinCondition(keys, residual)),
                kind.hasRightColumns() ? both : slots);
    }

    /// @param columns what each column is, over this one's slots
    /// @param names the new columns' slots
    Rows project(List<? extends Expression> columns, List<Integer> names) {
        return new Rows(new Plan.Project(plan, place(columns)), names);
    }

    /// Without the columns that have other slots.
    Rows keep(List<Integer> wanted) {
        return wanted.equals(slots)
                ? this
                : project(
                        wanted.stream().map(slot -> new Column(slot, type(slot))).toList(), wanted);
    }

    SqlType type(int slot) {
        return plan.types().get(slots.indexOf(slot));
    }

    /// With further columns.
    Rows extend(List<? extends Expression> columns, List<Integer> names) {
        List<Expression> all = new ArrayList<>();
        slots.forEach(slot -> all.add(new Column(slot, type(slot))));
        all.addAll(columns);
        List<Integer> places = new ArrayList<>(slots);
        places.addAll(names);
        return project(all, places);
    }
}
