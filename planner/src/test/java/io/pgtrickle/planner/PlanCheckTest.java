package io.pgtrickle.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.Source.SourceColumn;
import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.dataflow.plan.ViewPlan.OutputColumn;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PlanCheckTest {

    private static final Plan SCAN =
            new Plan.Scan(
                    new Source(
                            20_000,
                            "s",
                            "t",
                            List.of(
                                    new SourceColumn(1, "id", SqlType.INT4, true),
                                    new SourceColumn(2, "v", SqlType.NUMERIC, false)),
                            new Source.Identity.Key(List.of(0))));

    private static ViewPlan view(Plan plan, List<Integer> key) {
        List<OutputColumn> columns =
                plan.types().stream()
                        .map(type ->
                                new OutputColumn(
                                        "c", type.oid(), -1, 0, type, type.equals(SqlType.INT4)))
                        .toList();
        return new ViewPlan(plan, columns, key, "", List.of());
    }

    private static void assertFault(ViewPlan view, String fault) {
        assertThatThrownBy(() -> PlanCheck.check(view))
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        e -> {
                            assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL);
                            assertThat(e.messageText()).contains(fault).contains("Scan s.t");
                        });
    }

    @Test
    void acceptsASoundPlan() {
        assertThatCode(() -> PlanCheck.check(view(SCAN, List.of(0)))).doesNotThrowAnyException();
    }

    @Test
    void findsAColumnThatIsNotThere() {
        assertFault(
                view(new Plan.Project(SCAN, List.of(new Column(2, SqlType.INT4))), List.of()),
                "column #2 of 2");
    }

    @Test
    void findsAColumnOfAnotherType() {
        assertFault(
                view(new Plan.Project(SCAN, List.of(new Column(1, SqlType.INT4))), List.of()),
                "it is numeric");
    }

    @Test
    void findsAConditionThatIsNoBoolean() {
        assertFault(
                view(new Plan.Filter(SCAN, new Column(0, SqlType.INT4)), List.of()),
                "condition of type int4");
    }

    @Test
    void findsAJoinKeyOfTwoTypes() {
        Plan.JoinCondition on =
                new Plan.JoinCondition(
                        List.of(
                                new Plan.EquiKey(
                                        new Column(0, SqlType.INT4),
                                        new Column(1, SqlType.NUMERIC),
                                        false)),
                        Optional.empty());
        assertFault(
                view(new Plan.Join(SCAN, SCAN, Plan.JoinKind.INNER, on), List.of()), "two types");
    }

    @Test
    void findsAKeyThatCanNotBeCompared() {
        Expression json = new Expression.Constant(null, new SqlType.Opaque(114, false));
        assertFault(
                view(new Plan.Aggregate(SCAN, List.of(json), List.of()), List.of()),
                "key of type opaque");
    }

    @Test
    void findsANullableUniqueKey() {
        assertFault(view(SCAN, List.of(1)), "may be NULL");
    }
}
