package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Nobody makes, drops or reads through a view what they couldn't by themselves.
final class PrivilegesIT {

    @TempDir private Path state;
    private RunningSidecar it;

    @BeforeEach
    void begin() throws SQLException {
        it = RunningSidecar.on(17, state);
        it.execute(
                "DO $$ BEGIN CREATE ROLE reader LOGIN; CREATE ROLE boss LOGIN; GRANT reader TO boss;"
                        + " EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                "CREATE TABLE open (id int PRIMARY KEY, shown int, hidden int)",
                "CREATE TABLE closed (id int PRIMARY KEY, x int)",
                "CREATE TABLE ruled (id int PRIMARY KEY, x int)",
                "ALTER TABLE ruled ENABLE ROW LEVEL SECURITY",
                "GRANT SELECT (id, shown) ON open TO reader",
                "GRANT SELECT ON ruled TO reader",
                "CREATE SCHEMA reader AUTHORIZATION reader",
                "CREATE VIEW through AS SELECT id, x FROM closed",
                "GRANT SELECT ON through TO reader");
    }

    @AfterEach
    void end() {
        it.close();
    }

    @Test
    void aQueryNeedsTheCallersOwnPrivileges() throws SQLException {
        try (Connection reader = it.connectAs("reader")) {
            refused(reader, "42501", "v", "SELECT id FROM closed");
            refused(reader, "42501", "v", "SELECT id, hidden FROM open");
            refused(reader, "42501", "v", "SELECT id FROM open WHERE hidden > 1");
            refused(reader, "42501", "v", "SELECT o.id FROM open o JOIN closed c ON c.id = o.id");
            refused(reader, "42501", "v", "SELECT count(*) FROM closed");
            refused(reader, "42501", "public.v", "SELECT id FROM open");
            refused(reader, "0A000", "v", "SELECT id FROM ruled");
            refused(reader, "3F000", "nowhere.v", "SELECT id FROM open");
            refused(reader, "22023", "pgtrickle.v", "SELECT id FROM open");
            make(reader, "v", "SELECT id, shown FROM open");
            assertThat(it.value("SELECT schema_name FROM pgtrickle.view")).isEqualTo("reader");
            RunningSidecar.execute(reader, "SELECT * FROM v");
            fails(reader, "42501", "INSERT INTO v VALUES (1, 1)");
            fails(reader, "42501", "UPDATE pgtrickle.command SET state = 'done'");
        }
    }

    @Test
    void theRoleOfTheMomentCounts() throws SQLException {
        try (Connection boss = it.connectAs("boss")) {
            refused(boss, "42501", "reader.w", "SELECT id FROM closed");
            RunningSidecar.execute(boss, "SET ROLE reader");
            make(boss, "w", "SELECT id FROM open");
            assertThat(it.value("SELECT schema_name || created_by FROM pgtrickle.view"))
                    .isEqualTo("readerreader");
        }
        try (Connection superuser = it.database().connect()) {
            RunningSidecar.execute(superuser, "SET ROLE reader");
            refused(superuser, "42501", "x", "SELECT id FROM closed");
        }
    }

    @Test
    void onlyTheOwnerDrops() throws SQLException {
        it.create("mine", "SELECT id FROM closed");
        try (Connection reader = it.connectAs("reader")) {
            fails(reader, "42501", "CALL pgtrickle.drop_view('public.mine')");
            fails(reader, "42501", "DROP TABLE public.mine");
            make(reader, "\"we\"\"ird; DROP TABLE x\"", "SELECT id FROM open");
        }
        try (Connection boss = it.connectAs("boss")) {
            RunningSidecar.execute(
                    boss, "CALL pgtrickle.drop_view('reader.\"we\"\"ird; DROP TABLE x\"')");
        }
    }

    private static void make(Connection session, String name, String query) throws SQLException {
        RunningSidecar.execute(
                session,
                "CALL pgtrickle.create_view('" + name + "', '" + query.replace("'", "''") + "')");
    }

    private static void refused(Connection session, String sqlState, String name, String query)
            throws SQLException {
        fails(
                session,
                sqlState,
                "CALL pgtrickle.create_view('" + name + "', '" + query.replace("'", "''") + "')");
    }

    private static void fails(Connection session, String sqlState, String statement)
            throws SQLException {
        try {
            RunningSidecar.execute(session, statement);
        } catch (SQLException e) {
            assertThat(e.getSQLState()).as(statement + ": " + e.getMessage()).isEqualTo(sqlState);
            return;
        }
        throw new AssertionError(statement + " did not fail");
    }
}
