package io.pgtrickle.dataflow;

import static io.pgtrickle.dataflow.Fixtures.aggregate;
import static io.pgtrickle.dataflow.Fixtures.call;
import static io.pgtrickle.dataflow.Fixtures.callOf;
import static io.pgtrickle.dataflow.Fixtures.column;
import static io.pgtrickle.dataflow.Fixtures.constant;
import static io.pgtrickle.dataflow.Fixtures.countAll;
import static io.pgtrickle.dataflow.Fixtures.distinct;
import static io.pgtrickle.dataflow.Fixtures.filtered;
import static io.pgtrickle.dataflow.Fixtures.full;
import static io.pgtrickle.dataflow.Fixtures.join;
import static io.pgtrickle.dataflow.Fixtures.keyed;
import static io.pgtrickle.dataflow.Fixtures.scan;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// The plans that the golden files name.
final class SpecPlans {

    static final Source CUSTOMERS =
            keyed("customers", 1, column("id", SqlType.INT4), column("region", Fixtures.TEXT));
    static final Source ORDERS =
            keyed(
                    "orders",
                    1,
                    column("id", SqlType.INT4),
                    column("customer_id", SqlType.INT4),
                    column("amount", SqlType.NUMERIC));
    static final Source LINES =
            full(
                    "lines",
                    column("order_id", SqlType.INT4),
                    column("product", Fixtures.TEXT),
                    column("quantity", SqlType.INT4));
    static final Source READINGS =
            full("readings", column("sensor", SqlType.NUMERIC), column("value", SqlType.FLOAT8));

    private static final Plan ORDERS_OF_CUSTOMERS = join(scan(ORDERS), 1, scan(CUSTOMERS), 0);

    private SpecPlans() {}

    static Plan named(String name) {
        return Stream.of(ALL, SpecJoinPlans.ALL, SpecSetPlans.ALL)
                .filter(plans -> plans.containsKey(name))
                .map(plans -> Objects.requireNonNull(plans.get(name)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no plan \"" + name + "\" in SpecPlans"));
    }

    private static final Map<String, Plan> ALL =
            Map.ofEntries(
                    Map.entry("table", scan(ORDERS)),
                    Map.entry("table_without_key", scan(LINES)),
                    Map.entry("join", ORDERS_OF_CUSTOMERS),
                    Map.entry("join_of_three", join(scan(LINES), 0, ORDERS_OF_CUSTOMERS, 0)),
                    Map.entry("self_join", join(scan(LINES), 1, scan(LINES), 1)),
                    Map.entry("theta_join", thetaJoin()),
                    Map.entry("revenue_by_region", revenueByRegion()),
                    Map.entry("totals", totals()),
                    Map.entry("totals_by_sensor", totalsBySensor()),
                    Map.entry("products", products()),
                    Map.entry("orders_with_totals_of_lines", ordersWithTotals()),
                    Map.entry("histogram", histogram()),
                    Map.entry("spread", AggregatePlans.spread(scan(READINGS))),
                    Map.entry("lists", AggregatePlans.lists(scan(LINES))),
                    Map.entry("list_of_all", AggregatePlans.listOfAll(scan(LINES))),
                    Map.entry("ranked", WindowPlans.ranked(scan(LINES))),
                    Map.entry("frames", WindowPlans.frames(scan(LINES))));

    private static Plan thetaJoin() {
        List<SqlType> types = List.of(SqlType.INT4, Fixtures.TEXT, SqlType.INT4);
        Expression quantity = new Expression.Column(2, types.get(2));
        Expression other = new Expression.Column(5, types.get(2));
        return new Plan.Join(
                scan(LINES),
                scan(LINES),
                Plan.JoinKind.INNER,
                new JoinCondition(
                        List.of(),
                        Optional.of(call(Fixtures.INT4_LESS, "<", SqlType.BOOL, quantity, other))));
    }

    private static Plan revenueByRegion() {
        return aggregate(
                ORDERS_OF_CUSTOMERS,
                new int[] {4},
                countAll(),
                callOf(Kind.SUM, column(ORDERS_OF_CUSTOMERS, 2)),
                callOf(Kind.AVG, column(ORDERS_OF_CUSTOMERS, 2)));
    }

    private static Plan totals() {
        Expression quantity = column(scan(LINES), 2);
        return aggregate(
                scan(LINES),
                new int[0],
                countAll(),
                callOf(Kind.COUNT, quantity),
                callOf(Kind.SUM, quantity),
                callOf(Kind.MIN, quantity),
                callOf(Kind.MAX, quantity),
                callOf(Kind.AVG, quantity));
    }

    private static Plan totalsBySensor() {
        Expression value = column(scan(READINGS), 1);
        return aggregate(
                scan(READINGS),
                new int[] {0},
                countAll(),
                callOf(Kind.SUM, value),
                callOf(Kind.AVG, value),
                callOf(Kind.MIN, value),
                callOf(Kind.MAX, value));
    }

    private static Plan products() {
        Expression quantity = column(scan(LINES), 2);
        Expression many = call(Fixtures.INT4_LESS, "<", SqlType.BOOL, constant(3), quantity);
        return aggregate(
                scan(LINES),
                new int[] {1},
                distinct(callOf(Kind.COUNT, column(scan(LINES), 0))),
                distinct(callOf(Kind.SUM, quantity)),
                filtered(countAll(), many),
                filtered(callOf(Kind.MAX, quantity), many));
    }

    private static Plan ordersWithTotals() {
        Plan perOrder =
                aggregate(scan(LINES), new int[] {0}, callOf(Kind.SUM, column(scan(LINES), 2)));
        Plan joined = join(scan(ORDERS), 0, perOrder, 0);
        return new Plan.Project(
                joined, List.of(column(joined, 0), column(joined, 2), column(joined, 4)));
    }

    /// How many orders have how many lines: an aggregate of an aggregate, with HAVING.
    private static Plan histogram() {
        Plan perOrder = aggregate(scan(LINES), new int[] {0}, countAll());
        Plan several =
                new Plan.Filter(
                        perOrder,
                        call(
                                Fixtures.INT8_GREATER,
                                ">",
                                SqlType.BOOL,
                                column(perOrder, 1),
                                constant(SqlType.INT8, 1L)));
        return aggregate(several, new int[] {1}, countAll());
    }
}
