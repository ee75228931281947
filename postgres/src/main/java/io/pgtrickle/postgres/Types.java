package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.sql.Connection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What an oid of `pg_type` means here. Looks at the catalog for enums, domains and unknown types only.
final class Types {

    private static final int MACADDR = 829;
    private static final int MACADDR8 = 774;
    private static final int CIDR = 650;
    private static final int INET = 869;
    private static final int BIT = 1560;
    private static final int VARBIT = 1562;
    private static final int TID = 27;
    private static final int XID = 28;
    private static final int CID = 29;
    private static final int INT4RANGE = 3904;
    private static final int TSRANGE = 3908;
    private static final int TSTZRANGE = 3910;
    private static final int DATERANGE = 3912;
    private static final int INT8RANGE = 3926;
    private static final int XID8 = 5069;
    private static final int PG_LSN = 3220;

    /// Types whose equal values have one image. Not among them, though it seems so: arrays, of which some carry an
    /// empty null bitmap that their image tells of, and jsonb, in which 1.0 = 1.00.
    private static final Set<Integer> IMAGE_EQUALITY =
            Set.of(
                    Oids.TIMETZ,
                    MACADDR,
                    MACADDR8,
                    CIDR,
                    INET,
                    BIT,
                    VARBIT,
                    TID,
                    XID,
                    CID,
                    INT4RANGE,
                    INT8RANGE,
                    DATERANGE,
                    TSRANGE,
                    TSTZRANGE);

    /// Types that are sent but can't be received: pg_node_tree, pg_ndistinct, pg_dependencies, pg_mcv_list and BRIN's summaries.
    private static final Set<Integer> NEVER_RECEIVED = Set.of(194, 3361, 3402, 5017, 4600, 4601);

    private static final Map<Integer, SqlType> BUILT_IN = builtIn();

    private static final String TYPE =
            """
            SELECT t.typtype::text AS kind, t.typbasetype::bigint AS base, t.typelem::bigint AS element,
                   t.typrelid::bigint AS relation, t.typcategory::text AS category,
                   t.typsend <> 0 AND t.typreceive <> 0 AS is_binary,
                   pg_catalog.format_type(t.oid, NULL) AS name
              FROM pg_catalog.pg_type t WHERE t.oid = CAST(? AS oid)\
            """;

    private static final String LABELS =
            "SELECT enumlabel::text FROM pg_catalog.pg_enum WHERE enumtypid = CAST(? AS oid) ORDER BY enumsortorder";

    private static final String ATTRIBUTE_TYPES =
            """
            SELECT DISTINCT atttypid::bigint AS oid FROM pg_catalog.pg_attribute
             WHERE attrelid = CAST(? AS oid) AND attnum > 0 AND NOT attisdropped\
            """;

    private static final String RANGE_SUBTYPE =
            """
            SELECT rngsubtype::bigint AS oid FROM pg_catalog.pg_range
             WHERE CAST(? AS oid) IN (rngtypid, rngmultitypid)\
            """;

    private final Connection connection;

    Types(Connection connection) {
        this.connection = connection;
    }

    private record Entry(
            String kind,
            int base,
            int element,
            int relation,
            String category,
            boolean binary,
            String name) {}

    SqlType type(int oid, Collation collation) {
        return switch (oid) {
            case Oids.TEXT, Oids.VARCHAR, Oids.NAME -> new SqlType.Text(oid, false, collation);
            case Oids.BPCHAR -> new SqlType.Text(oid, true, collation);
            default -> {
                SqlType builtIn = BUILT_IN.get(oid);
                yield builtIn != null ? builtIn : fromCatalog(oid, collation);
            }
        };
    }

    private SqlType fromCatalog(int oid, Collation collation) {
        Entry entry = entry(oid);
        return switch (entry.kind()) {
            case "d" -> type(entry.base(), collation);
            case "e" ->
                    new SqlType.EnumType(
                            oid,
                            Rows.list(
                                    connection,
                                    LABELS,
                                    row -> row.getString(1),
                                    Integer.toUnsignedLong(oid)));
            default -> {
                checkBinary(oid, entry);
                yield new SqlType.Opaque(oid, IMAGE_EQUALITY.contains(oid));
            }
        };
    }

    private Entry entry(int oid) {
        return Rows.one(
                connection,
                "type " + Integer.toUnsignedString(oid),
                TYPE,
                row ->
                        new Entry(
                                row.getString("kind"),
                                Rows.oid(row, "base"),
                                Rows.oid(row, "element"),
                                Rows.oid(row, "relation"),
                                row.getString("category"),
                                row.getBoolean("is_binary"),
                                row.getString("name")),
                Integer.toUnsignedLong(oid));
    }

    /// A container has binary functions even where its parts have none; that shows when a value is sent only.
    private void checkBinary(int oid, Entry entry) {
        if (entry.kind().equals("p") || !entry.binary() || NEVER_RECEIVED.contains(oid)) {
            throw PgtrickleException.of(
                            ErrorCode.UNSUPPORTED_TYPE,
                            "type " + entry.name() + " has no binary representation")
                    .withHint("cast the column to text in the query");
        }
        for (int part : parts(oid, entry)) {
            if (!BUILT_IN.containsKey(part)) {
                Entry partEntry = entry(part);
                checkBinary(part, partEntry);
            }
        }
    }

    private List<Integer> parts(int oid, Entry entry) {
        long unsigned = Integer.toUnsignedLong(oid);
        return switch (entry.kind()) {
            case "d" -> List.of(entry.base());
            case "c" ->
                    Rows.list(
                            connection,
                            ATTRIBUTE_TYPES,
                            row -> Rows.oid(row, "oid"),
                            Integer.toUnsignedLong(entry.relation()));
            case "r", "m" ->
                    Rows.list(connection, RANGE_SUBTYPE, row -> Rows.oid(row, "oid"), unsigned);
            default ->
                    entry.category().equals("A") && entry.element() != 0
                            ? List.of(entry.element())
                            : List.of();
        };
    }

    private static Map<Integer, SqlType> builtIn() {
        Map<Integer, SqlType> types = new HashMap<>();
        for (SqlType type :
                List.of(
                        SqlType.BOOL,
                        SqlType.INT2,
                        SqlType.INT4,
                        SqlType.INT8,
                        SqlType.FLOAT4,
                        SqlType.FLOAT8,
                        SqlType.NUMERIC,
                        SqlType.INTERVAL,
                        new SqlType.ByteString(Oids.BYTEA),
                        new SqlType.ByteString(Oids.UUID),
                        new SqlType.Integral(Oids.CHAR, 1, false),
                        new SqlType.Integral(Oids.OID, 4, false),
                        new SqlType.Integral(Oids.DATE, 4, true),
                        new SqlType.Integral(Oids.TIME, 8, true),
                        new SqlType.Integral(Oids.TIMESTAMP, 8, true),
                        new SqlType.Integral(Oids.TIMESTAMPTZ, 8, true),
                        new SqlType.Integral(Oids.MONEY, 8, true),
                        new SqlType.Integral(PG_LSN, 8, false),
                        new SqlType.Integral(XID8, 8, false))) {
            types.put(type.oid(), type);
        }
        return Map.copyOf(types);
    }
}
