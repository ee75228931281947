package io.pgtrickle.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.ZSet;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Makes, moves and drops result tables and the row types of their deltas. The tables belong to the session's role, and nobody
/// else may write to them. For one thread.
public final class ResultTables {

    /// Room for updated rows to stay on their page.
    private static final int FILLFACTOR = 90;

    /// `NAMEDATALEN` less the final NUL.
    private static final int MAX_NAME_BYTES = 63;

    private static final String GRANTEES =
            """
            SELECT DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(r.rolname) END
              FROM pg_catalog.pg_class c
             CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) a
              LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
             WHERE c.oid = CAST(? AS pg_catalog.regclass) AND a.grantee <> c.relowner
            """;

    private final Connection connection;
    private final Catalog catalog;

    public ResultTables(Connection connection) {
        this.connection = connection;
        this.catalog = new Catalog(connection);
    }

    /// Makes an empty table and the row type. The primary key is added by `Sink.copy`, once the rows are there.
    ///
    /// @throws PgtrickleException NAME_TAKEN, PRIVILEGE_MISSING
    public void create(ResultTable table) {
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            ResultColumn column = table.columns().get(i);
            boolean keyColumn = table.key().contains(i);
            columns.add(
                    Quoting.identifier(column.name())
                            + " "
                            + declaration(column.typeOid(), column)
                            + (keyColumn ? " NOT NULL" : ""));
        }
        if (table.hasHiddenKey()) {
            columns.add(
                    Quoting.identifier(ResultTable.HIDDEN_COLUMN) + " pg_catalog.bytea NOT NULL");
        }
        String what = "can't create table " + table.qualifiedName();
        execute(
                what,
                "CREATE TABLE "
                        + table.qualifiedName()
                        + " ("
                        + String.join(", ", columns)
                        + ") WITH (fillfactor = "
                        + FILLFACTOR
                        + ")");
        createType(table, what);
        revokeDefaultPrivileges(table);
    }

    private void createType(ResultTable table, String what) {
        List<String> attributes = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            ResultColumn column = table.columns().get(i);
            // a domain travels as its base type: its constraints are checked where it arrives
            attributes.add("c" + (i + 1) + " " + declaration(column.type().oid(), column));
        }
        if (table.hasHiddenKey()) {
            attributes.add("h pg_catalog.bytea");
        }
        execute(
                what,
                "CREATE TYPE " + table.deltaType() + " AS (" + String.join(", ", attributes) + ")");
    }

    private String declaration(int typeOid, ResultColumn column) {
        int modifier = typeOid == column.typeOid() ? column.typeModifier() : -1;
        String type = catalog.typeName(typeOid, modifier);
        return column.collationOid() == 0
                ? type
                : type + " COLLATE " + catalog.collationName(column.collationOid());
    }

    /// Takes back what ALTER DEFAULT PRIVILEGES gave away.
    private void revokeDefaultPrivileges(ResultTable table) {
        List<String> grantees =
                Rows.list(connection, GRANTEES, row -> row.getString(1), table.qualifiedName());
        for (String grantee : grantees) {
            execute(
                    "can't revoke privileges",
                    "REVOKE ALL ON TABLE "
                            + table.qualifiedName()
                            + " FROM "
                            + grantee
                            + " CASCADE");
        }
    }

    /// Adds the primary key.
    void addKey(ResultTable table) {
        execute(
                "can't create the key of table " + table.qualifiedName(),
                "ALTER TABLE "
                        + table.qualifiedName()
                        + " ADD PRIMARY KEY ("
                        + String.join(", ", table.keyNames())
                        + ")");
    }

    /// Drops the table and the row type, where they exist.
    ///
    /// @throws PgtrickleException where other objects depend on the table
    public void drop(ResultTable table) {
        String what = "can't drop table " + table.qualifiedName();
        execute(what, "DROP TABLE IF EXISTS " + table.qualifiedName());
        execute(what, "DROP TYPE IF EXISTS " + table.deltaType());
    }

    /// Gives a table another schema and name, and its primary key's index the name that goes with it.
    ///
    /// @param to the same view's table
    public void move(ResultTable from, ResultTable to) {
        if (from.viewId() != to.viewId()) {
            throw PgtrickleException.of(
                    ErrorCode.INTERNAL,
                    "view " + from.viewId() + " can't become view " + to.viewId());
        }
        String what = "can't move table " + from.qualifiedName() + " to " + to.qualifiedName();
        if (!from.schema().equals(to.schema())) {
            execute(
                    what,
                    "ALTER TABLE "
                            + from.qualifiedName()
                            + " SET SCHEMA "
                            + Quoting.identifier(to.schema()));
        }
        if (!from.name().equals(to.name())) {
            execute(
                    what,
                    "ALTER TABLE "
                            + Quoting.qualified(to.schema(), from.name())
                            + " RENAME TO "
                            + Quoting.identifier(to.name()));
        }
        renameKey(to, what);
    }

    private void renameKey(ResultTable table, String what) {
        String current =
                Rows.one(
                        connection,
                        "the key of table " + table.qualifiedName(),
                        "SELECT conname FROM pg_catalog.pg_constraint WHERE contype = 'p'"
                                + " AND conrelid = CAST(? AS pg_catalog.regclass)",
                        row -> row.getString(1),
                        table.qualifiedName());
        String wanted = freeKeyName(table);
        execute(
                what,
                "ALTER TABLE "
                        + table.qualifiedName()
                        + " RENAME CONSTRAINT "
                        + Quoting.identifier(current)
                        + " TO "
                        + Quoting.identifier(wanted));
    }

    /// `<name>_pkey`, or with a number as PostgreSQL would choose it.
    private String freeKeyName(ResultTable table) {
        for (int number = 0; ; number++) {
            String suffix = "_pkey" + (number == 0 ? "" : number);
            String candidate = truncate(table.name(), MAX_NAME_BYTES - suffix.length()) + suffix;
            boolean taken =
                    Rows.one(
                            connection,
                            "",
                            "SELECT pg_catalog.to_regclass(?) IS NOT NULL",
                            row -> row.getBoolean(1),
                            Quoting.qualified(table.schema(), candidate));
            if (!taken) {
                return candidate;
            }
        }
    }

    private static String truncate(String name, int bytes) {
        String text = name;
        while (text.getBytes(UTF_8).length > bytes) {
            text = text.substring(0, text.offsetByCodePoints(text.length(), -1));
        }
        return text;
    }

    /// Lets a role read the table, and let others read it.
    public void grantRead(ResultTable table, String role) {
        execute(
                "can't grant privileges on table " + table.qualifiedName(),
                "GRANT SELECT ON TABLE "
                        + table.qualifiedName()
                        + " TO "
                        + Quoting.identifier(role)
                        + " WITH GRANT OPTION");
    }

    /// Gathers statistics for the planner.
    public void analyze(ResultTable table) {
        execute("can't analyze table " + table.qualifiedName(), "ANALYZE " + table.qualifiedName());
    }

    /// Hands each row, without the hidden key, to the visitor, with weight 1: equal rows come one by one.
    public void forEachRow(ResultTable table, ZSet.Visitor visitor) {
        new TableReader(connection, table).forEachRow(visitor);
    }

    /// Takes rows out of a table without a key of its own whose hidden key isn't what a delta would look for, since they were
    /// edited by hand, and their equals with them. What a rebuild by difference then finds missing comes back.
    public void weed(ResultTable table) {
        if (table.hasHiddenKey()) {
            new HiddenKeyCheck(connection, table).weed();
        }
    }

    /// Gives a table that is there already what it lacks: the row type of its deltas, the hidden key, the primary key.
    ///
    /// @throws PgtrickleException NAME_TAKEN where it has another primary key
    public void adopt(ResultTable table) {
        String what = "can't prepare table " + table.qualifiedName();
        boolean typed =
                Rows.one(
                        connection,
                        "",
                        "SELECT pg_catalog.to_regtype(?) IS NOT NULL",
                        row -> row.getBoolean(1),
                        table.deltaType());
        if (!typed) {
            createType(table, what);
        }
        List<String> key = keyOf(table);
        List<String> wanted =
                table.hasHiddenKey()
                        ? List.of(ResultTable.HIDDEN_COLUMN)
                        : table.key().stream().map(i -> table.columns().get(i).name()).toList();
        if (key.isEmpty()) {
            if (table.hasHiddenKey()) {
                execute(
                        what,
                        "ALTER TABLE "
                                + table.qualifiedName()
                                + " ADD COLUMN IF NOT EXISTS "
                                + Quoting.identifier(ResultTable.HIDDEN_COLUMN)
                                + " pg_catalog.bytea NOT NULL");
            }
            addKey(table);
        } else if (!Set.copyOf(key).equals(Set.copyOf(wanted))) {
            throw PgtrickleException.of(
                            ErrorCode.NAME_TAKEN,
                            "table "
                                    + table.qualifiedName()
                                    + " has a primary key over "
                                    + String.join(", ", key))
                    .withHint(
                            "the view's key is "
                                    + String.join(", ", wanted)
                                    + ": drop the table's primary key");
        }
    }

    private List<String> keyOf(ResultTable table) {
        return Rows.list(
                connection,
                "SELECT a.attname FROM pg_catalog.pg_index i"
                        + " JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)"
                        + " WHERE i.indisprimary AND i.indrelid = pg_catalog.to_regclass(?)",
                row -> row.getString(1),
                table.qualifiedName());
    }

    public boolean isEmpty(ResultTable table) {
        return Rows.one(
                connection,
                "table " + table.qualifiedName(),
                "SELECT NOT EXISTS (SELECT FROM ONLY "
                        + table.qualifiedName().replace("?", "??")
                        + ")",
                row -> row.getBoolean(1));
    }

    private void execute(String what, String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        } catch (SQLException e) {
            throw SqlErrors.of(e, what);
        }
    }
}
