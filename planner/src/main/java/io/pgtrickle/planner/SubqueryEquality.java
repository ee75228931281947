package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Call;
import java.util.List;
import java.util.Optional;

/// A comparison `x = y` of one outer value with one column of a subquery: NULL exactly where x or y is.
///
/// @param outer over the outer rows' slots
/// @param inner over the subquery's slots
record SubqueryEquality(Expression outer, Expression inner) {

    /// Empty where the test is something else.
    static Optional<SubqueryEquality> of(Expression test, Rows subquery) {
        if (test instanceof Call call
                && call.name().equals("=")
                && call.arguments().size() == 2
                && call.functionOid() > 0
                && call.functionOid() < 16_384) {
            List<Expression> sides = call.arguments();
            boolean first = subquery.hasAll(sides.get(0)) && !isClosed(sides.get(0));
            boolean second = subquery.hasAll(sides.get(1)) && !isClosed(sides.get(1));
            if (first != second) {
                return Optional.of(
                        second
                                ? new SubqueryEquality(sides.get(0), sides.get(1))
                                : new SubqueryEquality(sides.get(1), sides.get(0)));
            }
        }
        return Optional.empty();
    }

    private static boolean isClosed(Expression side) {
        return Columns.of(side).isEmpty();
    }
}
