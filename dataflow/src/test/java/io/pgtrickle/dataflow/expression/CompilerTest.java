package io.pgtrickle.dataflow.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.dataflow.expression.Expression.Branch;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CompilerTest {

    private static final Expression TRUE = bool(true);
    private static final Expression FALSE = bool(false);
    private static final Expression UNKNOWN = bool(null);

    /// Evaluating it is an error.
    private static final Expression FORBIDDEN =
            equal(call(154, "/", SqlType.INT4, number(1L), number(0L)), number(1L));

    @Test
    void andIsFalseIfAnyIsFalseElseUnknownIfAnyIsUnknown() {
        assertThat(value(and(TRUE, TRUE))).isEqualTo(true);
        assertThat(value(and(TRUE, UNKNOWN))).isNull();
        assertThat(value(and(UNKNOWN, FALSE))).isEqualTo(false);
        assertThat(value(and(FALSE, FORBIDDEN))).isEqualTo(false);
    }

    @Test
    void orIsTrueIfAnyIsTrueElseUnknownIfAnyIsUnknown() {
        assertThat(value(or(FALSE, FALSE))).isEqualTo(false);
        assertThat(value(or(FALSE, UNKNOWN))).isNull();
        assertThat(value(or(UNKNOWN, TRUE))).isEqualTo(true);
        assertThat(value(or(TRUE, FORBIDDEN))).isEqualTo(true);
    }

    @Test
    void anUnknownTermDoesNotEndAnAnd() {
        assertThatThrownBy(() -> value(and(UNKNOWN, FORBIDDEN)))
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.ROW_ERROR);
                            assertThat(e.sqlState()).isEqualTo("22012");
                            assertThat(e.messageText()).isEqualTo("division by zero");
                        });
    }

    @Test
    void notOfUnknownIsUnknown() {
        assertThat(value(new Expression.Not(UNKNOWN))).isNull();
        assertThat(value(new Expression.Not(FALSE))).isEqualTo(true);
    }

    @Test
    void testsOfBooleansAreNeverUnknown() {
        assertThat(value(new Expression.BooleanTest(UNKNOWN, Optional.of(true), false)))
                .isEqualTo(false);
        assertThat(value(new Expression.BooleanTest(UNKNOWN, Optional.of(false), true)))
                .isEqualTo(true);
        assertThat(value(new Expression.BooleanTest(UNKNOWN, Optional.empty(), false)))
                .isEqualTo(true);
        assertThat(value(new Expression.BooleanTest(FALSE, Optional.of(false), false)))
                .isEqualTo(true);
        assertThat(value(new Expression.IsNull(UNKNOWN, true))).isEqualTo(false);
    }

    @Test
    void functionsOfNullAreNull() {
        assertThat(value(equal(number(1L), number(null)))).isNull();
        assertThat(value(call(154, "/", SqlType.INT4, number(null), number(0L)))).isNull();
    }

    @Test
    void distinctFromTakesNullForAValue() {
        assertThat(value(new Expression.IsDistinct(equal(number(null), number(null)))))
                .isEqualTo(false);
        assertThat(value(new Expression.IsDistinct(equal(number(1L), number(null)))))
                .isEqualTo(true);
        assertThat(value(new Expression.IsDistinct(equal(number(1L), number(1L)))))
                .isEqualTo(false);
    }

    @Test
    void nullIfGivesTheFirstUnlessEqual() {
        assertThat(value(new Expression.NullIf(equal(number(1L), number(1L)), SqlType.INT4)))
                .isNull();
        assertThat(value(new Expression.NullIf(equal(number(1L), number(2L)), SqlType.INT4)))
                .isEqualTo(1L);
        assertThat(value(new Expression.NullIf(equal(number(1L), number(null)), SqlType.INT4)))
                .isEqualTo(1L);
    }

    @Test
    void caseGoesNoFurtherThanTheFirstTrueCondition() {
        Expression choice =
                new Expression.Case(
                        List.of(
                                new Branch(UNKNOWN, number(1L)),
                                new Branch(TRUE, number(2L)),
                                new Branch(FORBIDDEN, number(3L))),
                        number(4L),
                        SqlType.INT4);
        assertThat(value(choice)).isEqualTo(2L);
    }

    @Test
    void coalesceGoesNoFurtherThanTheFirstValue() {
        assertThat(value(new Expression.Coalesce(List.of(UNKNOWN, TRUE, FORBIDDEN), SqlType.BOOL)))
                .isEqualTo(true);
        assertThat(value(new Expression.Coalesce(List.of(UNKNOWN, UNKNOWN), SqlType.BOOL)))
                .isNull();
    }

    @Test
    void greatestAndLeastPassOverNull() {
        List<Expression> terms = List.of(number(2L), number(null), number(5L), number(3L));
        assertThat(value(new Expression.Extreme(true, terms, SqlType.INT4))).isEqualTo(5L);
        assertThat(value(new Expression.Extreme(false, terms, SqlType.INT4))).isEqualTo(2L);
        assertThat(value(new Expression.Extreme(true, List.of(number(null)), SqlType.INT4)))
                .isNull();
    }

    /// S3, for lists that are spelled out.
    @Test
    void anyAndAllAreThreeValued() {
        Call match = equal(number(1L), number(1L));
        Call mismatch = equal(number(1L), number(2L));
        Call unknown = equal(number(1L), number(null));
        assertThat(value(new Expression.Quantified(false, List.of(mismatch, unknown, match))))
                .isEqualTo(true);
        assertThat(value(new Expression.Quantified(false, List.of(mismatch, unknown)))).isNull();
        assertThat(value(new Expression.Quantified(false, List.of()))).isEqualTo(false);
        assertThat(value(new Expression.Quantified(true, List.of(match, unknown)))).isNull();
        assertThat(value(new Expression.Quantified(true, List.of(unknown, mismatch))))
                .isEqualTo(false);
        assertThat(value(new Expression.Quantified(true, List.of()))).isEqualTo(true);
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        assertThatThrownBy(() -> Compiler.compile(call(1, "nothing", SqlType.INT4, number(1L))))
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNSUPPORTED_FUNCTION));
    }

    @Test
    void orderAndCaseOfTextDependOnTheCollation() {
        Collation english = new Collation(12_345, true, false);
        Collation loose = new Collation(12_346, false, false);
        List<SqlType> texts = List.of(text(english), text(english));
        assertThat(NativeFunctions.supports(67, english, texts)).as("=").isTrue();
        assertThat(NativeFunctions.supports(740, english, texts)).as("<").isFalse();
        assertThat(NativeFunctions.supports(740, Collation.C, texts)).as("< in C").isTrue();
        assertThat(NativeFunctions.supports(67, loose, texts))
                .as("= in a loose collation")
                .isFalse();
        assertThat(NativeFunctions.supports(870, english, List.of(text(english))))
                .as("lower")
                .isFalse();
        assertThat(NativeFunctions.supports(870, Collation.C, List.of(text(english))))
                .as("lower in C")
                .isTrue();
    }

    @Test
    void enumsAreOrderedAsDeclared() {
        SqlType mood = new SqlType.EnumType(99_999, List.of("sad", "ok", "happy"));
        Call less =
                call(
                        3511,
                        ">",
                        SqlType.BOOL,
                        new Expression.Constant("happy", mood),
                        new Expression.Constant("ok", mood));
        assertThat(value(less)).isEqualTo(true);
    }

    private static SqlType text(Collation collation) {
        return new SqlType.Text(Oids.TEXT, false, collation);
    }

    private static @Nullable Object value(Expression expression) {
        return Compiler.compile(expression).evaluate(Row.of());
    }

    private static Expression bool(@Nullable Boolean value) {
        return new Expression.Constant(value, SqlType.BOOL);
    }

    private static Expression number(@Nullable Long value) {
        return new Expression.Constant(value, SqlType.INT4);
    }

    private static Call equal(Expression left, Expression right) {
        return call(65, "=", SqlType.BOOL, left, right);
    }

    private static Call call(int oid, String name, SqlType type, Expression... arguments) {
        return new Call(oid, name, List.of(arguments), type, Collation.NONE);
    }

    private static Expression and(Expression... terms) {
        return new Expression.And(Arrays.asList(terms));
    }

    private static Expression or(Expression... terms) {
        return new Expression.Or(Arrays.asList(terms));
    }
}
