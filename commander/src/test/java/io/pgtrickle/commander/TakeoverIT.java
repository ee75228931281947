package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.testsupport.Comparison;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sessions, slots, state and processes that go away, come back or are exchanged for others.
final class TakeoverIT {

    private static final String QUERY = "SELECT a, count(*) AS n FROM t GROUP BY a";
    private static final String LOCK_HOLDERS =
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1886680180 AND granted"
                    + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    @TempDir private Path state;

    private RunningSidecar begin() throws SQLException {
        RunningSidecar it = RunningSidecar.on(17, state.resolve("own"));
        it.execute(
                "CREATE TABLE t (id int PRIMARY KEY, a int)",
                "INSERT INTO t SELECT i, i % 3 FROM generate_series(1, 20) i");
        it.create("v", QUERY);
        return it;
    }

    @Test
    void everySessionMayBeTerminated() throws SQLException {
        try (RunningSidecar it = begin()) {
            int id = 100;
            for (String session :
                    List.of("stream", "sink", "commander", "heartbeat", "stream", "sink")) {
                it.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgtrickle "
                                + session
                                + "' AND datname = current_database()",
                        "INSERT INTO t VALUES (" + id++ + ", 1)");
                it.await("SELECT sum(n) FROM v", Integer.toString(id - 80)::equals);
            }
            it.await(LOCK_HOLDERS, "1"::equals);
            it.assertFresh("v", QUERY);
        }
    }

    @Test
    void aDroppedSlotIsMadeAnewAndTheViewsAreRebuilt() throws SQLException {
        try (RunningSidecar it = begin()) {
            it.execute(
                    "SELECT pg_terminate_backend(active_pid), pg_sleep(0.05), pg_drop_replication_slot(slot_name)"
                            + " FROM pg_replication_slots WHERE slot_name = '"
                            + it.slot()
                            + "'",
                    "INSERT INTO t VALUES (100, 1)");
            it.await("SELECT sum(n) FROM v", "21"::equals);
            it.awaitStatus("v", "running");
            it.assertFresh("v", QUERY);
        }
    }

    @Test
    void aSlotAdvancedByHandMeansARebuild() throws SQLException {
        try (RunningSidecar it = begin()) {
            it.stop();
            it.execute(
                    "INSERT INTO t VALUES (100, 1)",
                    "SELECT pg_replication_slot_advance('"
                            + it.slot()
                            + "', pg_current_wal_lsn())");
            it.startAgain();
            it.awaitStatus("v", "running");
            it.assertFresh("v", QUERY);
        }
    }

    @Test
    void aLostStateDirectoryMeansARebuild() throws SQLException, IOException {
        try (RunningSidecar it = begin()) {
            it.stop();
            it.execute("INSERT INTO t VALUES (100, 1)");
            try (Sidecar _ = it.start(state.resolve("new"))) {
                it.awaitStatus("v", "running");
                it.execute("INSERT INTO t VALUES (101, 1)");
                it.assertFresh("v", QUERY);
            }
        }
    }

    @Test
    void aTargetThatWasPutBackMeansARebuild() throws SQLException {
        try (RunningSidecar it = begin()) {
            it.stop();
            it.execute(
                    "UPDATE pgtrickle.progress SET lsn = '0/1000'",
                    "DELETE FROM v WHERE a = 1",
                    "INSERT INTO t VALUES (100, 1)");
            it.startAgain();
            it.awaitStatus("v", "running");
            it.assertFresh("v", QUERY);
        }
    }

    @Test
    void aStateDirectoryOfAnotherDatabaseIsRefused() throws SQLException {
        try (RunningSidecar it = begin()) {
            it.stop();
            try (RunningSidecar other = RunningSidecar.on(17, state.resolve("other"))) {
                other.stop();
                assertThatThrownBy(() -> other.start(state.resolve("own")))
                        .isInstanceOf(PgtrickleException.class)
                        .hasMessageContaining("another database");
            }
            it.startAgain();
            it.assertFresh("v", QUERY);
        }
    }

    @Test
    void aLogCutShortLosesNothing() throws SQLException, IOException {
        try (RunningSidecar it = begin()) {
            it.stop();
            Path victim;
            try (var files = Files.walk(state.resolve("own"))) {
                victim =
                        files.filter(file -> file.toString().endsWith(".log"))
                                .filter(file -> file.toFile().length() > 100)
                                .findFirst()
                                .orElseThrow();
            }
            try (FileChannel channel = FileChannel.open(victim, StandardOpenOption.WRITE)) {
                channel.truncate(50);
            }
            // a log cut short is an earlier state: the slot has passed it
            it.execute("INSERT INTO t VALUES (100, 1)");
            it.startAgain();
            it.awaitStatus("v", "running");
            it.assertFresh("v", QUERY);
        }
    }

    @Test
    void aSecondSidecarTakesOverAndAStoppedOneCannotWrite() throws SQLException {
        EmbeddedServer server = EmbeddedServer.shared(17);
        try (RunningSidecar it = begin()) {
            it.stop();
            try (SidecarProcess first =
                    SidecarProcess.start(it.database().uri(), state.resolve("first"), it.slot())) {
                it.awaitSidecar();
                it.awaitStatus("v", "running");
                it.assertFresh("v", QUERY);
                try (Sidecar second = it.start(state.resolve("second"))) {
                    assertThat(second.status().phase()).isEqualTo(SidecarStatus.Phase.STANDBY);
                    first.signal("STOP");
                    it.execute("INSERT INTO t VALUES (100, 1)");
                    // what an administrator does, or the end of the TCP connection; the sink's
                    // session lives on
                    it.execute(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                                    + " AND application_name = 'pgtrickle heartbeat' AND pid IN"
                                    + " (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)",
                            "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '"
                                    + it.slot()
                                    + "'");
                    it.await("SELECT sum(n) FROM v", "21"::equals);
                    it.awaitStatus("v", "running");
                    first.signal("CONT");
                    for (int id = 200; id < 220; id++) {
                        it.execute("INSERT INTO t VALUES (" + id + ", 2)");
                    }
                    it.assertFresh("v", QUERY);
                    assertThat(second.status().phase()).isEqualTo(SidecarStatus.Phase.STREAMING);
                    assertThat(first.isAlive()).isTrue();
                    assertThat(server.isRunning()).isTrue();
                }
                // the first one's turn again, from a state that the slot has passed
                it.execute("INSERT INTO t VALUES (300, 1)");
                it.await("SELECT sum(n) FROM v", "42"::equals);
            }
        }
    }

    @Test
    void aRestartedServerIsFoundAgain() throws SQLException {
        try (EmbeddedServer server = EmbeddedServer.start(14)) {
            var database = server.createDatabase();
            try (RunningSidecar it = RunningSidecar.on(database, state.resolve("own"))) {
                it.execute("CREATE TABLE t (id int PRIMARY KEY, a int)");
                it.create("v", QUERY);
                it.execute("INSERT INTO t VALUES (1, 1)");
                server.restart();
                try (var session = database.connect()) {
                    RunningSidecar.execute(session, "INSERT INTO t VALUES (2, 1)");
                    RunningSidecar.awaitSidecar(session);
                    RunningSidecar.execute(session, "CALL pgtrickle.wait_for_lsn()");
                    assertThat(Comparison.differences(session, "v", QUERY)).isEmpty();
                }
            }
        }
    }
}
