package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.testsupport.Comparison;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// A sidecar on a database of its own, and a session of its superuser.
final class RunningSidecar implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    /// Of a process, on a machine that does other things as well.
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private final Database database;
    private final Path state;
    private final InstantSource clock;
    private final Connection connection;
    private Sidecar sidecar;

    private RunningSidecar(Database database, Path state, InstantSource clock) throws SQLException {
        this.database = database;
        this.state = state;
        this.clock = clock;
        this.connection = database.connect();
        this.sidecar = start(state);
    }

    static RunningSidecar on(int major, Path state) throws SQLException {
        return on(EmbeddedServer.shared(major).createDatabase(), state);
    }

    static RunningSidecar on(Database database, Path state) throws SQLException {
        return on(database, state, InstantSource.system());
    }

    static RunningSidecar on(Database database, Path state, InstantSource clock)
            throws SQLException {
        return new RunningSidecar(database, state, clock);
    }

    Sidecar start(Path directory) {
        return Sidecar.start(
                new SidecarSettings(
                        ServerAddress.parse(database.uri()),
                        directory,
                        slot(),
                        SidecarSettings.DEFAULT_PUBLICATION,
                        SidecarSettings.DEFAULT_MEMORY_BYTES),
                clock);
    }

    String slot() {
        return "it_" + database.name();
    }

    Database database() {
        return database;
    }

    Sidecar sidecar() {
        return sidecar;
    }

    void stop() {
        sidecar.close();
    }

    void startAgain() {
        sidecar = start(state);
    }

    /// A session of another role.
    Connection connectAs(String role) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://"
                        + database.server().host()
                        + ":"
                        + database.server().port()
                        + "/"
                        + database.name()
                        + "?user="
                        + role);
    }

    void execute(String... statements) throws SQLException {
        for (String sql : statements) {
            execute(connection, sql);
        }
    }

    static void execute(Connection session, String sql) throws SQLException {
        try (Statement statement = session.createStatement()) {
            statement.execute(sql);
        }
    }

    void create(String view, String query) throws SQLException {
        execute("CALL pgtrickle.create_view('" + view + "', '" + query.replace("'", "''") + "')");
    }

    String value(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? String.valueOf(rows.getString(1)) : "none";
        }
    }

    String status(String view) throws SQLException {
        return value(
                "SELECT status || ': ' || message FROM pgtrickle.view WHERE view_name = '"
                        + view
                        + "'");
    }

    void assertGroup(String view, String group) throws SQLException {
        assertThat(
                        value(
                                "SELECT view_group FROM pgtrickle.list_views() WHERE view_name = '"
                                        + view
                                        + "'::regclass"))
                .isEqualTo(group);
    }

    /// Waits until a value is as wanted.
    String await(String sql, Predicate<String> wanted) throws SQLException {
        return await(sql, wanted, LIMIT);
    }

    private String await(String sql, Predicate<String> wanted, Duration limit) throws SQLException {
        long deadline = System.nanoTime() + limit.toNanos();
        String last = value(sql);
        while (!wanted.test(last)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        sql
                                + " is still "
                                + last
                                + " after "
                                + limit
                                + "; "
                                + value(
                                        "SELECT string_agg(view_name || ' ' || status || ' ' || message, '; ') FROM pgtrickle.view"));
            }
            execute("SELECT pg_sleep(0.02)");
            last = value(sql);
        }
        return last;
    }

    void awaitStatus(String view, String status) throws SQLException {
        String sql =
                "SELECT status || ': ' || message FROM pgtrickle.view WHERE view_name = '"
                        + view
                        + "'";
        await(sql, text -> text.startsWith(status));
    }

    /// Until one serves, e.g. in another process: it holds the lock, which a heartbeat that is still fresh says nothing of.
    void awaitSidecar() throws SQLException {
        await("SELECT pgtrickle._absence(interval '0') IS NULL", "t"::equals, START_LIMIT);
    }

    /// Until all that has committed is applied, however long it takes.
    void awaitAll() throws SQLException {
        execute("CALL pgtrickle.wait_for_lsn(timeout => '10 min')");
    }

    /// The same by another session than this one's.
    static void awaitSidecar(Connection session) throws SQLException {
        execute(
                session,
                "DO $$ BEGIN WHILE pgtrickle._absence(interval '0') IS NOT NULL LOOP PERFORM pg_sleep(0.05); END LOOP; END $$");
    }

    /// Equal, once all that has committed by now is applied.
    void assertFresh(String view, String query) throws SQLException {
        execute("CALL pgtrickle.wait_for_lsn()");
        // a sidecar that has just begun may find that it has to rebuild
        awaitStatus(view, "running");
        execute("CALL pgtrickle.wait_for_lsn()");
        List<String> differences = new ArrayList<>(Comparison.differences(connection, view, query));
        assertThat(differences).as("%s: %s (%s)", view, query, status(view)).isEmpty();
        assertThat(status(view)).startsWith("running");
    }

    /// Its columns are those of the query: names, types, modifiers, collations.
    void assertColumns(String view, String query) throws SQLException {
        execute(
                "DROP TABLE IF EXISTS pg_temp.its_query",
                "CREATE TEMPORARY TABLE its_query AS " + query + " WITH NO DATA");
        assertThat(columns(view)).as(query).isEqualTo(columns("pg_temp.its_query"));
    }

    private String columns(String table) throws SQLException {
        return value(
                "SELECT string_agg(concat_ws(' ', quote_ident(attname), format_type(atttypid, atttypmod), attcollation::regcollation),"
                        + " E'\\n' ORDER BY attnum) FROM pg_attribute WHERE attrelid = '"
                        + table
                        + "'::regclass AND attnum > 0 AND attname <> '__pgtrickle_row'");
    }

    @Override
    public void close() {
        sidecar.close();
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
