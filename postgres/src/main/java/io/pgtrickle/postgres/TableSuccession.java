package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.ErrorKind;
import io.pgtrickle.model.PgtrickleException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Carries over to a table what users have done to the one whose place it takes: indexes, constraints, privileges and comments, as
/// far as they are about columns that both have. Over a connection in any mode; for one thread.
public final class TableSuccession {

    /// User-made indexes and constraints. What needs a column that is gone isn't taken over.
    private static final String EXTRAS =
            """
            SELECT c.conname AS name, pg_catalog.pg_get_constraintdef(c.oid) AS definition, true AS is_constraint
              FROM pg_catalog.pg_constraint c
             WHERE c.conrelid = pg_catalog.to_regclass(?) AND c.contype IN ('u', 'c', 'x', 'f')
             UNION ALL
            SELECT i.relname, pg_catalog.pg_get_indexdef(x.indexrelid), false
              FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
             WHERE x.indrelid = pg_catalog.to_regclass(?) AND x.indisvalid AND NOT x.indisprimary
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint c WHERE c.conindid = x.indexrelid
                                                                       AND c.conrelid = x.indrelid)
             ORDER BY 3, 1
            """;

    private static final String GRANTS =
            """
            SELECT pg_catalog.format('GRANT %s%s ON TABLE %s TO %s%s', g.privilege_type,
                       CASE WHEN g.attname IS NULL THEN '' ELSE pg_catalog.format(' (%I)', g.attname) END, ?::text,
                       CASE WHEN g.grantee = 0 THEN 'PUBLIC'
                            ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) END,
                       CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
              FROM (SELECT NULL::name AS attname, a.*, c.relowner
                      FROM pg_catalog.pg_class c CROSS JOIN LATERAL pg_catalog.aclexplode(c.relacl) a
                     WHERE c.oid = pg_catalog.to_regclass(?)
                     UNION ALL
                    SELECT t.attname, a.*, c.relowner
                      FROM pg_catalog.pg_class c
                      JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid AND t.attnum > 0 AND NOT t.attisdropped
                      JOIN pg_catalog.pg_attribute n
                        ON n.attrelid = pg_catalog.to_regclass(?) AND n.attname = t.attname AND NOT n.attisdropped
                     CROSS JOIN LATERAL pg_catalog.aclexplode(t.attacl) a
                     WHERE c.oid = pg_catalog.to_regclass(?)) g
             WHERE g.grantee <> g.relowner
            """;

    private static final String COMMENTS =
            """
            SELECT CASE WHEN d.objsubid = 0 THEN pg_catalog.format('COMMENT ON TABLE %s IS %L', ?::text, d.description)
                        ELSE pg_catalog.format('COMMENT ON COLUMN %s.%I IS %L', ?::text, o.attname, d.description) END
              FROM pg_catalog.pg_description d
              LEFT JOIN pg_catalog.pg_attribute o
                ON o.attrelid = d.objoid AND o.attnum = d.objsubid AND d.objsubid > 0 AND NOT o.attisdropped
             WHERE d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objoid = pg_catalog.to_regclass(?)
               AND (d.objsubid = 0
                    OR EXISTS (SELECT FROM pg_catalog.pg_attribute n
                                WHERE n.attrelid = pg_catalog.to_regclass(?) AND n.attname = o.attname
                                  AND NOT n.attisdropped))
            """;

    private record Extra(String name, String definition, boolean isConstraint) {

        /// What it is called beside its model.
        String temporaryName(long viewId) {
            return "pgtrickle_" + viewId + "_" + Integer.toHexString(name.hashCode());
        }
    }

    private final Connection connection;
    private final String predecessor;
    private final String successor;

    /// @param predecessor as it is written in SQL, with its schema; likewise the successor
    public TableSuccession(Connection connection, String predecessor, String successor) {
        this.connection = connection;
        this.predecessor = predecessor;
        this.successor = successor;
    }

    /// Makes the predecessor's indexes and constraints on the successor, which takes as long as it is large. What can't be made,
    /// since a column is gone or has another type, is left out.
    ///
    /// @param viewId of the successor; temporary names come from it
    /// @throws PgtrickleException where the new rows don't meet a constraint
    public void copyIndexes(long viewId) {
        for (Extra extra : extras(predecessor)) {
            String sql = statement(extra, extra.temporaryName(viewId));
            try {
                execute(sql);
            } catch (PgtrickleException e) {
                if (e.kind() == ErrorKind.WORLD || e.code() == ErrorCode.ROW_ERROR) {
                    throw e;
                }
                // its columns are gone, or are others
            }
        }
    }

    /// Gives the successor the predecessor's privileges and comments. In the transaction of the exchange, before the predecessor
    /// is dropped.
    ///
    /// @return statements to be run once the successor has its name: what it inherited gets its own names again
    public List<String> copyGrants(ResultTable table) {
        statements(GRANTS, successor, predecessor, successor, predecessor).forEach(this::execute);
        statements(COMMENTS, successor, successor, predecessor, successor).forEach(this::execute);
        List<Extra> mine = extras(successor);
        List<String> renames = new ArrayList<>();
        for (Extra extra : extras(predecessor)) {
            String temporary = extra.temporaryName(table.viewId());
            mine.stream()
                    .filter(made -> made.name().equals(temporary))
                    .findFirst()
                    .ifPresent(_ -> renames.add(rename(extra, temporary, table)));
        }
        return renames;
    }

    private static String rename(Extra extra, String temporary, ResultTable table) {
        String to = " TO " + Quoting.identifier(extra.name());
        return extra.isConstraint()
                ? "ALTER TABLE "
                        + table.qualifiedName()
                        + " RENAME CONSTRAINT "
                        + Quoting.identifier(temporary)
                        + to
                : "ALTER INDEX " + Quoting.qualified(table.schema(), temporary) + " RENAME" + to;
    }

    private List<Extra> extras(String table) {
        return Rows.list(
                connection,
                EXTRAS,
                row -> new Extra(row.getString(1), row.getString(2), row.getBoolean(3)),
                table,
                table);
    }

    /// `CREATE [UNIQUE] INDEX name ON [ONLY] schema.table USING …`: what stands before USING is ours to say.
    private String statement(Extra extra, String name) {
        if (extra.isConstraint()) {
            return "ALTER TABLE "
                    + successor
                    + " ADD CONSTRAINT "
                    + Quoting.identifier(name)
                    + " "
                    + extra.definition();
        }
        boolean unique = extra.definition().startsWith("CREATE UNIQUE ");
        String rest = extra.definition().substring(extra.definition().indexOf(" USING "));
        return "CREATE "
                + (unique ? "UNIQUE " : "")
                + "INDEX "
                + Quoting.identifier(name)
                + " ON "
                + successor
                + rest;
    }

    private List<String> statements(String sql, Object... parameters) {
        return Rows.list(connection, sql, TableSuccession::text, parameters);
    }

    private static String text(ResultSet row) throws SQLException {
        return Optional.ofNullable(row.getString(1))
                .orElseThrow(() ->
                        PgtrickleException.of(
                                ErrorCode.INTERNAL, "the catalog has a nameless object"));
    }

    private void execute(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't take over from table " + predecessor);
        }
    }
}
