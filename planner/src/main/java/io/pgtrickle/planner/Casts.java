package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.OptionalInt;

/// Casts that PostgreSQL adds when it plans, not when it analyses.
final class Casts {

    private Casts() {}

    static Expression implicit(Expression input, SqlType type, PlannerContext context) {
        if (input.type().equals(type)) {
            return input;
        }
        if (input.type().oid() == type.oid()) {
            return Relabeling.relabel(input, type, context.catalog());
        }
        OptionalInt function = context.catalog().castFunction(input.type().oid(), type.oid());
        return function.isEmpty()
                ? Relabeling.relabel(input, type, context.catalog())
                : new FunctionCalls(context.catalog(), context.support())
                        .call(
                                new FunctionCalls.Request(function.getAsInt(), 0, type, 0),
                                List.of(input));
    }
}
