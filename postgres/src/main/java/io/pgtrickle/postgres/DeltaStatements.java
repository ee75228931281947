package io.pgtrickle.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.postgresql.core.BaseConnection;

/// The SQL that brings one table's deltas in, with one parameter each: an array of the table's row type.
///
/// Operators on the key's types are named with their schema; all else of the text lies in `pg_catalog`, to which the session's
/// search path is pinned.
///
/// @param rowTypeOid of the composite type
/// @param parameterType the name under which pgjdbc knows the array type; it has the oid in it, so that it can't be an older one's
record DeltaStatements(
        String delete, String update, String insert, int rowTypeOid, String parameterType) {

    /// What is done with a row.
    enum Verb {
        DELETE,
        UPDATE,
        INSERT
    }

    String sql(Verb verb) {
        return switch (verb) {
            case DELETE -> delete;
            case UPDATE -> update;
            case INSERT -> insert;
        };
    }

    private record RowType(int oid, int arrayOid) {}

    static DeltaStatements of(Connection connection, ResultTable table) throws SQLException {
        RowType type =
                Rows.one(
                        connection,
                        "type " + table.deltaType(),
                        "SELECT oid::bigint AS oid, typarray::bigint AS typarray FROM pg_catalog.pg_type"
                                + " WHERE oid = pg_catalog.to_regtype(?)",
                        row -> new RowType(Rows.oid(row, "oid"), Rows.oid(row, "typarray")),
                        table.deltaType());
        String parameterType = register(connection, type);
        String rows = "unnest(CAST(? AS " + table.deltaType() + "[])) AS d";
        return table.hasHiddenKey()
                ? new DeltaStatements(
                        deleteByHash(table, rows),
                        "",
                        insertWithHash(table, rows),
                        type.oid(),
                        parameterType)
                : keyed(
                        table,
                        rows,
                        new Keyed(matches(connection, table), type.oid(), parameterType));
    }

    /// Makes pgjdbc send the array in binary, without asking the catalog for it.
    private static String register(Connection connection, RowType type) throws SQLException {
        BaseConnection base = connection.unwrap(BaseConnection.class);
        String name = "pgtrickle_delta_" + Integer.toUnsignedString(type.oid());
        base.getTypeInfo()
                .addCoreType(
                        name, type.oid(), Types.OTHER, Object.class.getName(), type.arrayOid());
        base.getQueryExecutor().addBinarySendOid(type.arrayOid());
        return name + "[]";
    }

    private record Keyed(String matches, int rowTypeOid, String parameterType) {}

    private static DeltaStatements keyed(ResultTable table, String rows, Keyed keyed) {
        String name = table.qualifiedName();
        List<String> changing = changingColumns(table);
        String update =
                changing.isEmpty()
                        ? ""
                        : "UPDATE ONLY "
                                + name
                                + " AS t SET "
                                + String.join(", ", changing)
                                + " FROM "
                                + rows
                                + " WHERE "
                                + keyed.matches();
        return new DeltaStatements(
                "DELETE FROM ONLY " + name + " AS t USING " + rows + " WHERE " + keyed.matches(),
                update,
                "INSERT INTO "
                        + name
                        + " ("
                        + String.join(", ", table.columnNames())
                        + ") SELECT "
                        + attributes(table)
                        + " FROM "
                        + rows,
                keyed.rowTypeOid(),
                keyed.parameterType());
    }

    private static String matches(Connection connection, ResultTable table) {
        Catalog catalog = new Catalog(connection);
        return table.key().stream()
                .map(i ->
                        "t."
                                + table.columnNames().get(i)
                                + " "
                                + equality(catalog, table.columns().get(i))
                                + " d.c"
                                + (i + 1))
                .collect(Collectors.joining(" AND "));
    }

    private static String equality(Catalog catalog, ResultColumn column) {
        // pgjdbc takes a question mark for a parameter unless it is doubled
        return catalog.equality(column.type().oid())
                .map(operator -> operator.quoted().replace("?", "??"))
                .orElse("=");
    }

    /// Assignments to the columns in which rows of one key can differ: also to key columns whose equal values may look different.
    private static List<String> changingColumns(ResultTable table) {
        List<String> assignments = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            if (!table.key().contains(i) || !table.columns().get(i).type().equalMeansSameImage()) {
                assignments.add(table.columnNames().get(i) + " = d.c" + (i + 1));
            }
        }
        return assignments;
    }

    /// Deletes, of the rows with one hash, as many as `h` says, from the highest ordinal down. The last ordinal is looked up once a
    /// hash and never once a row: it would walk over all that this statement has deleted or inserted before.
    private static String deleteByHash(ResultTable table, String rows) {
        return "DELETE FROM ONLY "
                + table.qualifiedName()
                + " AS t USING "
                + rows
                + " CROSS JOIN LATERAL ("
                + lastOrdinal(table)
                + ") AS last CROSS JOIN LATERAL generate_series(last.ordinal - "
                + number("d.h")
                + " + 1, last.ordinal) AS o(ordinal) WHERE t.\""
                + ResultTable.HIDDEN_COLUMN
                + "\" = substring(d.h, 1, 16) || int4send(o.ordinal)";
    }

    /// Inserts each row as often as `h` says, with the ordinals after the last one that is there.
    private static String insertWithHash(ResultTable table, String rows) {
        List<String> columns = new ArrayList<>(table.columnNames());
        columns.add(Quoting.identifier(ResultTable.HIDDEN_COLUMN));
        String values = table.columns().isEmpty() ? "" : attributes(table) + ", ";
        return "INSERT INTO "
                + table.qualifiedName()
                + " ("
                + String.join(", ", columns)
                + ") SELECT "
                + values
                + "substring(d.h, 1, 16) || int4send(o.ordinal) FROM "
                + rows
                + " LEFT JOIN LATERAL ("
                + lastOrdinal(table)
                + ") AS last ON true CROSS JOIN LATERAL generate_series(coalesce(last.ordinal + 1, 0),"
                + " coalesce(last.ordinal, -1) + "
                + number("d.h")
                + ") AS o(ordinal)";
    }

    private static String lastOrdinal(ResultTable table) {
        String column = "s.\"" + ResultTable.HIDDEN_COLUMN + "\"";
        return "SELECT "
                + number(column)
                + " AS ordinal FROM ONLY "
                + table.qualifiedName()
                + " AS s WHERE "
                + column
                + " >= substring(d.h, 1, 16) AND "
                + column
                + " <= substring(d.h, 1, 16) || '\\xffffffff'::bytea"
                + " ORDER BY "
                + column
                + " DESC LIMIT 1";
    }

    /// The four bytes after the hash, as a number: the ordinal of a row, or in a delta how many rows are meant.
    private static String number(String key) {
        return IntStream.range(0, Integer.BYTES)
                .mapToObj(i ->
                        "(get_byte("
                                + key
                                + ", "
                                + (HiddenKey.HASH_BYTES + i)
                                + ") << "
                                + (24 - 8 * i)
                                + ")")
                .collect(Collectors.joining(" | ", "(", ")"));
    }

    private static String attributes(ResultTable table) {
        return IntStream.rangeClosed(1, table.columns().size())
                .mapToObj(i -> "d.c" + i)
                .collect(Collectors.joining(", "));
    }
}
