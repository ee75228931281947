package io.pgtrickle.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Over the tables of `RandomPlans`: id is #0, a #1, b #2, c #3.
final class PlanRewriterTest {

    private static final Plan T0 = RandomPlans.scan(0);
    private static final Plan T1 = RandomPlans.scan(1);
    private static final Plan T2 = RandomPlans.scan(2);

    private static String rewritten(Plan naive) {
        return PlanText.of(new PlanRewriter(RandomPlans.FACTS).rewrite(naive))
                .replaceAll(" \\[[^]]*] by key \\[0]", "")
                .replaceAll("/\\d+| int8|::int8", "");
    }

    private static Column int8(int index) {
        return new Column(index, SqlType.INT8);
    }

    private static Expression constant(long value) {
        return new Constant(value, SqlType.INT8);
    }

    private static Expression equal(Expression left, Expression right) {
        return call(467, "=", SqlType.BOOL, left, right);
    }

    private static Expression positive(Expression value) {
        return call(470, ">", SqlType.BOOL, value, constant(0));
    }

    private static Expression quotient(Expression left, Expression right) {
        return call(465, "/", SqlType.INT8, left, right);
    }

    private static Expression call(
            int function, String name, SqlType type, Expression left, Expression right) {
        return new Call(function, name, List.of(left, right), type, Collation.NONE);
    }

    private static Plan join(Plan left, Plan right, JoinKind kind, Expression... terms) {
        return new Plan.Join(
                left,
                right,
                kind,
                new JoinCondition(List.of(), Conjuncts.combined(List.of(terms))));
    }

    private static Plan filter(Plan input, Expression... terms) {
        return new Plan.Filter(input, Conjuncts.and(List.of(terms)));
    }

    private static Plan pick(Plan input, Integer... columns) {
        return new Plan.Project(
                input,
                List.of(columns).stream()
                        .<Expression>map(i -> new Column(i, input.types().get(i)))
                        .toList());
    }

    private static Plan counts(Plan input, Expression key) {
        return new Plan.Aggregate(
                input,
                List.of(key),
                List.of(
                        new AggregateCall(
                                new AggregateFunction(
                                        AggregateFunction.Kind.COUNT,
                                        2803,
                                        "count",
                                        Collation.NONE),
                                List.of(),
                                AggregateCall.Clauses.NONE,
                                SqlType.INT8)));
    }

    @Test
    void aConstantIsCarriedOverAnEquality() {
        Plan naive =
                pick(
                        filter(
                                join(T0, T1, JoinKind.INNER),
                                equal(int8(1), int8(4)),
                                equal(int8(4), constant(5))),
                        0);
        assertThat(rewritten(naive))
                .isEqualTo(
                        """
                        Project [#0]
                          Join [#1 = #0]
                            Filter =(#1, 5)
                              Scan s.t0
                            Filter =(#0, 5)
                              Scan s.t1
                        """);
    }

    @Test
    void noCrossProductIsMadeWhateverTheOrder() {
        Plan naive =
                pick(
                        filter(
                                join(join(T0, T1, JoinKind.INNER), T2, JoinKind.INNER),
                                equal(int8(1), int8(8)),
                                equal(int8(5), int8(8))),
                        0);
        assertThat(rewritten(naive)).doesNotContain("all pairs").contains("Join [#1 = #0]");
    }

    @Test
    void anOuterJoinWhosePadsAreThrownAwayIsInner() {
        Plan naive =
                filter(join(T0, T1, JoinKind.LEFT, equal(int8(1), int8(4))), positive(int8(5)));
        assertThat(rewritten(naive))
                .isEqualTo(
                        """
                        Join [#1 = #0]
                          Scan s.t0
                          Filter >(#1, 0)
                            Scan s.t1
                        """);
    }

    @Test
    void aFullJoinPadsOnlyTheSideThatMayBeMissing() {
        Plan naive =
                pick(
                        filter(
                                join(T0, T1, JoinKind.FULL, equal(int8(1), int8(4))),
                                positive(int8(4))),
                        0,
                        4);
        assertThat(rewritten(naive))
                .isEqualTo(
                        """
                        Project [#1, #0]
                          Join left [#0 = #1]
                            Filter >(#0, 0)
                              Scan s.t1
                            Scan s.t0
                        """);
    }

    @Test
    void aConditionOnTheLeftHoldsForThePartnersOfALeftJoin() {
        Plan naive =
                pick(
                        filter(
                                join(
                                        T0,
                                        T1,
                                        JoinKind.LEFT,
                                        equal(int8(1), int8(5)),
                                        positive(int8(4))),
                                equal(int8(1), constant(7))),
                        0,
                        4);
        assertThat(rewritten(naive))
                .isEqualTo(
                        """
                        Project [#0, #2]
                          Join left [#1 = #1]
                            Filter =(#1, 7)
                              Scan s.t0
                            Filter and(>(#0, 0), =(#1, 7))
                              Scan s.t1
                        """);
    }

    @Test
    void aLeftJoinThatNobodyReadsGoes() {
        Plan naive = pick(join(T0, T1, JoinKind.LEFT, equal(int8(1), int8(4))), 0);
        assertThat(rewritten(naive)).isEqualTo("Scan s.t0\n");
    }

    @Test
    void aConditionThatMayFailWaitsForTheJoin() {
        Plan naive =
                pick(
                        filter(
                                join(join(T0, T1, JoinKind.INNER), T2, JoinKind.INNER),
                                positive(quotient(int8(1), int8(5))),
                                equal(int8(0), int8(4)),
                                equal(int8(4), int8(8))),
                        0);
        assertThat(rewritten(naive))
                .startsWith("Project [#0]\n  Filter >(/(#1, #2), 0)\n    Join [#0 = #0]\n");
    }

    @Test
    void aConditionThatMayFailStandsBehindThoseThatCanNot() {
        Plan naive = filter(T0, positive(quotient(constant(1), int8(1))), positive(int8(0)));
        Plan joined = pick(filter(join(naive, T1, JoinKind.INNER), equal(int8(0), int8(4))), 0);
        assertThat(rewritten(joined)).contains("Filter and(>(/(1, #1), 0), >(#0, 0))");
        Plan above =
                pick(
                        filter(
                                join(T0, T1, JoinKind.INNER),
                                equal(int8(0), int8(4)),
                                positive(quotient(constant(1), int8(1))),
                                positive(int8(0))),
                        0);
        assertThat(rewritten(above)).contains("Filter and(>(#0, 0), >(/(1, #1), 0))");
    }

    @Test
    void whatTheBranchesOfAnOrHaveInCommonIsAKey() {
        Expression key = equal(int8(0), int8(4));
        Plan naive =
                pick(
                        filter(
                                join(T0, T1, JoinKind.INNER),
                                new Expression.Or(
                                        List.of(
                                                new Expression.And(
                                                        List.of(key, equal(int8(1), constant(1)))),
                                                new Expression.And(
                                                        List.of(
                                                                key,
                                                                equal(int8(5), constant(2))))))),
                        0);
        assertThat(rewritten(naive)).contains("Join [#0 = #0] where or(=(#1, 1), =(#3, 2))");
    }

    @Test
    void aSemijoinFiltersBeforeTheOtherTableIsJoined() {
        Plan naive =
                pick(
                        join(
                                filter(join(T0, T1, JoinKind.INNER), equal(int8(1), int8(4))),
                                T2,
                                JoinKind.SEMI,
                                equal(int8(0), int8(9))),
                        0,
                        5);
        assertThat(rewritten(naive)).contains("Join [#1 = #0]\n    Join semi [#0 = #0]");
    }

    @Test
    void aConditionPassesGroupingByItsKeysOnly() {
        Plan naive = filter(counts(T0, int8(1)), positive(int8(0)), positive(int8(1)));
        assertThat(rewritten(naive))
                .isEqualTo(
                        """
                        Filter >(#1, 0)
                          Aggregate by [#1] [count(*)]
                            Filter >(#1, 0)
                              Scan s.t0
                        """);
    }

    @Test
    void distinctIsNoWorkWhereRowsAreDistinct() {
        assertThat(rewritten(new Plan.Distinct(pick(T0, 1, 0)))).doesNotContain("Distinct");
        assertThat(rewritten(new Plan.Distinct(pick(T0, 1)))).contains("Distinct");
        assertThat(rewritten(first(T0, int8(0)))).doesNotContain("Aggregate");
        assertThat(rewritten(first(T0, int8(1)))).contains("Aggregate");
    }

    private static Plan first(Plan input, Expression key) {
        return new Plan.Aggregate(
                input, List.of(key), List.of(SingleRows.any(int8(1)), SingleRows.COUNT));
    }

    @Test
    void whatIsUsedTwiceIsComputedOnce() {
        Plan counts = counts(T0, int8(1));
        Plan naive =
                pick(
                        filter(
                                join(counts, counts, JoinKind.INNER),
                                equal(int8(0), int8(2)),
                                positive(int8(0))),
                        0,
                        3);
        String text = rewritten(naive);
        assertThat(text.split("\n"))
                .filteredOn(line -> line.strip().equals("Aggregate by [#1] [count(*)]"))
                .hasSize(2);
        assertThat(text).doesNotContain("Filter >(#1, 0)\n            Scan");
    }

    @Test
    void noRowsAreKnownWhereAConditionIsNeverTrue() {
        Plan nothing = new Plan.Filter(T1, new Expression.IsNull(int8(0), /* negated= */ false));
        assertThat(rewritten(pick(join(T0, nothing, JoinKind.ANTI), 0))).isEqualTo("Scan s.t0\n");
        assertThat(rewritten(new Plan.Union(List.of(pick(T0, 0), pick(nothing, 0)))))
                .isEqualTo("Scan s.t0\n");
    }

    @Test
    void aTableIsReadOnceWithTheColumnsOfAllItsPlaces() {
        Plan plan =
                new PlanRewriter(RandomPlans.FACTS)
                        .rewrite(
                                pick(
                                        filter(
                                                join(T0, T0, JoinKind.INNER),
                                                equal(int8(0), int8(5))),
                                        1,
                                        7));
        var sources = new ViewPlan(plan, List.of(), List.of(), "", List.of()).sources();
        assertThat(sources.getOrDefault(RandomPlans.OID, List.of()).stream().distinct()).hasSize(1);
    }

    @Test
    void aConditionPassesALimitByItsPartitionOnly() {
        Plan topK =
                new Plan.TopK(
                        T0,
                        List.of(int8(1)),
                        List.of(new Plan.SortKey(int8(0), false, false)),
                        new Plan.Limit(Optional.of(2L), 0, false));
        assertThat(rewritten(filter(topK, positive(int8(0)), positive(int8(1)))))
                .startsWith("Filter >(#0, 0)\n  TopK")
                .endsWith("Filter >(#1, 0)\n      Scan s.t0\n");
    }
}
