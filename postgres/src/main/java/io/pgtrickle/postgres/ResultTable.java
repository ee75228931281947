package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.SqlType;
import java.util.List;

/// The table that holds a view's result.
///
/// Rows that have a provable unique key have it as their primary key. Others get a hidden last column, `__pgtrickle_row`:
/// the first 16 bytes of the SHA-256 of the row's image and a 4-byte ordinal, dense from 0, among equal rows
/// (docs/decisions/0002-hidden-row-key.md).
///
/// @param viewId names the row type `pgtrickle.delta_<viewId>`, in which deltas travel
/// @param key indexes into `columns` of the unique key; empty where there is none
public record ResultTable(
        long viewId, String schema, String name, List<ResultColumn> columns, List<Integer> key) {

    public static final String HIDDEN_COLUMN = "__pgtrickle_row";

    /// `MaxHeapAttributeNumber`.
    private static final int MAX_COLUMNS = 1_600;

    public ResultTable(
            long viewId,
            String schema,
            String name,
            List<ResultColumn> columns,
            List<Integer> key) {
        this.viewId = viewId;
        this.schema = schema;
        this.name = name;
        this.columns = List.copyOf(columns);
        this.key = List.copyOf(key);
        for (int column : this.key) {
            if (!this.columns.get(column).type().equatable()) {
                throw PgtrickleException.of(
                        ErrorCode.INTERNAL,
                        "column \""
                                + this.columns.get(column).name()
                                + "\" can't be part of a key");
            }
        }
        if (columns.stream().anyMatch(column -> column.name().equals(HIDDEN_COLUMN))) {
            throw PgtrickleException.of(
                            ErrorCode.UNSUPPORTED_QUERY,
                            "column name \"" + HIDDEN_COLUMN + "\" is reserved")
                    .withHint("give the column another name with AS");
        }
        if (columns.size() + (key.isEmpty() ? 1 : 0) > MAX_COLUMNS) {
            throw PgtrickleException.of(
                    ErrorCode.UNSUPPORTED_QUERY,
                    "a view without a unique key can have at most "
                            + (MAX_COLUMNS - 1)
                            + " columns");
        }
    }

    /// As it is written in SQL.
    public String qualifiedName() {
        return Quoting.qualified(schema, name);
    }

    boolean hasHiddenKey() {
        return key.isEmpty();
    }

    List<SqlType> types() {
        return columns.stream().map(ResultColumn::type).toList();
    }

    /// The columns of the primary key as they are written in SQL.
    List<String> keyNames() {
        return key.isEmpty()
                ? List.of(Quoting.identifier(HIDDEN_COLUMN))
                : key.stream().map(i -> Quoting.identifier(columns.get(i).name())).toList();
    }

    /// The view's own columns as they are written in SQL.
    List<String> columnNames() {
        return columns.stream().map(column -> Quoting.identifier(column.name())).toList();
    }

    /// The row type of its deltas: the columns as `c1`, `c2`, …, and `h`, the hash of the hidden key
    /// with a number of rows, where it has one.
    String deltaType() {
        return Quoting.qualified("pgtrickle", "delta_" + viewId);
    }
}
