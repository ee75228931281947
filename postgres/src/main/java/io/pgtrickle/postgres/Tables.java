package io.pgtrickle.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;

/// Relations, their columns, keys and kin.
final class Tables {

    /// The first oid that isn't the server's own (`FirstNormalObjectId`).
    private static final int FIRST_NORMAL_OID = 16_384;

    private static final String RELATION =
            """
            SELECT n.nspname, c.relname, pg_catalog.pg_get_userbyid(c.relowner) AS owner, c.relkind::text,
                   c.relpersistence::text, c.relispartition, c.relrowsecurity, c.relreplident::text,
                   ARRAY(SELECT inhrelid::bigint FROM pg_catalog.pg_inherits WHERE inhparent = c.oid ORDER BY 1) AS children,
                   ARRAY(SELECT inhparent::bigint FROM pg_catalog.pg_inherits WHERE inhrelid = c.oid ORDER BY inhseqno) AS parents
              FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.oid = CAST(? AS oid)\
            """;

    private static final String COLUMNS =
            """
            SELECT attnum, attname, atttypid::bigint AS type, atttypmod, attcollation::bigint AS collation, attnotnull,
                   attgenerated::text
              FROM pg_catalog.pg_attribute
             WHERE attrelid = CAST(? AS oid) AND attnum > 0 AND NOT attisdropped ORDER BY attnum\
            """;

    /// Plain, valid and immediate unique indexes (the server passes over others as replica identity too), and whether each also
    /// is a key under the columns' own equality that is never NULL.
    private static final String KEYS =
            """
            SELECT i.indisprimary, i.indisreplident, k.columns, k.provable AND NOT i.indisexclusion AS provable
              FROM pg_catalog.pg_index i
             CROSS JOIN LATERAL (
                   SELECT pg_catalog.array_agg(a.attnum::integer ORDER BY p.place) AS columns,
                          pg_catalog.bool_and(a.attnotnull AND o.opcdefault
                                              AND a.attcollation = i.indcollation[p.place]) AS provable
                     FROM pg_catalog.generate_series(0, i.indnkeyatts - 1) AS p(place)
                     JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[p.place]
                     JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[p.place]) k
             WHERE i.indrelid = CAST(? AS oid) AND i.indisunique AND i.indisvalid AND i.indimmediate
               AND i.indpred IS NULL AND i.indexprs IS NULL
             ORDER BY i.indisprimary DESC, i.indexrelid\
            """;

    private final Connection connection;

    Tables(Connection connection) {
        this.connection = connection;
    }

    private record Key(
            boolean primary, boolean replicaIdentity, List<Integer> columns, boolean provable) {
        static Key read(ResultSet row) throws SQLException {
            return new Key(
                    row.getBoolean("indisprimary"),
                    row.getBoolean("indisreplident"),
                    Rows.integers(row, "columns"),
                    row.getBoolean("provable"));
        }
    }

    TableInfo table(int oid) {
        long unsigned = Integer.toUnsignedLong(oid);
        List<ColumnInfo> columns = Rows.list(connection, COLUMNS, Tables::column, unsigned);
        List<Key> keys = Rows.list(connection, KEYS, Key::read, unsigned);
        return Rows.one(
                connection,
                "relation " + unsigned,
                RELATION,
                row ->
                        new TableInfo(
                                new TableInfo.TableName(
                                        oid,
                                        row.getString("nspname"),
                                        row.getString("relname"),
                                        row.getString("owner")),
                                TableInfo.Kind.of(row.getString("relkind")),
                                traits(oid, row),
                                columns,
                                identity(row.getString("relreplident"), keys),
                                keys.stream().filter(Key::provable).map(Key::columns).toList(),
                                Rows.integers(row, "children"),
                                Rows.integers(row, "parents")),
                unsigned);
    }

    private static TableInfo.Traits traits(int oid, ResultSet row) throws SQLException {
        String persistence = row.getString("relpersistence");
        return new TableInfo.Traits(
                persistence.equals("p"),
                persistence.equals("t"),
                row.getBoolean("relispartition"),
                row.getBoolean("relrowsecurity"),
                Integer.compareUnsigned(oid, FIRST_NORMAL_OID) < 0);
    }

    private static ColumnInfo column(ResultSet row) throws SQLException {
        return new ColumnInfo(
                row.getInt("attnum"),
                row.getString("attname"),
                Rows.oid(row, "type"),
                row.getInt("atttypmod"),
                Rows.oid(row, "collation"),
                row.getBoolean("attnotnull"),
                ColumnInfo.Generation.of(row.getString("attgenerated")));
    }

    private static TableInfo.ReplicaIdentity identity(String relreplident, List<Key> keys) {
        Stream<Key> candidates =
                switch (relreplident) {
                    case "d" -> keys.stream().filter(Key::primary);
                    case "i" -> keys.stream().filter(Key::replicaIdentity);
                    default -> Stream.empty();
                };
        if (relreplident.equals("f")) {
            return new TableInfo.ReplicaIdentity.Full();
        }
        return candidates
                .findFirst()
                .<TableInfo.ReplicaIdentity>map(
                        key -> new TableInfo.ReplicaIdentity.Key(key.columns()))
                .orElseGet(TableInfo.ReplicaIdentity.None::new);
    }
}
