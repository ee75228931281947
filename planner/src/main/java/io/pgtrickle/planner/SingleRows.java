package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;

/// Groups of which one row is taken and all are counted, as a scalar subquery's. Where each group has one row anyway they are no work.
final class SingleRows {

    private static final int ANY_VALUE = 6291;
    private static final int COUNT_STAR = 2803;

    static final AggregateCall COUNT =
            new AggregateCall(
                    new AggregateFunction(Kind.COUNT, COUNT_STAR, "count", Collation.NONE),
                    List.of(),
                    AggregateCall.Clauses.NONE,
                    SqlType.INT8);

    private SingleRows() {}

    static AggregateCall any(Expression value) {
        return new AggregateCall(
                new AggregateFunction(Kind.OTHER, ANY_VALUE, "any_value", Collation.NONE),
                List.of(value),
                AggregateCall.Clauses.NONE,
                value.type());
    }

    static boolean isSuch(Plan.Aggregate aggregate) {
        return !aggregate.keys().isEmpty()
                && aggregate.calls().stream()
                        .allMatch(call ->
                                call.equals(COUNT)
                                        || call.function().oid() == ANY_VALUE
                                                && call.filter().isEmpty());
    }

    /// What comes out where each group has one row.
    static List<Expression> columns(Plan.Aggregate aggregate) {
        List<Expression> columns = new ArrayList<>(aggregate.keys());
        for (AggregateCall call : aggregate.calls()) {
            columns.add(call.argument().orElse(new Expression.Constant(1L, SqlType.INT8)));
        }
        return columns;
    }
}
