package io.pgtrickle.dataflow;

import static io.pgtrickle.dataflow.Fixtures.aggregate;
import static io.pgtrickle.dataflow.Fixtures.call;
import static io.pgtrickle.dataflow.Fixtures.callOf;
import static io.pgtrickle.dataflow.Fixtures.column;
import static io.pgtrickle.dataflow.Fixtures.constant;
import static io.pgtrickle.dataflow.Fixtures.countAll;
import static io.pgtrickle.dataflow.Fixtures.scan;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The plans of the golden files about outer joins, semi-joins and anti-joins.
final class SpecJoinPlans {

    private static final Plan CUSTOMERS = scan(SpecPlans.CUSTOMERS);
    private static final Plan ORDERS = scan(SpecPlans.ORDERS);
    private static final Plan LINES = scan(SpecPlans.LINES);
    private static final Plan READINGS = scan(SpecPlans.READINGS);

    static final Map<String, Plan> ALL =
            Map.ofEntries(
                    Map.entry("left_join", byCustomer(JoinKind.LEFT)),
                    Map.entry("left_join_of_bags", bags(JoinKind.LEFT)),
                    Map.entry("left_join_with_condition", bigger(JoinKind.LEFT)),
                    Map.entry("left_theta_join", byLessQuantity(JoinKind.LEFT)),
                    Map.entry("left_join_on_true", onTrue()),
                    Map.entry("left_join_on_one_side", onOneSide()),
                    Map.entry("left_join_by_values", byValue()),
                    Map.entry("sum_over_left_join", sumOverLeftJoin()),
                    Map.entry("left_join_of_aggregates", ofAggregates()),
                    Map.entry("full_join", byCustomer(JoinKind.FULL)),
                    Map.entry("full_join_with_condition", bigger(JoinKind.FULL)),
                    Map.entry("full_join_grouped", fullJoinGrouped()),
                    Map.entry("semi_join", byCustomer(JoinKind.SEMI)),
                    Map.entry("semi_join_with_itself", bigger(JoinKind.SEMI)),
                    Map.entry("anti_join", byCustomer(JoinKind.ANTI)),
                    Map.entry("anti_join_with_itself", bigger(JoinKind.ANTI)),
                    Map.entry("anti_join_of_nulls", nullSafe()),
                    Map.entry("not_in", notIn()));

    private SpecJoinPlans() {}

    private static Plan join(
            JoinKind kind, Plan left, Plan right, List<EquiKey> keys, Expression... residual) {
        return new Plan.Join(
                left,
                right,
                kind,
                new JoinCondition(
                        keys, residual.length == 0 ? Optional.empty() : Optional.of(residual[0])));
    }

    private static EquiKey key(Plan left, int leftColumn, Plan right, int rightColumn) {
        return new EquiKey(column(left, leftColumn), column(right, rightColumn), false);
    }

    private static Expression int4(int index) {
        return new Expression.Column(index, SqlType.INT4);
    }

    private static Expression less(Expression left, Expression right) {
        return call(Fixtures.INT4_LESS, "<", SqlType.BOOL, left, right);
    }

    /// Orders with their customers.
    private static Plan byCustomer(JoinKind kind) {
        return join(kind, ORDERS, CUSTOMERS, List.of(key(ORDERS, 1, CUSTOMERS, 0)));
    }

    /// Lines with their orders, both as often as they are there.
    private static Plan bags(JoinKind kind) {
        Plan products = new Plan.Project(LINES, List.of(column(LINES, 1)));
        return join(kind, products, products, List.of(key(products, 0, products, 0)));
    }

    /// Lines with those of the same product of which there are more.
    private static Plan bigger(JoinKind kind) {
        return join(kind, LINES, LINES, List.of(key(LINES, 1, LINES, 1)), less(int4(2), int4(5)));
    }

    private static Plan byLessQuantity(JoinKind kind) {
        return join(kind, ORDERS, LINES, List.of(), less(int4(0), int4(5)));
    }

    private static Plan onTrue() {
        return join(JoinKind.LEFT, CUSTOMERS, READINGS, List.of());
    }

    /// ON o.customer_id = c.id AND o.id < 5.
    private static Plan onOneSide() {
        return join(
                JoinKind.LEFT,
                ORDERS,
                CUSTOMERS,
                List.of(key(ORDERS, 1, CUSTOMERS, 0)),
                less(int4(0), constant(5)));
    }

    /// Keys that are equal and look different.
    private static Plan byValue() {
        return join(JoinKind.LEFT, READINGS, ORDERS, List.of(key(READINGS, 0, ORDERS, 2)));
    }

    private static Plan sumOverLeftJoin() {
        Plan joined = join(JoinKind.LEFT, CUSTOMERS, ORDERS, List.of(key(CUSTOMERS, 0, ORDERS, 1)));
        return aggregate(
                joined,
                new int[] {0},
                countAll(),
                callOf(Kind.COUNT, column(joined, 2)),
                callOf(Kind.SUM, column(joined, 4)));
    }

    /// Orders by customer against lines by order, under one number.
    private static Plan ofAggregates() {
        Plan orders = aggregate(ORDERS, new int[] {1}, callOf(Kind.SUM, column(ORDERS, 2)));
        Plan lines = aggregate(LINES, new int[] {0}, callOf(Kind.SUM, column(LINES, 2)));
        return join(JoinKind.LEFT, orders, lines, List.of(key(orders, 0, lines, 0)));
    }

    /// GROUP BY COALESCE(o.customer_id, c.id).
    private static Plan fullJoinGrouped() {
        Plan joined = byCustomer(JoinKind.FULL);
        Expression either =
                new Expression.Coalesce(
                        List.of(column(joined, 1), column(joined, 3)), SqlType.INT4);
        return new Plan.Aggregate(
                joined,
                List.of(either),
                List.of(
                        countAll(),
                        callOf(Kind.COUNT, column(joined, 0)),
                        callOf(Kind.COUNT, column(joined, 3))));
    }

    /// Lines of which no order has the number, NULL IS NOT DISTINCT FROM NULL.
    private static Plan nullSafe() {
        return join(
                JoinKind.ANTI,
                LINES,
                ORDERS,
                List.of(new EquiKey(column(LINES, 0), column(ORDERS, 1), true)));
    }

    /// WHERE o.id NOT IN (SELECT order_id FROM lines): no pair for which the equality is true or unknown.
    private static Plan notIn() {
        Expression equal = call(Fixtures.INT4_EQUAL, "=", SqlType.BOOL, int4(1), int4(3));
        return join(
                JoinKind.ANTI,
                ORDERS,
                LINES,
                List.of(),
                new Expression.BooleanTest(equal, Optional.of(false), true));
    }
}
