package io.pgtrickle.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class NullabilityTest {

    private static final int STRICT = 65;
    private static final Column A = new Column(0, SqlType.BOOL);
    private static final Column B = new Column(1, SqlType.BOOL);

    private static Call call(int function, Expression left, Expression right) {
        return new Call(function, "=", List.of(left, right), SqlType.BOOL, Collation.NONE);
    }

    private static List<Integer> demanded(Expression condition) {
        return Nullability.demanded(condition, function -> function == STRICT).stream()
                .boxed()
                .toList();
    }

    @Test
    void aStrictComparisonDemandsBothSides() {
        assertThat(demanded(call(STRICT, A, B))).containsExactly(0, 1);
        assertThat(demanded(call(99, A, B))).isEmpty();
    }

    @Test
    void bothTermsOfAnAndAreDemandedOnlyWhereItIsTrue() {
        Expression and = new Expression.And(List.of(A, B));
        assertThat(demanded(and)).containsExactly(0, 1);
        assertThat(demanded(new Expression.Not(and))).isEmpty();
        assertThat(demanded(call(STRICT, and, B))).containsExactly(1);
        assertThat(demanded(new Expression.IsNull(and, true))).isEmpty();
        assertThat(demanded(new Expression.Or(List.of(A, B)))).isEmpty();
    }

    @Test
    void testsDemandWhatTheySay() {
        assertThat(demanded(new Expression.IsNull(A, true))).containsExactly(0);
        assertThat(demanded(new Expression.IsNull(A, false))).isEmpty();
        assertThat(demanded(new Expression.BooleanTest(A, Optional.of(false), false)))
                .containsExactly(0);
        assertThat(demanded(new Expression.BooleanTest(A, Optional.of(true), true))).isEmpty();
        assertThat(demanded(new Expression.BooleanTest(A, Optional.empty(), false))).isEmpty();
        assertThat(demanded(new Expression.BooleanTest(A, Optional.empty(), true)))
                .containsExactly(0);
    }

    @Test
    void valuesAreNeverNullWhereThatIsCertain() {
        Expression zero = new Expression.Constant(0L, SqlType.INT4);
        assertThat(
                        Nullability.notNull(
                                new Expression.Coalesce(List.of(A, zero), SqlType.INT4),
                                _ -> false))
                .isTrue();
        assertThat(Nullability.notNull(new Expression.IsNull(A, false), _ -> false)).isTrue();
        assertThat(Nullability.notNull(call(STRICT, A, B), column -> column == 0)).isFalse();
        assertThat(Nullability.notNull(call(STRICT, A, B), _ -> true)).isTrue();
        assertThat(Nullability.notNull(call(20_000, A, B), _ -> true)).isFalse();
        assertThat(
                        Nullability.notNull(
                                new Expression.Case(
                                        List.of(new Expression.Branch(A, zero)),
                                        new Expression.Constant(null, SqlType.INT4),
                                        SqlType.INT4),
                                _ -> true))
                .isFalse();
    }
}
