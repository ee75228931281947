package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.Sessions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/// A table that may join a publication without harm. In a publication, any, a table without a usable replica identity
/// rejects its users' updates and deletes (CDC.md, fact 10); so it is looked at before anything is touched, and for a
/// partitioned table each of its leaves.
record PublishableTable(String qualifiedName) {

    private static final int GENERATED_COLUMNS_MATTER_SINCE = 180_000;

    private static final String TABLE =
            """
            SELECT n.nspname, c.relname, c.relkind::text, c.relpersistence::text
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.oid = ?::oid\
            """;

    /// The tables that hold the rows.
    private static final String STORED =
            """
            SELECT n.nspname, c.relname, c.relkind::text, c.relreplident::text,
                   (SELECT coalesce(bool_or(i.indisvalid AND i.indimmediate), false) FROM pg_index i
                     WHERE i.indrelid = c.oid
                       AND CASE c.relreplident WHEN 'd' THEN i.indisprimary
                                               WHEN 'i' THEN i.indisreplident ELSE false END) AS has_key,
                   EXISTS (SELECT FROM pg_attribute a
                            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> ''
                              AND (c.relreplident = 'f'
                                   OR EXISTS (SELECT FROM pg_index i
                                               WHERE i.indrelid = c.oid AND a.attnum = ANY (i.indkey)
                                                 AND CASE c.relreplident WHEN 'd' THEN i.indisprimary
                                                                         WHEN 'i' THEN i.indisreplident
                                                                         ELSE false END))) AS has_generated
              FROM (SELECT relid FROM pg_partition_tree(?::oid::regclass) WHERE isleaf
                     UNION SELECT oid FROM pg_class WHERE oid = ?::oid AND relkind <> 'p') t
              JOIN pg_class c ON c.oid = t.relid
              JOIN pg_namespace n ON n.oid = c.relnamespace
             ORDER BY n.nspname, c.relname\
            """;

    static PublishableTable read(Connection connection, long relationOid) throws SQLException {
        PublishableTable table = table(connection, relationOid);
        boolean generatedMatters =
                Sessions.serverVersion(connection) >= GENERATED_COLUMNS_MATTER_SINCE;
        try (PreparedStatement statement = connection.prepareStatement(STORED)) {
            statement.setLong(1, relationOid);
            statement.setLong(2, relationOid);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    requireIdentity(rows, generatedMatters);
                }
            }
        }
        return table;
    }

    private static PublishableTable table(Connection connection, long relationOid)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TABLE)) {
            statement.setLong(1, relationOid);
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    throw PgtrickleException.of(
                            ErrorCode.NAME_UNKNOWN,
                            "the table with oid " + relationOid + " does not exist");
                }
                String qualified = Quoting.qualified(rows.getString(1), rows.getString(2));
                String kind = rows.getString(3);
                if (!kind.equals("r") && !kind.equals("p")) {
                    throw unsupported(qualified + " is not a table");
                }
                if (!rows.getString(4).equals("p")) {
                    throw unsupported(
                            "table "
                                    + qualified
                                    + " is temporary or unlogged: its changes aren't in the log");
                }
                return new PublishableTable(qualified);
            }
        }
    }

    private static void requireIdentity(ResultSet row, boolean generatedMatters)
            throws SQLException {
        String qualified = Quoting.qualified(row.getString("nspname"), row.getString("relname"));
        String identity = row.getString("relreplident");
        if (row.getString("relkind").equals("f")) {
            throw unsupported(
                    "partition "
                            + qualified
                            + " is a foreign table: its changes aren't in the log");
        }
        if (generatedMatters && row.getBoolean("has_generated")) {
            throw PgtrickleException.of(
                            ErrorCode.NO_REPLICA_IDENTITY,
                            "table "
                                    + qualified
                                    + " has generated columns in its replica identity: once published it"
                                    + " would reject updates and deletes")
                    .withHint(
                            "give it a primary key of ordinary columns, and ALTER TABLE "
                                    + qualified
                                    + " REPLICA IDENTITY DEFAULT");
        }
        if (!identity.equals("f") && !row.getBoolean("has_key")) {
            throw PgtrickleException.of(
                            ErrorCode.NO_REPLICA_IDENTITY,
                            "table "
                                    + qualified
                                    + " has no replica identity: once published it would reject updates"
                                    + " and deletes")
                    .withHint(
                            "give it a primary key, or ALTER TABLE "
                                    + qualified
                                    + " REPLICA IDENTITY FULL");
        }
    }

    private static PgtrickleException unsupported(String what) {
        return PgtrickleException.of(ErrorCode.UNSUPPORTED_SOURCE, what);
    }
}
