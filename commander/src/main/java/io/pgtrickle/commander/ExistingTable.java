package io.pgtrickle.commander;

import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Quoting;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// An empty table that a migration made, to become a view's (`use_existing_table`). Its columns must be able to hold the
/// view's; others must do without a value.
final class ExistingTable {

    private static final String OWNER =
            """
            SELECT pg_has_role(?::name, c.relowner, 'USAGE') AND pg_has_role(c.relowner, 'USAGE'), c.relkind::text
              FROM pg_class c WHERE c.oid = to_regclass(?)
            """;

    private static final String COLUMNS =
            """
            SELECT a.attname, a.atttypid::bigint, a.attgenerated <> '' OR a.attidentity = 'a',
                   a.attnotnull AND NOT a.atthasdef, format_type(a.atttypid, a.atttypmod)
              FROM pg_attribute a WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped
            """;

    private record Column(long typeOid, boolean computed, boolean required, String type) {}

    private final Sql sql;
    private final String table;

    ExistingTable(Sql sql, ViewNames.QualifiedName name) {
        this.sql = sql;
        this.table = Quoting.qualified(name.schema(), name.name());
    }

    /// @throws PgtrickleException where the caller has no such table of its own
    void check(String caller) {
        Optional<Boolean> owned =
                sql.first(
                        OWNER,
                        row -> row.getBoolean(1) && row.getString(2).equals("r"),
                        caller,
                        table);
        if (owned.isEmpty()) {
            throw PgtrickleException.of(
                    ErrorCode.NAME_UNKNOWN, "table " + table + " does not exist");
        }
        if (!owned.get()) {
            throw PgtrickleException.of(
                            ErrorCode.PRIVILEGE_MISSING,
                            "table "
                                    + table
                                    + " must be an ordinary table of yours, and of a role that pgtrickle's is a member of")
                    .withHint("GRANT its owner TO the role that pgtrickle logs in as");
        }
        boolean taken =
                sql.one(
                        "SELECT EXISTS (SELECT FROM pgtrickle.view WHERE relation = to_regclass(?))",
                        row -> row.getBoolean(1),
                        table);
        if (taken) {
            throw PgtrickleException.of(
                    ErrorCode.NAME_TAKEN, "table " + table + " is a view's already");
        }
    }

    /// @throws PgtrickleException where the table isn't empty, or its columns don't fit
    void check(ViewPlan plan) {
        Map<String, Column> columns = new HashMap<>();
        sql.query(
                        COLUMNS,
                        row ->
                                Map.entry(
                                        row.getString(1),
                                        new Column(
                                                row.getLong(2),
                                                row.getBoolean(3),
                                                row.getBoolean(4),
                                                row.getString(5))),
                        table)
                .forEach(entry -> columns.put(entry.getKey(), entry.getValue()));
        for (ViewPlan.OutputColumn column : plan.columns()) {
            Column there = columns.remove(column.name());
            if (there == null) {
                throw unfit("it has no column \"" + column.name() + "\"");
            }
            if (there.typeOid() != Integer.toUnsignedLong(column.typeOid()) || there.computed()) {
                throw unfit(
                        "its column \""
                                + column.name()
                                + "\" is of type "
                                + there.type()
                                + (there.computed() ? " and computes its value" : "")
                                + ", the query's is another");
            }
        }
        columns.forEach((name, column) -> {
            if (column.required()) {
                throw unfit("its column \"" + name + "\" needs a value, and the query has none");
            }
        });
        boolean empty =
                sql.one(
                        "SELECT NOT EXISTS (SELECT FROM ONLY " + table.replace("?", "??") + ")",
                        row -> row.getBoolean(1));
        if (!empty) {
            throw unfit("it has rows");
        }
    }

    private PgtrickleException unfit(String why) {
        return PgtrickleException.of(
                        ErrorCode.BAD_ARGUMENT, "table " + table + " can't hold the view: " + why)
                .withSqlState("42804");
    }
}
