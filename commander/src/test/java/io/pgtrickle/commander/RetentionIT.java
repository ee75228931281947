package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.testsupport.EmbeddedServer;
import io.pgtrickle.testsupport.ServerOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the slot keeps from being recycled while nothing happens, and while only other things happen: in tables that no view reads,
/// in other databases, in a published table whose rows no view wants.
///
/// `-Dpgtrickle.retention.rounds=N`: so many times 16 MB.
final class RetentionIT {

    private static final int ROUNDS = Integer.getInteger("pgtrickle.retention.rounds", 3);
    private static final long LIMIT_BYTES = 64L << 20;
    private static final String QUERY = "SELECT a, count(*) AS n FROM t WHERE a > 0 GROUP BY a";

    /// 16 MB of log.
    private static final String TRAFFIC =
            "INSERT INTO %s SELECT -1, repeat(md5(i::text), 30) FROM generate_series(1, 15000) i";

    @TempDir private Path state;

    @Test
    void theSlotKeepsLittle() throws SQLException {
        try (EmbeddedServer server =
                        EmbeddedServer.start(ServerOptions.of(15).with("max_wal_size", "64MB"));
                RunningSidecar it = RunningSidecar.on(server.createDatabase(), state)) {
            it.execute(
                    "CREATE TABLE t (a int, text text, id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY)",
                    "CREATE TABLE unwatched (a int, text text)");
            it.create("v", QUERY);
            it.execute("CALL pgtrickle.create_view('w', '" + QUERY + "', view_group => 'aside')");
            long most = 0;
            try (Connection elsewhere = server.createDatabase().connect()) {
                RunningSidecar.execute(elsewhere, "CREATE TABLE other (a int, text text)");
                for (int round = 0; round < ROUNDS; round++) {
                    switch (round % 3) {
                        case 0 -> it.execute(TRAFFIC.formatted("unwatched"));
                        case 1 -> RunningSidecar.execute(elsewhere, TRAFFIC.formatted("other"));
                        default -> it.execute(TRAFFIC.formatted("t (a, text)"));
                    }
                    it.execute("SELECT pg_switch_wal()", "CHECKPOINT");
                    String now = it.value("SELECT pg_current_wal_lsn()");
                    it.await(
                            "SELECT confirmed_flush_lsn >= '" + now + "' FROM pg_replication_slots",
                            "t"::equals);
                    most = Math.max(most, retained(it));
                }
            }
            // nothing at all: heartbeats alone
            it.execute("CHECKPOINT", "SELECT pg_sleep(3)", "CHECKPOINT");
            long idle = retained(it);
            System.out.println(
                    "retention: "
                            + ROUNDS * 16
                            + " MB of other traffic, the slot kept at most "
                            + (most >> 20)
                            + " MB, idle "
                            + (idle >> 20)
                            + " MB");
            assertThat(Math.max(most, idle)).isLessThan(LIMIT_BYTES);
            it.assertFresh("v", QUERY);
            it.assertFresh("w", QUERY);
        }
    }

    private static long retained(RunningSidecar it) throws SQLException {
        return Long.parseLong(
                it.value(
                        "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint FROM pg_replication_slots"));
    }
}
