package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What people do to result tables, and errors of single rows: each is that view's trouble alone.
final class ResultTroubleIT {

    private static final String QUERY = "SELECT id, a FROM t";
    private static final String OTHER = "SELECT a, count(*) AS n FROM t GROUP BY a";

    @TempDir private Path state;
    private RunningSidecar it;

    @BeforeEach
    void begin() throws SQLException {
        it = RunningSidecar.on(16, state);
        it.execute(
                "CREATE TABLE t (id int PRIMARY KEY, a int)",
                "INSERT INTO t SELECT i, i % 3 + 1 FROM generate_series(1, 20) i");
        it.create("v", QUERY);
        it.create("o", OTHER);
    }

    @AfterEach
    void end() {
        it.close();
    }

    @Test
    void anEditedTableIsRebuilt() throws SQLException {
        it.execute("DELETE FROM v WHERE id < 5", "DELETE FROM t WHERE id = 3");
        it.await("SELECT count(*) FROM v", "19"::equals);
        it.assertFresh("v", QUERY);
        it.assertFresh("o", OTHER);
    }

    @Test
    void aRebuildThatItsTableRefusesIsThatViewsErrorAlone() throws SQLException {
        it.execute(
                "DELETE FROM v WHERE id < 5",
                "ALTER TABLE v ADD CHECK (id <> 4) NOT VALID",
                "DELETE FROM t WHERE id = 3");
        it.awaitStatus("v", "error");
        it.execute("INSERT INTO t VALUES (30, 1)");
        it.assertFresh("o", OTHER);
        it.execute("ALTER TABLE v DROP CONSTRAINT v_id_check");
        it.awaitStatus("v", "running");
        it.assertFresh("v", QUERY);
    }

    @Test
    void aKeylessTableThatWasEditedIsRebuilt() throws SQLException {
        String keyless = "SELECT a FROM t";
        it.create("k", keyless);
        it.execute(
                "UPDATE k SET a = 77 WHERE ctid IN (SELECT ctid FROM k WHERE a = 1 LIMIT 2)",
                "DELETE FROM k WHERE a = 2",
                "INSERT INTO k SELECT 5, convert_to('mine', 'UTF8')",
                "DELETE FROM t WHERE a = 2");
        it.await("SELECT count(*) FROM k WHERE a IN (5, 77)", "0"::equals);
        it.assertFresh("k", keyless);
        it.execute("DELETE FROM t WHERE a = 1", "INSERT INTO t VALUES (50, 1), (51, 2)");
        it.assertFresh("k", keyless);
        it.assertFresh("o", OTHER);
    }

    @Test
    void aKeyThatWasEditedIsRebuilt() throws SQLException {
        it.execute("UPDATE v SET id = 1000 WHERE id = 1", "DELETE FROM t WHERE id = 1");
        it.await("SELECT count(*) FROM v WHERE id = 1000", "0"::equals);
        it.execute("UPDATE v SET id = 1000 WHERE id = 2", "INSERT INTO t VALUES (1000, 1)");
        it.await("SELECT count(*) FROM v WHERE id IN (2, 1000)", "2"::equals);
        it.assertFresh("v", QUERY);
        it.assertFresh("o", OTHER);
    }

    @Test
    void aTableThatIsLockedForLongHoldsUpNoOther() throws SQLException {
        try (Connection session = it.database().connect()) {
            RunningSidecar.execute(session, "BEGIN");
            RunningSidecar.execute(session, "LOCK TABLE v IN EXCLUSIVE MODE");
            it.execute("INSERT INTO t VALUES (30, 1)");
            it.await("SELECT n FROM o WHERE a = 1", "7"::equals);
            it.await(
                    "SELECT message FROM pgtrickle.view WHERE view_name = 'v'",
                    message -> message.contains("lock"));
            it.execute("INSERT INTO t VALUES (31, 1)");
            it.await("SELECT n FROM o WHERE a = 1", "8"::equals);
            RunningSidecar.execute(session, "COMMIT");
        }
        it.awaitStatus("v", "running");
        it.assertFresh("v", QUERY);
    }

    @Test
    void aDroppedTableIsAnErrorAndTheViewCanBeMadeAgain() throws SQLException {
        it.execute("DROP TABLE v", "INSERT INTO t VALUES (30, 1)");
        it.awaitStatus("v", "error");
        it.assertFresh("o", OTHER);
        it.execute("CALL pgtrickle.drop_view('v')");
        it.create("v", QUERY);
        it.assertFresh("v", QUERY);
    }

    @Test
    void aRenamedTableIsAnError() throws SQLException {
        it.execute("ALTER TABLE v RENAME TO v2", "INSERT INTO t VALUES (30, 1)");
        it.awaitStatus("v", "error");
        it.assertFresh("o", OTHER);
        it.execute("ALTER TABLE v2 RENAME TO v");
        it.awaitStatus("v", "running");
        it.assertFresh("v", QUERY);
    }

    @Test
    void aColumnAddedByHandMayStay() throws SQLException {
        it.execute(
                "ALTER TABLE v ADD note text DEFAULT 'x'",
                "INSERT INTO t VALUES (30, 1)",
                "UPDATE t SET a = 9 WHERE id = 4");
        it.assertFresh("v", QUERY);
    }

    @Test
    void aLockedTableIsWaitedFor() throws SQLException {
        try (Connection session = it.database().connect()) {
            RunningSidecar.execute(session, "BEGIN");
            RunningSidecar.execute(session, "LOCK TABLE v IN EXCLUSIVE MODE");
            it.execute("INSERT INTO t VALUES (30, 1)", "SELECT pg_sleep(0.3)");
            RunningSidecar.execute(session, "COMMIT");
        }
        it.assertFresh("v", QUERY);
    }

    @Test
    void aViewThatIsBeingReadIsNotDroppedAndHoldsNothingUp() throws SQLException {
        try (Connection session = it.database().connect()) {
            RunningSidecar.execute(session, "BEGIN");
            RunningSidecar.execute(session, "SELECT * FROM v");
            try {
                it.execute("CALL pgtrickle.drop_view('v')");
            } catch (SQLException e) {
                assertThat(e.getSQLState()).isEqualTo("55P03");
            }
            it.execute("INSERT INTO t VALUES (30, 1)");
            it.assertFresh("v", QUERY);
        }
    }

    @Test
    void anErrorInARowStopsItsViewAlone() throws SQLException {
        it.create("d", "SELECT id, 10 / a AS q FROM t");
        it.execute("BEGIN; INSERT INTO t VALUES (31, 1); INSERT INTO t VALUES (30, 0); COMMIT");
        it.awaitStatus("d", "error: division by zero");
        it.assertFresh("v", QUERY);
        it.assertFresh("o", OTHER);
        assertThat(it.value("SELECT count(*) FROM d")).isEqualTo("20");
        it.stop();
        it.startAgain();
        it.execute("INSERT INTO t VALUES (32, 2)");
        it.assertFresh("v", QUERY);
        assertThat(it.status("d")).startsWith("error: division by zero");
    }

    @Test
    void aViewRunsAgainWhenTheRowIsMendedOrGone() throws SQLException {
        String quotients = "SELECT id, 10 / a AS q FROM t";
        it.create("d", quotients);
        it.execute("INSERT INTO t VALUES (30, 0), (31, 0)");
        it.awaitStatus("d", "error: division by zero");
        it.execute("UPDATE t SET a = 5 WHERE id = 30");
        it.assertFresh("o", OTHER);
        assertThat(it.status("d")).startsWith("error: division by zero");
        it.execute("DELETE FROM t WHERE id = 31");
        it.awaitStatus("d", "running");
        it.assertFresh("d", quotients);
        it.execute("INSERT INTO t VALUES (32, 0)");
        it.awaitStatus("d", "error: division by zero");
        it.stop();
        it.execute("DELETE FROM t WHERE id = 32");
        it.startAgain();
        it.awaitStatus("d", "running");
        it.assertFresh("d", quotients);
    }

    @Test
    void aViewThatCouldNotBeMadeInTheBackgroundIsMadeWhenTheRowIsGone() throws SQLException {
        it.execute("INSERT INTO t VALUES (30, 0)");
        it.execute(
                "CALL pgtrickle.create_view('e', 'SELECT id, 10 / a AS q FROM t', block => false)");
        it.awaitStatus("e", "error: division by zero");
        it.execute("DELETE FROM t WHERE id = 30");
        it.awaitStatus("e", "running");
        it.assertFresh("e", "SELECT id, 10 / a AS q FROM t");
    }

    @Test
    void anErrorInARowRefusesTheViewThatIsBeingMade() throws SQLException {
        it.execute("INSERT INTO t VALUES (30, 0)");
        try {
            it.create("d", "SELECT id, 10 / a AS q FROM t");
            throw new AssertionError("was made");
        } catch (SQLException e) {
            assertThat(e.getSQLState()).isEqualTo("22012");
        }
        assertThat(it.status("d")).isEqualTo("none");
        it.execute(
                "CALL pgtrickle.create_view('e', 'SELECT id, 10 / a AS q FROM t', block => false)");
        it.awaitStatus("e", "error: division by zero");
        it.execute("CALL pgtrickle.drop_view('e')");
        assertThat(it.value("SELECT count(*) FROM pg_class WHERE relname ~ '^result_'"))
                .isEqualTo("0");
    }
}
