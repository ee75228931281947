package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// What may be done to a view that there is: altering, renaming, pausing, rebuilding; and taking over a table of a migration's.
@ParameterizedClass
@ValueSource(ints = {14, 18})
final class LifecycleIT {

    private static final String QUERY = "SELECT id, a FROM t WHERE a > 0";
    private static final String WIDER = "SELECT id, a, b, a + 1 AS next FROM t WHERE a > 1";

    @Parameter private int major;

    @TempDir private Path state;
    private RunningSidecar it;

    @BeforeEach
    void begin() throws SQLException {
        it = RunningSidecar.on(major, state);
        it.execute(
                "CREATE TABLE t (id int PRIMARY KEY, a int, b text)",
                "INSERT INTO t SELECT i, i % 4, 'b' || i FROM generate_series(1, 40) i");
        it.create("v", QUERY);
        it.create("other", "SELECT a, count(*) AS n FROM t GROUP BY a");
    }

    @AfterEach
    void end() {
        it.close();
    }

    @Test
    void aViewThatOthersReadStaysUntilTheyGo() throws SQLException {
        it.create("above", "SELECT count(*) AS n FROM v");
        it.create("top", "SELECT n + 1 AS m FROM above");
        it.execute("INSERT INTO t VALUES (200, 3, 'x')");
        it.assertFresh("top", "SELECT count(*) + 1 AS m FROM t WHERE a > 0");
        assertThatThrownBy(() -> it.execute("CALL pgtrickle.drop_view('v')"))
                .hasMessageContaining("is read by view \"above\"");
        assertThatThrownBy(() -> alter("v", WIDER)).hasMessageContaining("is read by");
        it.execute("CALL pgtrickle.drop_view('v', cascade => true)");
        assertThat(it.value("SELECT string_agg(view_name, ',') FROM pgtrickle.view"))
                .isEqualTo("other");
    }

    @Test
    void anAlteredViewKeepsWhatUsersGaveIt() throws SQLException {
        it.execute(
                "DO $$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                "GRANT SELECT ON v TO reader",
                "GRANT UPDATE (a) ON v TO reader",
                "CREATE INDEX by_a ON v (a) WHERE a > 2",
                "CREATE UNIQUE INDEX \"by both\" ON v (a, id)",
                "ALTER TABLE v ADD CONSTRAINT positive CHECK (a > 0)",
                "COMMENT ON TABLE v IS 'it''s mine'",
                "COMMENT ON COLUMN v.a IS 'the a'");
        String before = it.value("SELECT 'v'::regclass::oid");
        alter("v", WIDER);
        assertThat(it.value("SELECT 'v'::regclass::oid")).isNotEqualTo(before);
        it.execute("INSERT INTO t VALUES (100, 7, 'new')", "DELETE FROM t WHERE id = 3");
        it.assertFresh("v", WIDER);
        it.assertFresh("other", "SELECT a, count(*) AS n FROM t GROUP BY a");
        assertThat(
                        it.value(
                                "SELECT has_table_privilege('reader', 'v', 'SELECT') AND has_column_privilege('reader', 'v', 'a', 'UPDATE')"))
                .isEqualTo("t");
        assertThat(
                        it.value(
                                "SELECT string_agg(indexname, ',' ORDER BY indexname) FROM pg_indexes WHERE tablename = 'v'"))
                .isEqualTo("by both,by_a,v_pkey");
        assertThat(
                        it.value(
                                "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = 'v'::regclass"))
                .isEqualTo("positive");
        assertThat(it.value("SELECT obj_description('v'::regclass)")).isEqualTo("it's mine");
        assertThat(it.value("SELECT col_description('v'::regclass, 2)")).isEqualTo("the a");
        assertThat(it.value("SELECT count(*) FROM pgtrickle.view")).isEqualTo("2");
        assertThat(
                        it.value(
                                "SELECT query FROM pgtrickle.list_views() WHERE view_name = 'v'::regclass"))
                .isEqualTo(WIDER);
        assertNothingLeft();
        it.execute("ALTER TABLE v DROP CONSTRAINT positive");
        // an index whose column is gone goes
        alter("v", "SELECT b, count(*) AS n FROM t GROUP BY b");
        it.assertFresh("v", "SELECT b, count(*) AS n FROM t GROUP BY b");
        assertThat(
                        it.value(
                                "SELECT string_agg(indexname, ',' ORDER BY indexname) FROM pg_indexes WHERE tablename = 'v'"))
                .isEqualTo("v_pkey");
    }

    @Test
    void anAlterationThatFailsChangesNothing() throws SQLException {
        assertThatThrownBy(() -> alter("v", "SELECT nonsense FROM t"))
                .hasMessageContaining("nonsense");
        assertThatThrownBy(() -> alter("v", "SELECT id, 1 / a AS q FROM t"))
                .hasMessageContaining("division by zero");
        assertThatThrownBy(() -> alter("nowhere", QUERY)).hasMessageContaining("does not exist");
        it.execute("CREATE VIEW dependent AS SELECT a FROM v");
        assertThatThrownBy(() -> alter("v", WIDER)).hasMessageContaining("depend");
        it.execute("INSERT INTO t VALUES (100, 7, 'new')");
        it.assertFresh("v", QUERY);
        assertThat(it.value("SELECT count(*) FROM pgtrickle.view")).isEqualTo("2");
        assertNothingLeft();
    }

    @Test
    void readersSeeTheOldViewUntilTheNewOneIsThere() throws Exception {
        try (Connection reader = it.database().connect();
                Connection caller = it.database().connect()) {
            RunningSidecar.execute(reader, "BEGIN; SELECT count(*) FROM v");
            FutureTask<Boolean> altering =
                    new FutureTask<>(() -> {
                        RunningSidecar.execute(
                                caller, "CALL pgtrickle.alter_view('v', '" + WIDER + "')");
                        return true;
                    });
            Thread.ofVirtual().start(altering);
            it.await(
                    "SELECT message FROM pgtrickle.list_views() WHERE view_name = 'v'::regclass",
                    message -> message.contains("being altered") && message.contains("lock"));
            it.execute("INSERT INTO t VALUES (100, 7, 'new')");
            it.assertFresh("v", QUERY);
            it.assertFresh("other", "SELECT a, count(*) AS n FROM t GROUP BY a");
            assertThat(altering.isDone()).isFalse();
            RunningSidecar.execute(reader, "COMMIT");
            assertThat(altering.get()).isTrue();
        }
        it.assertFresh("v", WIDER);
        assertNothingLeft();
    }

    @Test
    void anAlterationGoesOnAfterARestartAndCanBeDropped() throws SQLException {
        try (Connection reader = it.database().connect()) {
            RunningSidecar.execute(reader, "BEGIN; SELECT count(*) FROM v");
            it.execute(
                    "DO $$ BEGIN PERFORM pgtrickle._submit('alter_view', '{\"name\": \"v\", \"query\": \""
                            + WIDER
                            + "\"}', pgtrickle._settings()); END $$");
            it.await("SELECT count(*) FROM pgtrickle.view WHERE replaces IS NOT NULL", "1"::equals);
            it.stop();
            it.startAgain();
            it.execute("INSERT INTO t VALUES (100, 7, 'new')");
            it.assertFresh("v", QUERY);
            RunningSidecar.execute(reader, "COMMIT");
            it.await("SELECT count(*) FROM pgtrickle.view WHERE replaces IS NOT NULL", "0"::equals);
            it.assertFresh("v", WIDER);
            assertThat(it.value("SELECT state FROM pgtrickle.command WHERE kind = 'alter_view'"))
                    .isEqualTo("done");
        }
        it.execute(
                "DO $$ BEGIN PERFORM pgtrickle._submit('alter_view', '{\"name\": \"v\", \"query\": \""
                        + QUERY
                        + "\"}', pgtrickle._settings()); END $$",
                "CALL pgtrickle.drop_view('v')");
        it.await("SELECT count(*) FROM pgtrickle.view", "1"::equals);
        it.await(
                "SELECT count(*) FROM pg_class WHERE relname ~ '^result_' OR relname = 'v'",
                "0"::equals);
    }

    @Test
    void aViewCanBeReplacedByCreating() throws SQLException {
        it.execute(
                "CALL pgtrickle.create_view('v', '" + WIDER + "', or_replace => true)",
                "CALL pgtrickle.create_view('fresh', '" + QUERY + "', or_replace => true)");
        it.assertFresh("v", WIDER);
        it.assertFresh("fresh", QUERY);
    }

    @Test
    void aRenamedViewGoesOn() throws SQLException {
        it.execute(
                "CREATE SCHEMA s",
                "CALL pgtrickle.rename_view('v', 'w')",
                "INSERT INTO t VALUES (100, 7, 'new')");
        it.assertFresh("w", QUERY);
        assertThat(it.value("SELECT to_regclass('v') IS NULL")).isEqualTo("t");
        it.execute("CALL pgtrickle.rename_view('w', 's.w')", "DELETE FROM t WHERE id = 5");
        it.execute("CALL pgtrickle.wait_for_lsn()");
        assertThat(it.value("SELECT count(*) FROM s.w WHERE id = 5")).isEqualTo("0");
        assertThatThrownBy(() -> it.execute("CALL pgtrickle.rename_view('s.w', 'public.t')"))
                .hasMessageContaining("already exists");
        it.stop();
        it.startAgain();
        it.execute("DELETE FROM t WHERE id = 6", "CALL pgtrickle.wait_for_lsn()");
        assertThat(it.value("SELECT count(*) FROM s.w WHERE id = 6")).isEqualTo("0");
    }

    @Test
    void aPausedViewKeepsItsContentUntilItIsResumed() throws SQLException {
        it.execute("CALL pgtrickle.pause_view('v')", "INSERT INTO t VALUES (100, 7, 'new')");
        it.awaitStatus("v", "paused");
        it.assertFresh("other", "SELECT a, count(*) AS n FROM t GROUP BY a");
        assertThat(it.value("SELECT count(*) FROM v WHERE id = 100")).isEqualTo("0");
        assertThatThrownBy(() -> it.execute("CALL pgtrickle.wait_for_lsn(view_name => 'v')"))
                .hasMessageContaining("paused");
        it.stop();
        it.startAgain();
        it.execute("DELETE FROM t WHERE id = 5");
        it.assertFresh("other", "SELECT a, count(*) AS n FROM t GROUP BY a");
        assertThat(it.status("v")).startsWith("paused");
        it.execute("CALL pgtrickle.resume_view('v')");
        it.assertFresh("v", QUERY);
        it.execute(
                "CALL pgtrickle.resume_view('v')",
                "CALL pgtrickle.pause_view('v')",
                "CALL pgtrickle.rebuild_view('v')");
        it.assertFresh("v", QUERY);
    }

    @Test
    void aPopulationCanBePausedAndResumed() throws SQLException {
        try (Connection writer = it.database().connect()) {
            it.execute("CREATE TABLE u (id int PRIMARY KEY)");
            RunningSidecar.execute(writer, "BEGIN; INSERT INTO u VALUES (1)");
            it.execute("CALL pgtrickle.create_view('w', 'SELECT id FROM u', block => false)");
            it.await(
                    "SELECT message FROM pgtrickle.view WHERE view_name = 'w'",
                    message -> message.contains("transaction"));
            it.execute("CALL pgtrickle.pause_view('w')");
            RunningSidecar.execute(writer, "COMMIT");
            it.execute("CALL pgtrickle.resume_view('w')");
        }
        it.assertFresh("w", "SELECT id FROM u");
        assertNothingLeft();
    }

    @Test
    void aRebuiltViewIsWhatItsQueryIs() throws SQLException {
        it.execute(
                "UPDATE v SET a = 77 WHERE id = 1",
                "DELETE FROM v WHERE id = 2",
                "INSERT INTO v VALUES (1000, 1)",
                "CALL pgtrickle.rebuild_view('v')");
        it.assertFresh("v", QUERY);
        assertThatThrownBy(() -> it.execute("CALL pgtrickle.rebuild_view('nowhere')"))
                .hasMessageContaining("does not exist");
    }

    @Test
    void aTableOfAMigrationIsFilled() throws SQLException {
        it.execute(
                "CREATE TABLE mine (note text DEFAULT 'n', a int, id int PRIMARY KEY)",
                "CREATE TABLE keyless (a int)",
                "CREATE TABLE full_one (id int, a int)",
                "INSERT INTO full_one VALUES (1, 1)",
                "CREATE TABLE other_type (id int, a text)",
                "CREATE TABLE too_narrow (id int)");
        adopt("mine", QUERY);
        adopt("keyless", "SELECT a FROM t");
        for (String[] wrong :
                new String[][] {
                    {"full_one", "rows"},
                    {"other_type", "type"},
                    {"too_narrow", "column"},
                    {"absent", "does not exist"},
                    {"mine", "already"}
                }) {
            assertThatThrownBy(() -> adopt(wrong[0], QUERY)).hasMessageContaining(wrong[1]);
        }
        it.execute("INSERT INTO t VALUES (100, 7, 'new')", "DELETE FROM t WHERE id = 7");
        it.execute("CALL pgtrickle.wait_for_lsn()");
        assertThat(it.value("SELECT count(*) FROM (SELECT id, a FROM mine EXCEPT " + QUERY + ") d"))
                .isEqualTo("0");
        assertThat(it.value("SELECT count(*) = (SELECT count(*) FROM t) FROM keyless"))
                .isEqualTo("t");
        it.stop();
        it.startAgain();
        it.execute("DELETE FROM t WHERE id = 9", "CALL pgtrickle.wait_for_lsn()");
        assertThat(it.value("SELECT count(*) FROM mine WHERE id = 9")).isEqualTo("0");
    }

    @Test
    void othersMayDoNothingToAView() throws SQLException {
        it.execute(
                "DO $$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                "GRANT CREATE ON SCHEMA public TO reader",
                "GRANT SELECT ON t TO reader",
                "CREATE TABLE taken (id int, a int)");
        try (Connection reader = it.connectAs("reader")) {
            for (String call :
                    new String[] {
                        "alter_view('v', '" + QUERY + "')",
                        "create_view('v', '" + QUERY + "', or_replace => true)",
                        "create_view('taken', '" + QUERY + "', use_existing_table => true)",
                        "rename_view('v', 'w')",
                        "pause_view('v')",
                        "resume_view('v')",
                        "rebuild_view('v')"
                    }) {
                assertThatThrownBy(() -> RunningSidecar.execute(reader, "CALL pgtrickle." + call))
                        .hasMessageContaining("of");
            }
        }
        it.assertFresh("v", QUERY);
        assertThat(
                        it.value(
                                "SELECT count(*) FROM pgtrickle.command WHERE state = 'failed' AND sqlstate = '42501'"))
                .isEqualTo("7");
    }

    private void alter(String view, String query) throws SQLException {
        it.execute("CALL pgtrickle.alter_view('" + view + "', '" + query + "')");
    }

    private void adopt(String table, String query) throws SQLException {
        it.execute(
                "CALL pgtrickle.create_view('"
                        + table
                        + "', '"
                        + query
                        + "', use_existing_table => true)");
    }

    private void assertNothingLeft() throws SQLException {
        assertThat(it.value("SELECT count(*) FROM pg_class WHERE relname ~ '^result_'"))
                .isEqualTo("0");
        assertThat(
                        it.value(
                                "SELECT count(*) FROM pg_type WHERE typname ~ '^delta_' AND substr(typname, 7)::bigint NOT IN (SELECT id FROM pgtrickle.view)"))
                .isEqualTo("0");
    }
}
