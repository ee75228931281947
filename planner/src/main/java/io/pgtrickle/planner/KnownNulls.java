package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.model.type.SqlType;
import java.util.BitSet;
import java.util.Optional;

/// Expressions over rows of which some columns are never NULL: questions for NULL are answered.
final class KnownNulls {

    private KnownNulls() {}

    /// @param notNull columns that are never NULL
    static Expression simplify(Expression expression, BitSet notNull) {
        Expression simple = Columns.withChildren(expression, child -> simplify(child, notNull));
        return ConstantFolding.fold(
                switch (simple) {
                    case Expression.IsNull(Expression input, boolean negated)
                            when isNotNull(input, notNull) ->
                            bool(negated);
                    case Expression.IsDistinct(Call equality)
                            when equality.arguments().stream()
                                    .allMatch(side -> isNotNull(side, notNull)) ->
                            new Expression.Not(equality);
                    case Expression.BooleanTest(
                                    Expression input,
                                    Optional<Boolean> tested,
                                    boolean negated)
                            when isNotNull(input, notNull) ->
                            tested.isEmpty()
                                    ? bool(negated)
                                    : tested.get() == negated ? not(input) : input;
                    case Expression.Not(Expression input) -> not(input);
                    case Expression _ -> simple;
                });
    }

    private static boolean isNotNull(Expression expression, BitSet notNull) {
        return Nullability.notNull(expression, notNull::get) && !RowFailures.possible(expression);
    }

    private static Expression bool(boolean value) {
        return new Constant(value, SqlType.BOOL);
    }

    private static Expression not(Expression input) {
        return input instanceof Expression.Not(Expression inner)
                ? inner
                : new Expression.Not(input);
    }

    /// Where only true counts, `x IS TRUE` is `x`.
    static Expression condition(Expression term) {
        return term
                                instanceof
                                Expression.BooleanTest(
                                        Expression input,
                                        Optional<Boolean> tested,
                                        boolean negated)
                        && !negated
                        && tested.orElse(false)
                ? input
                : term;
    }
}
