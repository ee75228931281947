package io.pgtrickle.dataflow;

import static io.pgtrickle.dataflow.Fixtures.column;
import static io.pgtrickle.dataflow.Fixtures.scan;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.dataflow.plan.Plan.Limit;
import io.pgtrickle.dataflow.plan.Plan.SetOperator;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The plans of the golden files about DISTINCT, set operations, limits and scalar subqueries.
final class SpecSetPlans {

    private static final Plan ORDERS = scan(SpecPlans.ORDERS);
    private static final Plan LINES = scan(SpecPlans.LINES);
    private static final Plan READINGS = scan(SpecPlans.READINGS);

    private static final Plan CUSTOMERS_OF_ORDERS = project(ORDERS, 1);
    private static final Plan ORDERS_OF_LINES = project(LINES, 0);

    static final Map<String, Plan> ALL =
            Map.ofEntries(
                    Map.entry("distinct", new Plan.Distinct(ORDERS_OF_LINES)),
                    Map.entry("distinct_values", new Plan.Distinct(project(READINGS, 0))),
                    Map.entry(
                            "union",
                            new Plan.Distinct(
                                    new Plan.Union(List.of(CUSTOMERS_OF_ORDERS, ORDERS_OF_LINES)))),
                    Map.entry("intersect", sets(SetOperator.INTERSECT, false)),
                    Map.entry("intersect_all", sets(SetOperator.INTERSECT, true)),
                    Map.entry("except", sets(SetOperator.EXCEPT, false)),
                    Map.entry("except_all", sets(SetOperator.EXCEPT, true)),
                    Map.entry(
                            "except_values",
                            new Plan.SetOperation(
                                    project(READINGS, 0),
                                    project(ORDERS, 2),
                                    SetOperator.EXCEPT,
                                    true)),
                    Map.entry("chained", chained()),
                    Map.entry("first_two", first(List.of(), limit(2, 0, false))),
                    Map.entry("first_two_after_one", first(List.of(), limit(2, 1, false))),
                    Map.entry("first_two_with_ties", first(List.of(), limit(2, 0, true))),
                    Map.entry(
                            "all_after_one",
                            first(List.of(), new Limit(Optional.empty(), 1, false))),
                    Map.entry(
                            "first_of_each_product",
                            first(List.of(column(LINES, 1)), limit(1, 0, false))),
                    Map.entry(
                            "nulls_and_values_in_order",
                            new Plan.TopK(
                                    READINGS,
                                    List.of(),
                                    List.of(new SortKey(column(READINGS, 0), true, false)),
                                    limit(2, 0, false))),
                    Map.entry("scalar_subquery", scalar()));

    private SpecSetPlans() {}

    private static Plan project(Plan plan, int column) {
        return new Plan.Project(plan, List.of(column(plan, column)));
    }

    private static Plan sets(SetOperator operator, boolean all) {
        return new Plan.SetOperation(CUSTOMERS_OF_ORDERS, ORDERS_OF_LINES, operator, all);
    }

    /// (customers EXCEPT ALL orders) INTERSECT quantities.
    private static Plan chained() {
        return new Plan.SetOperation(
                sets(SetOperator.EXCEPT, true), project(LINES, 2), SetOperator.INTERSECT, false);
    }

    private static Limit limit(long count, long offset, boolean withTies) {
        return new Limit(Optional.of(count), offset, withTies);
    }

    /// Lines ORDER BY quantity DESC, in PostgreSQL's default NULLs first.
    private static Plan first(List<Expression> partition, Limit limit) {
        return new Plan.TopK(
                LINES, partition, List.of(new SortKey(column(LINES, 2), true, true)), limit);
    }

    /// SELECT o.*, (SELECT product FROM lines WHERE order_id = o.id) FROM orders o.
    private static Plan scalar() {
        List<AggregateCall> calls =
                List.of(
                        new AggregateCall(
                                new AggregateFunction(
                                        Kind.OTHER, 6291, "any_value", Collation.NONE),
                                List.of(column(LINES, 1)),
                                AggregateCall.Clauses.NONE,
                                column(LINES, 1).type()),
                        new AggregateCall(
                                new AggregateFunction(Kind.COUNT, 2803, "count", Collation.NONE),
                                List.of(),
                                AggregateCall.Clauses.NONE,
                                SqlType.INT8));
        Plan one = new Plan.Aggregate(LINES, List.of(column(LINES, 0)), calls);
        Plan joined =
                new Plan.Join(
                        ORDERS,
                        one,
                        JoinKind.LEFT,
                        new JoinCondition(
                                List.of(new EquiKey(column(ORDERS, 0), column(one, 0), false)),
                                Optional.empty()));
        List<Expression> columns = new ArrayList<>();
        for (int i = 0; i < ORDERS.types().size(); i++) {
            columns.add(column(joined, i));
        }
        int product = ORDERS.types().size() + 1;
        columns.add(new Expression.OnlyOne(column(joined, product), column(joined, product + 1)));
        return new Plan.Project(joined, columns);
    }
}
