package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Commands in transaction blocks, twice, forged, too late, too large.
final class CommandsInTransactionsIT {

    private static final String QUERY = "SELECT a, b FROM t";

    @TempDir private Path state;
    private RunningSidecar it;

    @BeforeEach
    void begin() throws SQLException {
        it = RunningSidecar.on(15, state);
        it.execute("CREATE TABLE t (a int PRIMARY KEY, b int)", "INSERT INTO t VALUES (1, 1)");
    }

    @AfterEach
    void end() {
        it.close();
    }

    @Test
    void aCommandRunsWhenItsTransactionCommitsAndNotWhenItRollsBack() throws SQLException {
        it.execute(
                "BEGIN",
                "CREATE TABLE made (a int PRIMARY KEY)",
                "INSERT INTO made VALUES (1)",
                "CALL pgtrickle.create_view('gone', 'SELECT a FROM made')",
                "ROLLBACK");
        it.execute(
                "BEGIN",
                "CREATE TABLE made (a int PRIMARY KEY)",
                "INSERT INTO made VALUES (2)",
                "SAVEPOINT s",
                "CALL pgtrickle.create_view('undone', 'SELECT a FROM made')",
                "ROLLBACK TO s",
                "CALL pgtrickle.create_view('done', 'SELECT a FROM made')",
                "INSERT INTO made VALUES (3)",
                "COMMIT");
        it.execute(
                "CALL pgtrickle.wait_for_command("
                        + it.value("SELECT max(id) FROM pgtrickle.command")
                        + ")");
        it.assertFresh("done", "SELECT a FROM made");
        assertThat(it.value("SELECT string_agg(view_name, ' ') FROM pgtrickle.view"))
                .isEqualTo("done");
    }

    @Test
    void aNameIsTakenOnce() throws SQLException {
        it.create("v", QUERY);
        assertFails("42P07", "CALL pgtrickle.create_view('v', 'SELECT a FROM t')");
        assertFails("42P07", "CALL pgtrickle.create_view('t', 'SELECT a FROM t')");
        it.execute(
                "CALL pgtrickle.create_view('v', 'SELECT nothing FROM t', if_not_exists => true)");
        assertFails("42P01", "CALL pgtrickle.drop_view('none')");
        it.execute("CALL pgtrickle.drop_view('none', if_exists => true)");
        it.assertFresh("v", QUERY);
    }

    @Test
    void aNameTakenWhilePopulatingIsThatViewsErrorAlone() throws SQLException {
        it.create("v", QUERY);
        try (Connection writer = it.database().connect()) {
            RunningSidecar.execute(writer, "CREATE TABLE u (a int PRIMARY KEY)");
            RunningSidecar.execute(writer, "BEGIN");
            RunningSidecar.execute(writer, "INSERT INTO u VALUES (1)");
            it.execute("CALL pgtrickle.create_view('late', 'SELECT a FROM u', block => false)");
            it.await(
                    "SELECT message FROM pgtrickle.view WHERE view_name = 'late'",
                    message -> message.startsWith("waiting for"));
            it.execute("CREATE TABLE late (x int)");
            RunningSidecar.execute(writer, "COMMIT");
        }
        it.awaitStatus("late", "error");
        it.assertFresh("v", QUERY);
    }

    @Test
    void aViewIsDroppedWhileItWaits() throws SQLException {
        try (Connection writer = it.database().connect()) {
            RunningSidecar.execute(writer, "BEGIN");
            RunningSidecar.execute(writer, "INSERT INTO t VALUES (5, 5)");
            it.execute("CALL pgtrickle.create_view('w', 'SELECT b FROM t', block => false)");
            it.execute("CALL pgtrickle.drop_view('w')");
            RunningSidecar.execute(writer, "COMMIT");
        }
        it.create("w", QUERY);
        it.assertFresh("w", QUERY);
    }

    @Test
    void aTransactionThatWroteNothingToTheSourceIsNotWaitedFor() throws SQLException {
        it.execute("CREATE TABLE elsewhere (a int)");
        try (Connection other = it.database().connect()) {
            RunningSidecar.execute(other, "BEGIN ISOLATION LEVEL REPEATABLE READ");
            RunningSidecar.execute(other, "SELECT * FROM t");
            RunningSidecar.execute(other, "INSERT INTO elsewhere VALUES (1)");
            it.create("v", QUERY);
            RunningSidecar.execute(other, "ROLLBACK");
        }
        it.assertFresh("v", QUERY);
    }

    @Test
    void aTimeoutLeavesTheCommandRunning() throws SQLException {
        try (Connection writer = it.database().connect()) {
            RunningSidecar.execute(writer, "BEGIN");
            RunningSidecar.execute(writer, "INSERT INTO t VALUES (5, 5)");
            assertFails(
                    "57014",
                    "CALL pgtrickle.create_view('v', 'SELECT a, b FROM t', timeout => '300 ms')");
            RunningSidecar.execute(writer, "COMMIT");
        }
        it.awaitStatus("v", "running");
        it.assertFresh("v", QUERY);
    }

    @Test
    void forgedMessagesDoNothing() throws SQLException {
        it.create("v", QUERY);
        for (String content :
                new String[] {
                    "command:1",
                    "command:999999999999999999",
                    "command:-1",
                    "command:99999999999999999999999",
                    "command:",
                    "wake",
                    "heartbeat:",
                    "heartbeat:00000000-0000-0000-0000-000000000000:1",
                    "",
                    "{",
                    "{\"explain\": 1}",
                    "{\"explain\": \"x\", \"pid\": \"y\", \"query\": \"SELECT 1\"}",
                    "{\"explain\": \"x\", \"pid\": 1, \"query\": \"SELECT 1\"}"
                }) {
            for (String transactional : new String[] {"true", "false"}) {
                it.execute(
                        "SELECT pg_logical_emit_message("
                                + transactional
                                + ", 'pgtrickle', '"
                                + content
                                + "')");
            }
        }
        it.execute(
                "SELECT pg_logical_emit_message(b, 'pgtrickle', '\\x00ff80'::bytea) FROM (VALUES (true), (false)) x(b)",
                "SELECT pg_logical_emit_message(b, 'pgtrickle', repeat('x', 20000000)) FROM (VALUES (true), (false)) x(b)",
                "SELECT pg_logical_emit_message(b, repeat('p', 1000000), 'x') FROM (VALUES (true), (false)) x(b)",
                "INSERT INTO t VALUES (2, 2)");
        it.assertFresh("v", QUERY);
        assertThat(it.value("SELECT count(*) FROM pgtrickle.command WHERE state <> 'done'"))
                .isEqualTo("0");
    }

    @Test
    void aQueryNestedTooDeeplyFailsAlone() throws SQLException {
        it.create("v", QUERY);
        String deep =
                IntStream.range(0, 6_000).mapToObj(i -> "a").collect(Collectors.joining(" + "));
        try {
            it.create("deep", "SELECT " + deep + " AS x FROM t");
        } catch (SQLException e) {
            assertThat(e.getSQLState()).isNotEqualTo("57014");
        }
        it.execute("INSERT INTO t VALUES (2, 2)");
        it.assertFresh("v", QUERY);
        assertThat(it.sidecar().status().phase()).isEqualTo(SidecarStatus.Phase.STREAMING);
    }

    private void assertFails(String sqlState, String statement) throws SQLException {
        try {
            it.execute(statement);
        } catch (SQLException e) {
            assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo(sqlState);
            return;
        }
        throw new AssertionError(statement + " did not fail");
    }
}
