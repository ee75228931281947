package io.pgtrickle.oracle;

import io.pgtrickle.postgres.Quoting;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Tables whose rows are read as PostgreSQL sends them, and statements whose effect on rows is read with RETURNING, old and new: PostgreSQL
/// 18 has both. So changes come without a stream, in the order in which they were made.
final class ObservedTables {

    static final int MAJOR = 18;

    private static final Pattern STATEMENT =
            Pattern.compile(
                    "(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE)\\s+(\"[^\"]+\"|\\w+)(?s:.*)");

    /// A change of one row; a row is the images of its cells by attribute number, from 1. Without both it is a TRUNCATE.
    record RowChange(Optional<Image> old, Optional<Image> now) {}

    /// @param cells empty for SQL NULL
    record Image(List<Optional<byte[]>> cells) {}

    private record Table(long oid, List<String> columns, List<String> sends) {
        String images(String qualifier) {
            List<String> images = new ArrayList<>();
            for (int i = 0; i < columns.size(); i++) {
                images.add(
                        sends.get(i) + "(" + qualifier + Quoting.identifier(columns.get(i)) + ")");
            }
            return String.join(", ", images);
        }
    }

    private final Connection connection;
    private final Map<String, Table> tables = new LinkedHashMap<>();

    /// @param names as SQL has them
    ObservedTables(Connection connection, List<String> names) throws SQLException {
        this.connection = connection;
        for (String name : names) {
            tables.put(name, describe(name));
        }
    }

    private Table describe(String name) throws SQLException {
        List<String> columns = new ArrayList<>();
        List<String> sends = new ArrayList<>();
        long oid = 0;
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT a.attname, t.typsend::text, a.attrelid::bigint FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
                                        + " WHERE a.attrelid = '"
                                        + name
                                        + "'::regclass AND a.attnum > 0 ORDER BY a.attnum")) {
            while (rows.next()) {
                columns.add(rows.getString(1));
                sends.add(rows.getString(2));
                oid = rows.getLong(3);
            }
        }
        return new Table(oid, List.copyOf(columns), List.copyOf(sends));
    }

    /// The rows of a table.
    List<Image> rows(long oid) throws SQLException {
        for (Map.Entry<String, Table> table : tables.entrySet()) {
            if (table.getValue().oid == oid) {
                List<Image> images = new ArrayList<>();
                try (Statement statement = connection.createStatement();
                        ResultSet rows =
                                statement.executeQuery(
                                        "SELECT "
                                                + table.getValue().images("")
                                                + " FROM "
                                                + table.getKey())) {
                    while (rows.next()) {
                        images.add(image(rows, 0, table.getValue().columns.size()));
                    }
                }
                return images;
            }
        }
        throw new IllegalArgumentException("no table with oid " + oid);
    }

    void truncate() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("TRUNCATE " + String.join(", ", tables.keySet()));
        }
    }

    /// Runs a statement and adds what it did. One that fails by a key does nothing.
    ///
    /// @param changes by the table's oid
    void execute(String sql, Map<Long, List<RowChange>> changes) throws SQLException {
        Matcher statement = STATEMENT.matcher(sql);
        if (!statement.matches()) {
            throw new IllegalArgumentException("not a change: " + sql);
        }
        Table table = tables.get(statement.group(2));
        if (table == null) {
            throw new IllegalArgumentException("of an unknown table: " + sql);
        }
        List<RowChange> own = changes.computeIfAbsent(table.oid, _ -> new ArrayList<>());
        String returning =
                switch (statement.group(1)) {
                    case "INSERT INTO" -> table.images("new.");
                    case "DELETE FROM" -> table.images("old.");
                    case "UPDATE" -> table.images("old.") + ", " + table.images("new.");
                    default -> "";
                };
        try (Statement execution = connection.createStatement()) {
            if (returning.isEmpty()) {
                execution.execute(sql);
                own.add(new RowChange(Optional.empty(), Optional.empty()));
                return;
            }
            try (ResultSet rows = execution.executeQuery(sql + " RETURNING " + returning)) {
                while (rows.next()) {
                    own.add(change(statement.group(1), rows, table.columns.size()));
                }
            }
        } catch (SQLException e) {
            if (!"23505".equals(e.getSQLState())) {
                throw new SQLException(e.getMessage() + " in " + sql, e.getSQLState(), e);
            }
        }
    }

    private static RowChange change(String kind, ResultSet rows, int width) throws SQLException {
        return switch (kind) {
            case "INSERT INTO" ->
                    new RowChange(Optional.empty(), Optional.of(image(rows, 0, width)));
            case "DELETE FROM" ->
                    new RowChange(Optional.of(image(rows, 0, width)), Optional.empty());
            default ->
                    new RowChange(
                            Optional.of(image(rows, 0, width)),
                            Optional.of(image(rows, width, width)));
        };
    }

    private static Image image(ResultSet rows, int from, int width) throws SQLException {
        List<Optional<byte[]>> cells = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            cells.add(Optional.ofNullable(rows.getBytes(from + i + 1)));
        }
        return new Image(cells);
    }

    /// The present rows as a script, for a replay by hand.
    String dump() throws SQLException {
        Map<String, String> inserts = new HashMap<>();
        for (String name : tables.keySet()) {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT x::text FROM " + name + " x")) {
                List<String> texts = new ArrayList<>();
                while (rows.next()) {
                    texts.add(rows.getString(1));
                }
                inserts.put(name, String.join(" ", texts));
            }
        }
        return inserts.entrySet().stream()
                .map(table -> "-- " + table.getKey() + ": " + table.getValue())
                .collect(Collectors.joining("\n"));
    }
}
