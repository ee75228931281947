package io.pgtrickle.cli.console;

import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.postgres.Sessions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/// A session on behalf of the user: names are found along the user's own search path, and PostgreSQL's errors come through as
/// they are. Autocommits. For one thread.
public final class Database implements AutoCloseable {

    private final Connection connection;

    private Database(Connection connection) {
        this.connection = connection;
    }

    public static Database open(ServerAddress address) throws SQLException {
        Connection connection = Sessions.open(address, "pgtrickle");
        try (Statement statement = connection.createStatement()) {
            statement.execute("RESET search_path");
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return new Database(connection);
    }

    public Connection connection() {
        return connection;
    }

    public Table query(String sql, @Nullable Object... arguments) throws SQLException {
        try (PreparedStatement statement = prepare(sql, arguments);
                ResultSet result = statement.executeQuery()) {
            return Table.of(result);
        }
    }

    /// The one cell of a query, as text; empty for NULL.
    public String text(String sql, @Nullable Object... arguments) throws SQLException {
        try (PreparedStatement statement = prepare(sql, arguments);
                ResultSet result = statement.executeQuery()) {
            String text = result.next() ? result.getString(1) : null;
            return text == null ? "" : text;
        }
    }

    public void execute(String sql, @Nullable Object... arguments) throws SQLException {
        try (PreparedStatement statement = prepare(sql, arguments)) {
            statement.execute();
        }
    }

    private PreparedStatement prepare(String sql, @Nullable Object... arguments)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
