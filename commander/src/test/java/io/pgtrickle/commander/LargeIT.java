package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A transaction and a backlog that don't fit memory: a sidecar with `--memory 512m`, started as the launcher starts it, stays below 768 MB.
///
/// `-Dpgtrickle.large.rows=N` rows of the transaction; the backlog has twice as many changes.
final class LargeIT {

    private static final int ROWS = Integer.getInteger("pgtrickle.large.rows", 160_000);
    private static final long LIMIT_KB = 768L << 10;
    private static final List<String> QUERIES =
            List.of(
                    "SELECT * FROM t",
                    "SELECT a, count(*) AS n, sum(b) AS s, min(c) AS c FROM t GROUP BY a",
                    "SELECT t.id, t.b, u.name FROM t JOIN u ON u.id = t.a");

    @TempDir private Path state;

    @Test
    void memoryStaysBounded() throws SQLException, IOException {
        try (RunningSidecar it = RunningSidecar.on(17, state.resolve("own"))) {
            it.stop();
            it.execute(
                    "CREATE TABLE t (id int PRIMARY KEY, a int, b numeric, c text)",
                    "CREATE TABLE u (id int PRIMARY KEY, name text)",
                    "INSERT INTO u SELECT i, 'name ' || i FROM generate_series(0, 999) i");
            try (SidecarProcess process =
                    SidecarProcess.startWithin(
                            512L << 20, it.database().uri(), state.resolve("large"), it.slot())) {
                it.awaitSidecar();
                for (int i = 0; i < QUERIES.size(); i++) {
                    it.create("v" + i, QUERIES.get(i));
                }
                long begin = System.nanoTime();
                it.execute(
                        "INSERT INTO t SELECT i, i % 1000, i, repeat('x', 100) FROM generate_series(1, "
                                + ROWS
                                + ") i");
                it.awaitAll();
                long inserted = System.nanoTime();
                it.execute("UPDATE t SET b = b + 1");
                it.awaitAll();
                long updated = System.nanoTime();
                // a backlog: many transactions while the sidecar stands still
                process.signal("STOP");
                for (int i = 0; i < 20; i++) {
                    it.execute("UPDATE t SET a = (a + 1) % 1000 WHERE id % 10 = " + i % 10);
                }
                process.signal("CONT");
                it.awaitSidecar();
                it.awaitAll();
                long done = System.nanoTime();
                for (int i = 0; i < QUERIES.size(); i++) {
                    it.assertFresh("v" + i, QUERIES.get(i));
                }
                long peak = process.peakResidentKilobytes();
                System.out.println(
                        "large: %d rows inserted in %d s, updated in %d s, a backlog of %d changes in %d s; at most %d MB resident"
                                .formatted(
                                        ROWS,
                                        seconds(inserted - begin),
                                        seconds(updated - inserted),
                                        2 * ROWS,
                                        seconds(done - updated),
                                        peak >> 10));
                assertThat(peak).isLessThan(LIMIT_KB);
                assertThat(Files.readString(state.resolve("sidecar.log")))
                        .doesNotContain("populated anew: the slot");
            }
        }
    }

    private static long seconds(long nanos) {
        return nanos / 1_000_000_000;
    }
}
