package io.pgtrickle.dataflow;

import static io.pgtrickle.dataflow.Fixtures.column;
import static io.pgtrickle.dataflow.Fixtures.insert;
import static io.pgtrickle.dataflow.Fixtures.row;
import static io.pgtrickle.dataflow.Fixtures.scan;
import static io.pgtrickle.dataflow.Fixtures.update;
import static io.pgtrickle.dataflow.Fixtures.zset;
import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
