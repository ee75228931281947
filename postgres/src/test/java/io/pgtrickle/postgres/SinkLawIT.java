package io.pgtrickle.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// After every step the tables hold the sum of the deltas, as bags. Replay a failure with `-Dpgtrickle.seed=…`.
final class SinkLawIT {

    private static final int STEPS = 60;

    private final long seed = Long.getLong("pgtrickle.seed", new Random().nextLong());
    private final Random random = new Random(seed);

    @ParameterizedTest
    @CsvSource({"14", "18"})
    void tablesHoldTheSumOfTheDeltas(int major) throws SQLException {
        try (PostgresFixture fixture = new PostgresFixture(major)) {
            fixture.execute(
                    "CREATE TABLE public.source (k bigint NOT NULL, t varchar(30), n text)");
            TableInfo.TableName keyedName = new TableInfo.TableName(0, "public", "keyed", "");
            ResultTable keyed = fixture.like(1, "public.source", keyedName, "k");
            ResultTable keyless =
                    fixture.like(
                            2,
                            "public.source",
                            new TableInfo.TableName(0, "public", "keyless", ""));
            fixture.create(keyed);
            fixture.create(keyless);
            ZSet keyedSum = new ZSet();
            ZSet keylessSum = new ZSet();
            Sink sink = new Sink(fixture.connection());
            for (int step = 0; step < STEPS; step++) {
                Map<ResultTable, ZSet> deltas = new LinkedHashMap<>();
                deltas.put(keyed, keyedDelta(keyedSum));
                deltas.put(keyless, keylessDelta(keylessSum));
                deltas.forEach((table, delta) ->
                        (table.equals(keyed) ? keyedSum : keylessSum).addAll(delta));
                sink.apply(
                        new Sink.GroupPosition(PostgresFixture.GROUP, new Lsn(step), 1),
                        new Lsn(step + 1),
                        deltas);
                assertThat(fixture.rows(keyed))
                        .as("seed %d, step %d, keyed", seed, step)
                        .isEqualTo(keyedSum);
                assertThat(fixture.rows(keyless))
                        .as("seed %d, step %d, keyless", seed, step)
                        .isEqualTo(keylessSum);
                assertThat(
                                fixture.text(
                                        "SELECT count(*) FROM (SELECT FROM public.keyless GROUP BY"
                                                + " substr(__pgtrickle_row, 1, 16)"
                                                + " HAVING max(get_byte(__pgtrickle_row, 19)) + 1 <> count(*)) AS gaps"))
                        .as("seed %d, step %d: ordinals are dense", seed, step)
                        .isEqualTo("0");
            }
        }
    }

    private Row randomRow(long key) {
        return Row.of(
                key,
                random.nextInt(4) == 0 ? null : "t" + random.nextInt(3),
                random.nextInt(3) == 0 ? null : "ä?".repeat(random.nextInt(3)));
    }

    /// Changes some of the present rows and adds some, keeping keys unique.
    private ZSet keyedDelta(ZSet present) {
        ZSet delta = new ZSet();
        List<Long> keys = new ArrayList<>();
        present.forEach((row, _) -> {
            long key = Objects.requireNonNull((Long) row.get(0));
            keys.add(key);
            switch (random.nextInt(4)) {
                case 0 -> delta.add(row, -1);
                case 1 -> {
                    delta.add(row, -1);
                    delta.add(randomRow(key), 1);
                }
                default -> {}
            }
        });
        for (long key = 0; key < 30; key++) {
            if (!keys.contains(key) && random.nextInt(3) == 0) {
                delta.add(randomRow(key), 1);
            }
        }
        return delta;
    }

    private ZSet keylessDelta(ZSet present) {
        ZSet delta = new ZSet();
        present.forEach((row, weight) -> {
            if (random.nextInt(3) == 0) {
                delta.add(row, -(1 + random.nextLong(weight)));
            }
        });
        for (int i = random.nextInt(20); i > 0; i--) {
            delta.add(randomRow(random.nextInt(3)), 1 + random.nextInt(6));
        }
        return delta;
    }
}
