package io.pgtrickle.cli.console;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows to print. Cells are strings, numbers, booleans, lists of strings, or null for what isn't known.
///
/// @param columns names as in SQL, so that JSON, SQL and metrics agree; quantities end in their unit
public record Table(List<String> columns, List<List<@Nullable Object>> rows) {

    public Table(List<String> columns, List<List<@Nullable Object>> rows) {
        for (List<@Nullable Object> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException(
                        "row " + row + " doesn't have the columns " + columns);
            }
        }
        this.columns = List.copyOf(columns);
        this.rows = List.copyOf(rows);
    }

    /// A row of cells, which may be null.
    public static List<@Nullable Object> row(@Nullable Object... cells) {
        List<@Nullable Object> row = new ArrayList<>(cells.length);
        Collections.addAll(row, cells);
        return Collections.unmodifiableList(row);
    }

    /// All rows of a result.
    public static Table of(ResultSet result) throws SQLException {
        ResultSetMetaData meta = result.getMetaData();
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= meta.getColumnCount(); i++) {
            columns.add(meta.getColumnLabel(i));
        }
        List<List<@Nullable Object>> rows = new ArrayList<>();
        while (result.next()) {
            @Nullable Object[] cells = new @Nullable Object[columns.size()];
            for (int i = 0; i < cells.length; i++) {
                cells[i] = cell(result, meta.getColumnTypeName(i + 1), i + 1);
            }
            rows.add(row(cells));
        }
        return new Table(columns, rows);
    }

    /// The columns with the given names, in the given order.
    public Table select(List<String> names) {
        int[] places = names.stream().mapToInt(this::place).toArray();
        List<List<@Nullable Object>> selected = new ArrayList<>();
        for (List<@Nullable Object> row : rows) {
            selected.add(row(Arrays.stream(places).mapToObj(row::get).toArray()));
        }
        return new Table(names, selected);
    }

    private int place(String name) {
        int place = columns.indexOf(name);
        if (place < 0) {
            throw new IllegalArgumentException("no column \"" + name + "\" in " + columns);
        }
        return place;
    }

    private static @Nullable Object cell(ResultSet result, String type, int column)
            throws SQLException {
        return switch (type) {
            case "int2", "int4", "int8", "oid", "xid" -> {
                long value = result.getLong(column);
                yield result.wasNull() ? null : (Object) value;
            }
            case "numeric" -> result.getBigDecimal(column);
            case "bool" -> {
                boolean value = result.getBoolean(column);
                yield result.wasNull() ? null : (Object) value;
            }
            case "_text", "_name" -> list(result.getArray(column));
            default -> result.getString(column);
        };
    }

    private static @Nullable List<String> list(@Nullable Array array) throws SQLException {
        return array == null
                ? null
                : Arrays.stream((@Nullable Object[]) array.getArray())
                        .map(String::valueOf)
                        .toList();
    }
}
