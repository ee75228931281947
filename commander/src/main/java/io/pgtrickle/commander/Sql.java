package io.pgtrickle.commander;

import io.pgtrickle.postgres.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Short statements on the sidecar's own tables over one autocommitting connection. For one thread.
final class Sql {

    /// Reads one row of a result.
    @FunctionalInterface
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private final Connection connection;

    Sql(Connection connection) {
        this.connection = connection;
    }

    Connection connection() {
        return connection;
    }

    <T> List<T> query(String sql, RowReader<T> reader, @Nullable Object... arguments) {
        try (PreparedStatement statement = prepare(sql, arguments);
                ResultSet rows = statement.executeQuery()) {
            List<T> result = new ArrayList<>();
            while (rows.next()) {
                result.add(reader.read(rows));
            }
            return result;
        } catch (SQLException e) {
            throw SqlErrors.of(e, "the pgtrickle catalog");
        }
    }

    <T> Optional<T> first(String sql, RowReader<T> reader, @Nullable Object... arguments) {
        return query(sql, reader, arguments).stream().findFirst();
    }

    /// The one value of a query that always has one row.
    <T> T one(String sql, RowReader<T> reader, @Nullable Object... arguments) {
        return query(sql, reader, arguments).getFirst();
    }

    /// The fields of a JSON object that aren't null.
    Map<String, String> object(String json) {
        Map<String, String> fields = new HashMap<>();
        query(
                        "SELECT key, value FROM jsonb_each_text(?::jsonb) WHERE value IS NOT NULL",
                        row -> Map.entry(row.getString(1), row.getString(2)),
                        json)
                .forEach(field -> fields.put(field.getKey(), field.getValue()));
        return fields;
    }

    /// The number of rows that were changed.
    int update(String sql, @Nullable Object... arguments) {
        try (PreparedStatement statement = prepare(sql, arguments)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw SqlErrors.of(e, "the pgtrickle catalog");
        }
    }

    /// Runs statements that have no parameters and perhaps a result that nobody needs.
    void execute(String sql) {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw SqlErrors.of(e, "the pgtrickle catalog");
        }
    }

    /// Runs the body in one transaction, rolled back where it throws.
    <T> T transaction(Supplier<T> body) {
        try {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                T result = body.get();
                connection.commit();
                done = true;
                return result;
            } finally {
                if (!done) {
                    connection.rollback();
                }
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e, "the pgtrickle catalog");
        }
    }

    void transaction(Runnable body) {
        transaction(() -> {
            body.run();
            return true;
        });
    }

    private PreparedStatement prepare(String sql, @Nullable Object... arguments)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] instanceof String[] array) {
                statement.setArray(i + 1, connection.createArrayOf("text", array));
            } else {
                statement.setObject(i + 1, arguments[i]);
            }
        }
        return statement;
    }
}
