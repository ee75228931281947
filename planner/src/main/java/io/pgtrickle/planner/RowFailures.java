package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Call;
import java.util.Set;

/// Whether evaluating an expression may end in an error of the row (division by zero, overflow, a bad cast). Where that is so, it
/// matters on which rows a condition is evaluated; where it isn't, it doesn't.
final class RowFailures {

    /// Comparisons and patterns of built-in types, for all values.
    private static final Set<String> OPERATORS =
            Set.of("=", "<>", "<", "<=", ">", ">=", "~~", "!~~", "~~*", "!~~*", "||");

    /// int8 of int2 and int4, int4 of int2, numeric and float8 of integers, float8 of float4; text, length, lower, upper.
    private static final Set<Integer> FUNCTIONS =
            Set.of(754, 481, 313, 1782, 1740, 1781, 235, 316, 482, 311, 1317, 1381, 870, 871);

    private static final int FIRST_NORMAL_OID = 16_384;

    private RowFailures() {}

    static boolean possible(Expression expression) {
        if (expression instanceof Expression.OnlyOne
                || expression instanceof Call call && !isTotal(call)) {
            return true;
        }
        return Columns.children(expression).stream().anyMatch(RowFailures::possible);
    }

    /// Whether a second row of a subquery is an error in it: only where an outer row asks for the value, so no join may ask for it to be
    /// arranged by.
    static boolean asksForOnlyOne(Expression expression) {
        return expression instanceof Expression.OnlyOne
                || Columns.children(expression).stream().anyMatch(RowFailures::asksForOnlyOne);
    }

    private static boolean isTotal(Call call) {
        return Integer.compareUnsigned(call.functionOid(), FIRST_NORMAL_OID) < 0
                && (OPERATORS.contains(call.name()) || FUNCTIONS.contains(call.functionOid()));
    }
}
