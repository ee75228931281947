package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.testsupport.EmbeddedServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Transactions that are open while views are made. What they wrote before a source was published never comes in the stream, so
/// they are waited for, whoever has published it; others aren't.
final class OpenWritersIT {

    private static final String QUERY = "SELECT id, a FROM t";

    @TempDir private Path state;

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void theSecondViewOfATableWaitsLikeTheFirst(int major) throws SQLException {
        try (RunningSidecar it = with(major);
                Connection writer = it.database().connect()) {
            write(writer, 1);
            begin(it, "a");
            awaitWaiting(it, "a");
            begin(it, "b");
            awaitWaiting(it, "b");
            it.create("beside", "SELECT id FROM other");
            RunningSidecar.execute(writer, "INSERT INTO t VALUES (2, 2); COMMIT");
            assertRuns(it, "a");
            assertRuns(it, "b");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void whatEndedBeforeTheWaitDidIsWaitedForAgain(int major) throws SQLException {
        try (RunningSidecar it = with(major);
                Connection writer = it.database().connect()) {
            write(writer, 1);
            begin(it, "a");
            awaitWaiting(it, "a");
            it.stop();
            assertThat(it.value("SELECT count(*) FROM pg_publication_tables")).isEqualTo("1");
            it.startAgain();
            begin(it, "b");
            awaitWaiting(it, "a");
            awaitWaiting(it, "b");
            RunningSidecar.execute(writer, "COMMIT");
            assertRuns(it, "a");
            assertRuns(it, "b");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void tablesPublishedByHandAreWaitedForEachTime(int major) throws SQLException {
        try (RunningSidecar it = with(major);
                Connection writer = it.database().connect()) {
            write(writer, 1);
            it.execute("ALTER PUBLICATION pgtrickle ADD TABLE t");
            begin(it, "a");
            awaitWaiting(it, "a");
            RunningSidecar.execute(writer, "COMMIT");
            assertRuns(it, "a");
            it.execute("CALL pgtrickle.drop_view('a')");
            write(writer, 2);
            it.execute(
                    "ALTER PUBLICATION pgtrickle DROP TABLE t",
                    "ALTER PUBLICATION pgtrickle ADD TABLE t");
            begin(it, "a");
            awaitWaiting(it, "a");
            RunningSidecar.execute(writer, "COMMIT");
            assertRuns(it, "a");
            assertThat(it.value("SELECT count(*) FROM pgtrickle.published")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aPreparedWriterIsWaitedFor(int major) throws SQLException {
        try (RunningSidecar it = with(major);
                Connection writer = it.database().connect()) {
            String gid = "w_" + it.database().name();
            write(writer, 1);
            RunningSidecar.execute(writer, "PREPARE TRANSACTION '" + gid + "'");
            begin(it, "a");
            awaitWaiting(it, "a");
            it.execute("COMMIT PREPARED '" + gid + "'");
            assertRuns(it, "a");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void nobodyWaitsForWritersOfATableThatWasPublishedBeforeThem(int major) throws SQLException {
        try (RunningSidecar it = with(major);
                Connection writer = it.database().connect()) {
            it.create("a", QUERY);
            write(writer, 1);
            it.create("b", QUERY);
            it.stop();
            it.startAgain();
            it.create("c", QUERY);
            RunningSidecar.execute(writer, "COMMIT");
            for (String view : new String[] {"a", "b", "c"}) {
                assertRuns(it, view);
            }
        }
    }

    /// The stream brought the commit to the sidecar's earlier life and won't bring it again, but no snapshot sees it.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCommitThatWaitsForAStandbyAcrossARestartIsNotMissed(boolean stateKept) throws Exception {
        try (EmbeddedServer server = EmbeddedServer.start(18);
                RunningSidecar it = with(server)) {
            it.create("a", QUERY);
            it.execute(
                    "ALTER SYSTEM SET synchronous_standby_names = 'nobody'",
                    "SELECT pg_reload_conf()");
            it.await("SHOW synchronous_standby_names", "nobody"::equals);
            FutureTask<Boolean> writing =
                    new FutureTask<>(() -> {
                        try (Connection writer = it.database().connect()) {
                            RunningSidecar.execute(writer, "SET synchronous_commit = on");
                            RunningSidecar.execute(writer, "INSERT INTO t VALUES (1, 1)");
                        }
                        return true;
                    });
            Thread.ofVirtual().start(writing);
            it.await(
                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
                    "1"::equals);
            String written = it.value("SELECT pg_current_wal_insert_lsn()");
            it.execute("INSERT INTO t VALUES (2, 2)");
            it.await(
                    "SELECT confirmed_flush_lsn >= '" + written + "' FROM pg_replication_slots",
                    "t"::equals);
            it.stop();
            try (Sidecar _ = it.start(state.resolve(stateKept ? "own" : "new"))) {
                assertThatThrownBy(() ->
                                it.execute(
                                        "CALL pgtrickle.create_view('b', '"
                                                + QUERY
                                                + "', timeout => '2 s')"))
                        .hasMessageContaining("still running");
                awaitWaiting(it, "b");
                it.execute(
                        "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()");
                assertThat(writing.get()).isTrue();
                assertRuns(it, "b");
                assertRuns(it, "a");
            }
        }
    }

    private RunningSidecar with(int major) throws SQLException {
        return tables(RunningSidecar.on(major, state));
    }

    /// The sidecar's own commits don't wait for standbys.
    private RunningSidecar with(EmbeddedServer server) throws SQLException {
        var database = server.createDatabase();
        try (Connection connection = database.connect()) {
            RunningSidecar.execute(
                    connection,
                    "ALTER DATABASE " + database.name() + " SET synchronous_commit = local");
        }
        return tables(RunningSidecar.on(database, state.resolve("own")));
    }

    private static RunningSidecar tables(RunningSidecar it) throws SQLException {
        it.execute(
                "CREATE TABLE t (id int PRIMARY KEY, a int)",
                "CREATE TABLE other (id int PRIMARY KEY)");
        return it;
    }

    private static void write(Connection writer, int id) throws SQLException {
        RunningSidecar.execute(writer, "BEGIN; INSERT INTO t VALUES (" + id + ", " + id + ")");
    }

    private static void begin(RunningSidecar it, String view) throws SQLException {
        it.execute("CALL pgtrickle.create_view('" + view + "', '" + QUERY + "', block => false)");
    }

    private static void awaitWaiting(RunningSidecar it, String view) throws SQLException {
        it.await(
                "SELECT message FROM pgtrickle.view WHERE view_name = '" + view + "'",
                message -> message.contains("transaction") || message.contains("standby"));
    }

    private static void assertRuns(RunningSidecar it, String view) throws SQLException {
        it.awaitStatus(view, "running");
        it.assertFresh(view, QUERY);
    }
}
