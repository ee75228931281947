package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Much in one transaction, and nothing at all.
final class LoadIT {

    private static final String QUERY =
            "SELECT a, count(*) AS n, sum(b) AS s, min(c) AS c FROM t GROUP BY a";

    @TempDir private Path state;

    @Test
    void aLargeTransactionFitsIntoASmallHeap() throws SQLException {
        try (RunningSidecar it = RunningSidecar.on(17, state.resolve("own"))) {
            it.execute("CREATE TABLE t (id int PRIMARY KEY, a int, b numeric, c text)");
            it.stop();
            try (SidecarProcess process =
                    SidecarProcess.start(it.database().uri(), state.resolve("small"), it.slot())) {
                it.awaitSidecar();
                it.create("v", QUERY);
                it.create("all_of_it", "SELECT * FROM t");
                it.execute(
                        "INSERT INTO t SELECT i, i % 1000, i, repeat('x', 100) FROM generate_series(1, 200000) i");
                it.execute("CALL pgtrickle.wait_for_lsn(timeout => '60s')");
                it.assertFresh("v", QUERY);
                it.execute("UPDATE t SET b = b + 1 WHERE a < 100");
                it.assertFresh("v", QUERY);
                it.assertFresh("all_of_it", "SELECT * FROM t");
                assertThat(process.isAlive()).isTrue();
            }
        }
    }

    @Test
    void anIdleSidecarLetsTheSlotAdvance() throws SQLException {
        try (RunningSidecar it = RunningSidecar.on(17, state.resolve("own"))) {
            it.execute("CREATE TABLE t (id int PRIMARY KEY, a int, b numeric, c text)");
            it.create("v", QUERY);
            it.execute("CREATE TABLE unwatched (x int)", "INSERT INTO unwatched VALUES (1)");
            String now = it.value("SELECT pg_current_wal_lsn()");
            it.await(
                    "SELECT confirmed_flush_lsn >= '"
                            + now
                            + "' FROM pg_replication_slots WHERE slot_name = '"
                            + it.slot()
                            + "'",
                    "t"::equals);
            String restart = it.value("SELECT pg_current_wal_lsn()");
            assertThat(restart).isNotEmpty();
        }
    }
}
