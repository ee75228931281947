package io.pgtrickle.dataflow;

import static io.pgtrickle.dataflow.Fixtures.call;
import static io.pgtrickle.dataflow.Fixtures.column;
import static io.pgtrickle.dataflow.Fixtures.delete;
import static io.pgtrickle.dataflow.Fixtures.insert;
import static io.pgtrickle.dataflow.Fixtures.scan;
import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.dataflow.plan.Plan.Limit;
import io.pgtrickle.dataflow.plan.Plan.SetOperator;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a change costs in reads and writes of state: the same over 200 rows as over 2,000.
class StateCostTest {

    private static final Source A =
            Fixtures.full(
                    "a",
                    column("id", SqlType.INT4),
                    column("hub", SqlType.INT4),
                    column("price", SqlType.NUMERIC));
    private static final Source B =
            Fixtures.full(
                    "b",
                    column("id", SqlType.INT4),
                    column("hub", SqlType.INT4),
                    column("price", SqlType.NUMERIC));

    private static final Plan LEFT = scan(A);
    private static final Plan RIGHT = scan(B);

    static Stream<Plan> plans() {
        Stream<Plan> byId =
                Stream.of(JoinKind.values())
                        .flatMap(kind -> Stream.of(join(kind, 0, false), join(kind, 0, true)));
        return Stream.concat(
                byId,
                Stream.of(
                        new Plan.Distinct(LEFT),
                        new Plan.Distinct(new Plan.Project(LEFT, List.of(column(LEFT, 1)))),
                        new Plan.SetOperation(LEFT, RIGHT, SetOperator.EXCEPT, true),
                        new Plan.SetOperation(LEFT, RIGHT, SetOperator.INTERSECT, false),
                        top(List.of(), new Limit(Optional.of(5L), 2, false)),
                        top(List.of(), new Limit(Optional.empty(), 3, false)),
                        top(List.of(column(LEFT, 1)), new Limit(Optional.of(1L), 0, true))));
    }

    @ParameterizedTest
    @MethodSource("plans")
    void doesNotGrowWithTheState(Plan plan) {
        assertThat(costs(plan, 2_000)).isEqualTo(costs(plan, 200));
    }

    /// The costs of a row that comes on either side, and goes again, beyond all others and before them.
    private static List<Long> costs(Plan plan, int rows) {
        CountingSpace space = new CountingSpace();
        Circuit circuit = Circuit.of(plan, space);
        boolean both = plan.inputs().size() == 2;
        circuit.step(both ? Map.of(A, rows(rows), B, rows(rows)) : Map.of(A, rows(rows)));
        space.operations();
        List<Long> costs = new ArrayList<>();
        for (Source source : both ? List.of(A, B) : List.of(A)) {
            for (long id : new long[] {-1, 1_000_000}) {
                Fixtures.step(circuit, source, insert(id, 1L, Fixtures.decimal("1.0")));
                costs.add(space.operations());
                Fixtures.step(circuit, source, delete(id, 1L, Fixtures.decimal("1.0")));
                costs.add(space.operations());
            }
        }
        return costs;
    }

    /// A hot key: 2,000 left rows with two partners.
    @Test
    void aPartnerThatIsNeitherTheFirstNorTheLastTouchesNoLeftRow() {
        for (JoinKind kind : List.of(JoinKind.SEMI, JoinKind.ANTI)) {
            CountingSpace space = new CountingSpace();
            Circuit circuit = Circuit.of(join(kind, 1, false), space);
            circuit.step(Map.of(A, rows(2_000), B, rows(2)));
            space.operations();
            assertThat(Fixtures.step(circuit, B, insert(3L, 1L, null)).isEmpty()).isTrue();
            assertThat(space.operations()).as(kind.name()).isLessThan(10);
        }
    }

    @Test
    void aLeftRowOfASemiJoinDoesNotLookAtItsPartners() {
        CountingSpace space = new CountingSpace();
        Circuit circuit = Circuit.of(join(JoinKind.SEMI, 1, false), space);
        circuit.step(Map.of(A, rows(2), B, rows(2_000)));
        space.operations();
        assertThat(Fixtures.step(circuit, A, insert(3L, 1L, null)).size()).isEqualTo(1);
        assertThat(space.operations()).isLessThan(10);
    }

    @Test
    void aRowPastTheBoundIsOnlyWritten() {
        CountingSpace space = new CountingSpace();
        Circuit circuit = Circuit.of(top(List.of(), new Limit(Optional.of(100L), 0, false)), space);
        circuit.step(Map.of(A, rows(2_000)));
        space.operations();
        Fixtures.step(circuit, A, insert(1_000_000L, 1L, null));
        assertThat(space.operations()).isLessThan(10);
    }

    private static List<SourceChange> rows(int count) {
        List<SourceChange> rows = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            rows.add(insert(i, 1L, Fixtures.decimal("1.0")));
        }
        return rows;
    }

    private static Plan join(JoinKind kind, int column, boolean checked) {
        Expression less =
                call(
                        Fixtures.INT4_LESS,
                        "<",
                        SqlType.BOOL,
                        new Expression.Column(0, SqlType.INT4),
                        new Expression.Column(4, SqlType.INT4));
        return new Plan.Join(
                LEFT,
                RIGHT,
                kind,
                new JoinCondition(
                        List.of(new EquiKey(column(LEFT, column), column(RIGHT, column), false)),
                        checked ? Optional.of(less) : Optional.empty()));
    }

    private static Plan top(List<Expression> partition, Limit limit) {
        return new Plan.TopK(
                LEFT, partition, List.of(new SortKey(column(LEFT, 0), false, false)), limit);
    }
}
