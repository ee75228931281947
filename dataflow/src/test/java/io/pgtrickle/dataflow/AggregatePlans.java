package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateCall.Clauses;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.Optional;

/// The aggregates beside count, sum, avg, min and max that the golden files name.
final class AggregatePlans {

    private AggregatePlans() {}

    /// Of rows of (sensor numeric, value float8), over all of them.
    static Plan spread(Plan readings) {
        Expression value = Fixtures.column(readings, 1);
        return Fixtures.aggregate(
                readings,
                new int[0],
                call(2722, "var_pop", SqlType.FLOAT8, Clauses.NONE, value),
                call(
                        2717,
                        "stddev_samp",
                        SqlType.NUMERIC,
                        Clauses.NONE,
                        Fixtures.column(readings, 0)));
    }

    /// Of rows of (order_id int4, product text, quantity int4): for each product what is made of all its rows.
    static Plan lists(Plan lines) {
        Expression order = Fixtures.column(lines, 0);
        Expression quantity = Fixtures.column(lines, 2);
        Expression half = Fixtures.constant(SqlType.FLOAT8, 0.5);
        return Fixtures.aggregate(
                lines,
                new int[] {1},
                call(
                        3538,
                        "string_agg",
                        Fixtures.TEXT,
                        new Clauses(
                                Optional.empty(),
                                false,
                                List.of(
                                        new SortKey(quantity, true, true),
                                        new SortKey(order, false, false)),
                                List.of()),
                        Fixtures.column(lines, 1),
                        Fixtures.constant(Fixtures.TEXT, "+")),
                call(
                        3972,
                        "percentile_disc",
                        SqlType.INT4,
                        new Clauses(
                                Optional.empty(),
                                false,
                                List.of(new SortKey(quantity, false, false)),
                                List.of(half))),
                call(
                        3986,
                        "rank",
                        SqlType.INT8,
                        new Clauses(
                                Optional.empty(),
                                false,
                                List.of(new SortKey(quantity, true, true)),
                                List.of(Fixtures.constant(4)))));
    }

    /// The same over all rows: there is one also over none.
    static Plan listOfAll(Plan lines) {
        Plan.Aggregate lists = (Plan.Aggregate) lists(lines);
        return new Plan.Aggregate(lines, List.of(), lists.calls());
    }

    private static AggregateCall call(
            int oid, String name, SqlType type, Clauses clauses, Expression... arguments) {
        return new AggregateCall(
                new AggregateFunction(Kind.OTHER, oid, name, Collation.C),
                List.of(arguments),
                clauses,
                type);
    }
}
