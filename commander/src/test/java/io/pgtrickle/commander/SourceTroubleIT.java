package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What people do to the tables that views read: the views either stay exact, or say that they don't follow any more.
final class SourceTroubleIT {

    private static final String QUERY = "SELECT a, count(*) AS n, sum(b) AS s FROM t GROUP BY a";

    @TempDir private Path state;
    private RunningSidecar it;

    @BeforeEach
    void begin() throws SQLException {
        it = RunningSidecar.on(17, state);
        it.execute(
                "CREATE TABLE t (id int PRIMARY KEY, a int, b numeric(10,2), c text)",
                "CREATE TABLE other (id int PRIMARY KEY, x int)",
                "INSERT INTO t SELECT i, i % 3, i + 0.25, 'c' FROM generate_series(1, 20) i",
                "INSERT INTO other VALUES (1, 1)");
        it.create("v", QUERY);
        it.create("w", "SELECT x FROM other");
    }

    @AfterEach
    void end() {
        it.close();
    }

    @Test
    void aDroppedTableStopsItsViewsOnly() throws SQLException {
        it.execute("DROP TABLE t");
        it.awaitStatus("v", "needs_attention");
        it.execute("INSERT INTO other VALUES (2, 2)");
        it.assertFresh("w", "SELECT x FROM other");
        it.execute("CALL pgtrickle.drop_view('v')");
    }

    @Test
    void aRenamedColumnStopsItsViews() throws SQLException {
        it.execute("ALTER TABLE t RENAME b TO b2");
        it.awaitStatus("v", "needs_attention");
    }

    @Test
    void aColumnDroppedAndAddedAgainStopsItsViews() throws SQLException {
        it.execute(
                "BEGIN; ALTER TABLE t DROP b; ALTER TABLE t ADD b numeric(10,2) DEFAULT 7;"
                        + " INSERT INTO t VALUES (100, 1, 'x', 1); COMMIT");
        it.awaitStatus("v", "needs_attention");
    }

    @Test
    void aChangedTypeStopsItsViewsEvenWhereTheSidecarWasAway() throws SQLException {
        it.stop();
        it.execute("ALTER TABLE t ALTER a TYPE text", "INSERT INTO t VALUES (100, 'x', 1, 'x')");
        it.startAgain();
        it.awaitStatus("v", "needs_attention");
    }

    @Test
    void aChangedTypeBetweenTwoChangesStopsItsViews() throws SQLException {
        it.execute(
                "INSERT INTO t VALUES (100, 1, 1, 'x')",
                "ALTER TABLE t ALTER a TYPE bigint",
                "INSERT INTO t VALUES (101, 1, 1, 'x')");
        it.awaitStatus("v", "needs_attention");
    }

    @Test
    void unneededColumnsMayChange() throws SQLException {
        it.execute(
                "ALTER TABLE t ADD d int DEFAULT 5",
                "ALTER TABLE t DROP c",
                "INSERT INTO t VALUES (100, 1, 1, 1)",
                "ALTER TABLE t RENAME TO t2",
                "UPDATE t2 SET b = 3 WHERE id = 4");
        it.assertFresh("v", QUERY.replace("FROM t", "FROM t2"));
        it.execute("VACUUM FULL t2", "DELETE FROM t2 WHERE id = 3");
        it.assertFresh("v", QUERY.replace("FROM t", "FROM t2"));
        it.execute("TRUNCATE t2", "INSERT INTO t2 VALUES (1, 2, 3, 4)");
        it.assertFresh("v", QUERY.replace("FROM t", "FROM t2"));
    }

    @Test
    void aRewrittenTableIsReadAgain() throws SQLException {
        it.execute("ALTER TABLE t ALTER b TYPE numeric(10,2) USING b * 2");
        it.await("SELECT sum(s) = (SELECT sum(b) FROM t) FROM v", "t"::equals);
        it.assertFresh("v", QUERY);
    }

    @Test
    void aTableTakenOutOfThePublicationIsReadAgain() throws SQLException {
        it.execute(
                "ALTER PUBLICATION pgtrickle DROP TABLE t",
                "INSERT INTO t VALUES (100, 1, 1, 'x')");
        it.await("SELECT sum(n) FROM v", "21"::equals);
        it.execute("INSERT INTO t VALUES (101, 1, 1, 'x')");
        it.assertFresh("v", QUERY);
    }

    @Test
    void aTableTakenOutOfThePublicationWhileTheSidecarWasAwayIsReadAgain() throws SQLException {
        it.stop();
        it.execute(
                "ALTER PUBLICATION pgtrickle DROP TABLE t",
                "INSERT INTO t VALUES (100, 1, 1, 'x')",
                "ALTER PUBLICATION pgtrickle ADD TABLE t");
        it.startAgain();
        it.awaitStatus("v", "running");
        it.assertFresh("v", QUERY);
    }

    @Test
    void aDroppedPublicationIsMadeAgain() throws SQLException {
        it.execute("DROP PUBLICATION pgtrickle", "INSERT INTO t VALUES (100, 1, 1, 'x')");
        it.await("SELECT sum(n) FROM v", "21"::equals);
        it.awaitStatus("w", "running");
        it.awaitStatus("v", "running");
        it.assertFresh("v", QUERY);
    }

    @Test
    void aPublicationDroppedAndMadeWhileTheSidecarWasAwayIsNoticed() throws SQLException {
        it.stop();
        it.execute(
                "DROP PUBLICATION pgtrickle",
                "INSERT INTO t VALUES (100, 1, 1, 'x')",
                "CREATE PUBLICATION pgtrickle FOR TABLE t, other");
        it.startAgain();
        it.awaitStatus("v", "running");
        it.assertFresh("v", QUERY);
    }

    @Test
    void replicaIdentitiesMayChangeAsLongAsTheyServe() throws SQLException {
        it.execute("ALTER TABLE t REPLICA IDENTITY FULL", "UPDATE t SET b = 1 WHERE id = 1");
        it.awaitStatus("v", "running");
        it.await("SELECT sum(s) = (SELECT sum(b) FROM t) FROM v", "t"::equals);
        it.execute("ALTER TABLE t REPLICA IDENTITY DEFAULT", "UPDATE t SET b = 2 WHERE id = 1");
        it.await("SELECT sum(s) = (SELECT sum(b) FROM t) FROM v", "t"::equals);
        it.execute("ALTER TABLE t DROP CONSTRAINT t_pkey", "INSERT INTO t VALUES (100, 1, 1, 'x')");
        it.await(
                "SELECT status FROM pgtrickle.view WHERE view_name = 'v'",
                status -> status.equals("error") || status.equals("needs_attention"));
        assertThat(it.status("w")).startsWith("running");
    }

    @Test
    void aRowFilterOnThePublicationIsRefused() throws SQLException {
        it.execute(
                "CREATE TABLE filtered (id int PRIMARY KEY, x int)",
                "ALTER PUBLICATION pgtrickle ADD TABLE filtered WHERE (id > 5)");
        assertThatThrownBy(() -> it.create("f", "SELECT * FROM filtered"))
                .hasMessageContaining("row filter");
    }

    @Test
    void aTruncateOfATableWithFullIdentityEmptiesItsViews() throws SQLException {
        it.execute(
                "CREATE TABLE f (a int, b text)",
                "ALTER TABLE f REPLICA IDENTITY FULL",
                "INSERT INTO f VALUES (1, 'a'), (1, 'a'), (2, NULL)");
        it.create("fv", "SELECT a, b FROM f");
        it.execute(
                "BEGIN; INSERT INTO f VALUES (7, 'x'); TRUNCATE f; INSERT INTO f VALUES (8, 'y'); COMMIT");
        it.assertFresh("fv", "SELECT a, b FROM f");
        it.execute(
                "BEGIN; SAVEPOINT s; TRUNCATE f; ROLLBACK TO s; INSERT INTO f VALUES (9, NULL); COMMIT");
        it.assertFresh("fv", "SELECT a, b FROM f");
    }

    @Test
    void aLockedSourceHoldsUpNeitherOtherViewsNorDropping() throws SQLException {
        try (Connection blocker = it.database().connect()) {
            RunningSidecar.execute(blocker, "BEGIN");
            RunningSidecar.execute(blocker, "LOCK TABLE other IN ACCESS EXCLUSIVE MODE");
            assertThatThrownBy(() -> it.create("x", "SELECT id FROM other"))
                    .hasMessageContaining("lock");
            it.execute("INSERT INTO t VALUES (100, 1, 1, 'x')");
            it.assertFresh("v", QUERY);
            it.execute("INSERT INTO t VALUES (101, 1, 1, 'x')");
            it.assertFresh("v", QUERY);
            // while its query waits for the lock, others move on
            it.execute(
                    "DO $$ BEGIN PERFORM pgtrickle._submit('create_view',"
                            + " '{\"name\": \"y\", \"query\": \"SELECT id FROM other\"}', pgtrickle._settings()); END $$");
            it.await(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgtrickle planner' AND wait_event_type = 'Lock'",
                    "1"::equals);
            it.execute(
                    "INSERT INTO t VALUES (102, 1, 1, 'x')",
                    "CALL pgtrickle.wait_for_lsn(view_name => 'v')");
            assertThat(it.value("SELECT state FROM pgtrickle.command ORDER BY id DESC LIMIT 1"))
                    .isEqualTo("running");
            RunningSidecar.execute(blocker, "ROLLBACK");
        }
        it.assertFresh("w", "SELECT x FROM other");
    }
}
