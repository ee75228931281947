package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Small catalog queries. Parameters are strings and longs; an oid goes as a long into `CAST(? AS oid)`.
final class Rows {

    /// Reads the row under the cursor.
    @FunctionalInterface
    interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private Rows() {}

    static <T> List<T> list(
            Connection connection, String sql, Reader<T> reader, Object... parameters) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<T> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    rows.add(reader.read(result));
                }
            }
            return rows;
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't read the catalog");
        }
    }

    static <T> Optional<T> first(
            Connection connection, String sql, Reader<T> reader, Object... parameters) {
        List<T> rows = list(connection, sql, reader, parameters);
        return rows.isEmpty() ? Optional.empty() : Optional.of(rows.getFirst());
    }

    /// The row that must be there.
    ///
    /// @param what for the message, e.g. `type 4711`
    static <T> T one(
            Connection connection,
            String what,
            String sql,
            Reader<T> reader,
            Object... parameters) {
        return first(connection, sql, reader, parameters)
                .orElseThrow(() ->
                        PgtrickleException.of(
                                ErrorCode.NAME_UNKNOWN, what + " doesn't exist any more"));
    }

    /// An array of whole numbers without NULLs; oids must be cast to `bigint[]` by the query.
    static List<Integer> integers(ResultSet row, String column) throws SQLException {
        List<Integer> numbers = new ArrayList<>();
        Array array = row.getArray(column);
        if (array != null) {
            for (Object element : (Object[]) array.getArray()) {
                numbers.add(((Number) element).intValue());
            }
        }
        return numbers;
    }

    static int oid(ResultSet row, String column) throws SQLException {
        return (int) row.getLong(column);
    }
}
