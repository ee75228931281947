package io.pgtrickle.oracle;

import io.pgtrickle.commander.Sidecar;
import io.pgtrickle.commander.SidecarSettings;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.testsupport.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/// A sidecar on a database and a session of its superuser.
final class SidecarSession implements AutoCloseable {

    private final SidecarSettings settings;
    private final Connection connection;
    private Sidecar sidecar;

    SidecarSession(Database database, Path state) throws SQLException {
        this.settings =
                new SidecarSettings(
                        ServerAddress.parse(database.uri()),
                        state,
                        "oracle_" + database.name(),
                        SidecarSettings.DEFAULT_PUBLICATION,
                        SidecarSettings.DEFAULT_MEMORY_BYTES);
        this.connection = database.connect();
        this.sidecar = Sidecar.start(settings, Clock.systemUTC());
    }

    Connection connection() {
        return connection;
    }

    void restart() {
        sidecar.close();
        sidecar = Sidecar.start(settings, Clock.systemUTC());
    }

    void create(String view, String query) throws SQLException {
        try (PreparedStatement create =
                connection.prepareStatement("CALL pgtrickle.create_view(?, ?)")) {
            create.setString(1, view);
            create.setString(2, query);
            create.execute();
        }
    }

    List<String> explain(String query) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (PreparedStatement explain =
                connection.prepareStatement("SELECT * FROM pgtrickle.explain_view(?)")) {
            explain.setString(1, query);
            try (ResultSet rows = explain.executeQuery()) {
                while (rows.next()) {
                    lines.add(rows.getString(1));
                }
            }
        }
        return lines;
    }

    /// `running`, or another status and its message.
    String status(String view) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT concat_ws(': ', status, message) FROM pgtrickle.list_views() WHERE view_name = ?::regclass")) {
            statement.setString(1, view);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : "absent";
            }
        }
    }

    /// Until the views have all that has committed by now.
    void awaitChanges() throws SQLException {
        execute("CALL pgtrickle.wait_for_lsn()");
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        sidecar.close();
        try {
            execute(
                    "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                            + " WHERE NOT active AND database = current_database()");
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
