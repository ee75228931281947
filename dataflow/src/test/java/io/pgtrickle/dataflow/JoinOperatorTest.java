package io.pgtrickle.dataflow;

import static io.pgtrickle.dataflow.Fixtures.column;
import static io.pgtrickle.dataflow.Fixtures.insert;
import static io.pgtrickle.dataflow.Fixtures.row;
import static io.pgtrickle.dataflow.Fixtures.scan;
import static io.pgtrickle.dataflow.Fixtures.update;
import static io.pgtrickle.dataflow.Fixtures.zset;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class JoinOperatorTest {

    private static final Source HUB =
            Fixtures.keyed("hub", 1, column("id", SqlType.INT4), column("name", Fixtures.TEXT));
    private static final Source SPOKES =
            Fixtures.keyed("spokes", 1, column("id", SqlType.INT8), column("hub", SqlType.INT4));
    private static final Source PRICES = Fixtures.full("prices", column("price", SqlType.NUMERIC));

    /// J12.
    @Test
    void updatesARowWithAHundredThousandPartners() {
        int partners = 100_000;
        Circuit circuit = Fixtures.circuit(Fixtures.join(scan(HUB), 0, scan(SPOKES), 1));
        List<SourceChange> spokes = new ArrayList<>();
        for (long i = 0; i < partners; i++) {
            spokes.add(insert(i, 1L));
        }
        circuit.step(Map.of(SPOKES, spokes));
        assertThat(Fixtures.step(circuit, HUB, insert(1L, "old")).size()).isEqualTo(partners);

        ZSet delta = Fixtures.step(circuit, HUB, update(row(1L, null), row(1L, "new")));

        assertThat(delta.size()).isEqualTo(2 * partners);
        assertThat(delta.weight(row(1L, "old", 7L, 1L))).isEqualTo(-1);
        assertThat(delta.weight(row(1L, "new", 7L, 1L))).isEqualTo(1);
    }

    /// J12 and J6: the hub's rows are padded when it goes, and only then.
    @Test
    void padsAHundredThousandRowsWhenTheirOnlyPartnerGoes() {
        int partners = 100_000;
        Plan.Join inner = (Plan.Join) Fixtures.join(scan(SPOKES), 1, scan(HUB), 0);
        Circuit circuit =
                Fixtures.circuit(
                        new Plan.Join(inner.left(), inner.right(), JoinKind.LEFT, inner.on()));
        List<SourceChange> spokes = new ArrayList<>();
        for (long i = 0; i < partners; i++) {
            spokes.add(insert(i, 1L));
        }
        circuit.step(Map.of(SPOKES, spokes, HUB, List.of(insert(1L, "old"))));

        ZSet updated = Fixtures.step(circuit, HUB, update(row(1L, null), row(1L, "new")));
        assertThat(updated.size()).isEqualTo(2 * partners);
        assertThat(updated.weight(row(7L, 1L, null, null))).isZero();

        ZSet gone = Fixtures.step(circuit, HUB, Fixtures.delete(1L, null));
        assertThat(gone.size()).isEqualTo(2 * partners);
        assertThat(gone.weight(row(7L, 1L, 1L, "new"))).isEqualTo(-1);
        assertThat(gone.weight(row(7L, 1L, null, null))).isEqualTo(1);
    }

    /// A row that comes doesn't meet one that goes in the same step: 6 / 0 is in no state of the tables.
    @ParameterizedTest
    @EnumSource(JoinKind.class)
    void looksAtNoPairThatNeverWas(JoinKind kind) {
        Source numbers = Fixtures.full("numbers", column("n", SqlType.INT4));
        Source divisors = Fixtures.full("divisors", column("d", SqlType.INT4));
        Expression quotient =
                Fixtures.call(
                        Fixtures.INT4_DIVIDE,
                        "/",
                        SqlType.INT4,
                        new Expression.Column(0, SqlType.INT4),
                        new Expression.Column(1, SqlType.INT4));
        Expression condition =
                Fixtures.call(
                        Fixtures.INT4_LESS, "<", SqlType.BOOL, quotient, Fixtures.constant(9));
        Circuit circuit =
                Fixtures.circuit(
                        new Plan.Join(
                                scan(numbers),
                                scan(divisors),
                                kind,
                                new JoinCondition(List.of(), Optional.of(condition))));
        Fixtures.step(circuit, divisors, insert(0L));
        circuit.step(
                Map.of(
                        numbers, List.of(insert(6L)),
                        divisors, List.of(update(row(0L), row(2L)))));
        circuit.step(
                Map.of(
                        numbers, List.of(Fixtures.delete(6L)),
                        divisors, List.of(update(row(2L), row(0L)))));
        assertThatThrownBy(() -> Fixtures.step(circuit, numbers, insert(6L)))
                .hasMessageContaining("division by zero");
    }

    @Test
    void matchesWhatIsEqualThoughItLooksDifferentAndKeepsTheLooks() {
        Plan prices = scan(PRICES);
        Circuit circuit = Fixtures.circuit(Fixtures.join(prices, 0, prices, 0));
        assertThat(
                        Fixtures.step(
                                circuit,
                                PRICES,
                                insert(Fixtures.decimal("1.0")),
                                insert(Fixtures.decimal("1.00"))))
                .isEqualTo(
                        zset(
                                row(Fixtures.decimal("1.0"), Fixtures.decimal("1.0")), 1,
                                row(Fixtures.decimal("1.0"), Fixtures.decimal("1.00")), 1,
                                row(Fixtures.decimal("1.00"), Fixtures.decimal("1.0")), 1,
                                row(Fixtures.decimal("1.00"), Fixtures.decimal("1.00")), 1));
    }

    @Test
    void sharesOneScanBetweenBothSides() {
        Plan prices = scan(PRICES);
        Circuit circuit = Fixtures.circuit(Fixtures.join(prices, 0, scan(PRICES), 0));
        Fixtures.step(circuit, PRICES, insert(Fixtures.decimal("1")));
        assertThat(circuit.operators())
                .extracting(OperatorStatus::name)
                .containsExactly("scan public.prices", "join");
        assertThat(circuit.operators()).extracting(OperatorStatus::rowsIn).containsExactly(1L, 2L);
    }
}
