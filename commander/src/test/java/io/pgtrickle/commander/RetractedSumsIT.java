package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sums and means after values have come and gone: numerics with PostgreSQL's display scale, doubles exactly what they were before.
final class RetractedSumsIT {

    private static final int ROUNDS = 20;
    private static final String NUMERICS =
            "SELECT g, sum(n) AS s, avg(n) AS a, count(n) AS c FROM t GROUP BY g";
    private static final String DOUBLES =
            "SELECT g, sum(f) AS s, avg(f) AS a, sum(r) AS q FROM t GROUP BY g";

    @TempDir private Path state;

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void whatGoesLeavesNothingBehind(int major) throws SQLException {
        Random random = new Random(11);
        try (RunningSidecar it = RunningSidecar.on(major, state)) {
            it.execute(
                    "CREATE TABLE t (id int PRIMARY KEY, g int, n numeric, f float8, r real)",
                    "INSERT INTO t SELECT i, i % 3, i / 7.0, sqrt(i), sqrt(i) FROM generate_series(1, 60) i");
            it.create("numerics", NUMERICS);
            it.create("doubles", DOUBLES);
            String before = doubles(it);
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < 5; i++) {
                    it.execute(
                            String.format(
                                    Locale.ROOT,
                                    "INSERT INTO t VALUES (%d, %d, %s, %s, %s)",
                                    100 + i,
                                    random.nextInt(3),
                                    numeric(random),
                                    real(random, 300),
                                    real(random, 30)));
                }
                it.assertFresh("numerics", NUMERICS);
                it.execute("DELETE FROM t WHERE id >= 100");
                it.assertFresh("numerics", NUMERICS);
                assertThat(doubles(it)).as("round %d", round).isEqualTo(before);
            }
            System.out.println(
                    "retracted sums: PostgreSQL "
                            + major
                            + ": "
                            + ROUNDS
                            + " rounds, numerics in PostgreSQL's display scale, doubles as before");
        }
    }

    private static String doubles(RunningSidecar it) throws SQLException {
        return it.value("SELECT string_agg(d::text, ' ' ORDER BY g) FROM doubles d");
    }

    private static String numeric(Random random) {
        return random.nextInt(8) == 0
                ? "'NaN'"
                : random.nextInt(1_000) + "." + "0".repeat(random.nextInt(25)) + random.nextInt(10);
    }

    private static String real(Random random, int exponent) {
        return switch (random.nextInt(6)) {
            case 0 -> "'NaN'";
            case 1 -> "'Infinity'";
            default ->
                    "'"
                            + random.nextInt(1_000)
                            + "e"
                            + (random.nextInt(2 * exponent) - exponent)
                            + "'";
        };
    }
}
