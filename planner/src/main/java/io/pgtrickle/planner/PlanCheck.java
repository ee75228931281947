package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.dataflow.plan.WindowCall;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Whether a plan makes sense: each column exists and has the type that is claimed, keys can be compared. What fails here is a
/// fault of the planner.
final class PlanCheck {

    private final Plan whole;
    private final Predicate<SqlType> equatable;
    private final Predicate<SqlType> orderable;

    private PlanCheck(Plan whole, Predicate<SqlType> equatable, Predicate<SqlType> orderable) {
        this.whole = whole;
        this.equatable = equatable;
        this.orderable = orderable;
    }

    /// A plan that can be run: whatever is compared has its meaning here.
    ///
    /// @throws PgtrickleException INTERNAL, with the plan's text
    static void check(ViewPlan view) {
        PlanCheck check = new PlanCheck(view.plan(), SqlType::equatable, SqlType::orderable);
        check.plan(view.plan());
        List<SqlType> types = view.plan().types();
        check.that(
                types.equals(view.columns().stream().map(ViewPlan.OutputColumn::type).toList()),
                "the rows' types aren't those of the result's columns");
        for (int key : view.uniqueKey()) {
            check.that(
                    key >= 0 && key < types.size(),
                    "unique key column " + key + " of " + types.size());
            check.that(
                    view.columns().get(key).notNull(), "unique key column " + key + " may be NULL");
            check.that(
                    types.get(key).equatable(),
                    "unique key column " + key + " has no known equality");
        }
    }

    /// A plan in which labels are still to be placed.
    ///
    /// @throws PgtrickleException INTERNAL, with the plan's text
    static void check(Plan plan) {
        new PlanCheck(plan, SqlType::hasEquality, SqlType::hasOrder).plan(plan);
    }

    private void plan(Plan plan) {
        plan.inputs().forEach(this::plan);
        switch (plan) {
            case Plan.Scan(Source source) -> source(source);
            case Plan.Filter(Plan input, Expression predicate) ->
                    condition(predicate, input.types());
            case Plan.Project(Plan input, List<Expression> columns) ->
                    columns.forEach(column -> expression(column, input.types()));
            case Plan.Join(Plan left, Plan right, _, JoinCondition on) ->
                    join(left.types(), right.types(), on);
            case Plan.Values(List<List<Expression>> rows, List<SqlType> types) ->
                    rows.forEach(row -> {
                        row.forEach(cell -> expression(cell, List.of()));
                        that(
                                row.stream().map(Expression::type).toList().equals(types),
                                "a row of values of other types than the others");
                    });
            case Plan.ProjectSet(Plan input, List<Plan.SetFunction> functions, _) ->
                    functions.forEach(function ->
                            function.arguments()
                                    .forEach(argument -> expression(argument, input.types())));
            case Plan.Distinct(Plan input) ->
                    input.types().forEach(type -> equatable(type, "DISTINCT"));
            case Plan.Union(List<Plan> inputs) ->
                    inputs.forEach(input ->
                            that(input.types().equals(plan.types()), "a union of different types"));
            case Plan.SetOperation(Plan left, Plan right, _, _) -> {
                that(left.types().equals(right.types()), "a set operation on different types");
                left.types().forEach(type -> equatable(type, "a set operation"));
            }
            case Plan.TopK(Plan input, List<Expression> partition, List<Plan.SortKey> order, _) -> {
                partition.forEach(key -> key(key, input.types()));
                order(order, input.types());
            }
            case Plan.Window(
                            Plan input,
                            List<Expression> partition,
                            List<Plan.SortKey> order,
                            List<WindowCall> calls) -> {
                partition.forEach(key -> key(key, input.types()));
                order(order, input.types());
                for (WindowCall call : calls) {
                    call.arguments().forEach(argument -> expression(argument, input.types()));
                    call.filter().ifPresent(filter -> condition(filter, input.types()));
                }
            }
            case Plan.Recursive(Plan base, Plan step, _, _) ->
                    that(
                            base.types().equals(step.types()),
                            "a recursive step of other types than its base");
            case Plan.WorkingTable _ -> {}
            case Plan.Aggregate(Plan input, List<Expression> keys, List<AggregateCall> calls) -> {
                keys.forEach(key -> key(key, input.types()));
                calls.forEach(call -> call(call, input.types()));
            }
        }
    }

    private void source(Source source) {
        that(!source.columns().isEmpty(), "a scan without columns");
        if (source.identity() instanceof Source.Identity.Key(List<Integer> columns)) {
            columns.forEach(column ->
                    that(
                            column >= 0
                                    && column < source.columns().size()
                                    && source.columns().get(column).notNull(),
                            "identity column " + column + " is missing or may be NULL"));
        }
    }

    private void join(List<SqlType> left, List<SqlType> right, JoinCondition on) {
        for (EquiKey key : on.keys()) {
            key(key.left(), left);
            key(key.right(), right);
            that(key.left().type().equals(key.right().type()), "a join key of two types");
        }
        List<SqlType> both = new ArrayList<>(left);
        both.addAll(right);
        on.residual().ifPresent(residual -> condition(residual, both));
    }

    private void call(AggregateCall call, List<SqlType> input) {
        call.expressions().forEach(expression -> expression(expression, input));
        call.filter().ifPresent(filter -> condition(filter, input));
        if (call.distinct()) {
            call.arguments().forEach(argument -> key(argument, input));
        }
        order(call.clauses().order(), input);
    }

    private void order(List<Plan.SortKey> order, List<SqlType> input) {
        for (Plan.SortKey key : order) {
            that(
                    orderable.test(key.expression().type()),
                    "an order of type " + PlanText.of(key.expression().type()));
            expression(key.expression(), input);
        }
    }

    private void equatable(SqlType type, String where) {
        that(equatable.test(type), where + " over type " + PlanText.of(type));
    }

    private void condition(Expression condition, List<SqlType> input) {
        that(
                condition.type().equals(SqlType.BOOL),
                "a condition of type " + PlanText.of(condition.type()));
        expression(condition, input);
    }

    private void key(Expression key, List<SqlType> input) {
        that(equatable.test(key.type()), "a key of type " + PlanText.of(key.type()));
        expression(key, input);
    }

    private void expression(Expression expression, List<SqlType> input) {
        if (expression instanceof Column(int index, SqlType type)) {
            that(index >= 0 && index < input.size(), "column #" + index + " of " + input.size());
            that(
                    type.equals(input.get(index)),
                    "column #"
                            + index
                            + " as "
                            + PlanText.of(type)
                            + ", it is "
                            + PlanText.of(input.get(index)));
        }
        Columns.children(expression).forEach(child -> expression(child, input));
    }

    private void that(boolean holds, String fault) {
        if (!holds) {
            throw Refusals.internal(
                    "the planner made a plan with a fault: " + fault + "\n" + PlanText.of(whole));
        }
    }
}
