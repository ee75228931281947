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
import java.util.function.IntFunction;

/// What an oid of `pg_type` means here. Looks at the catalog for enums, domains and unknown types only.
final class Types {

    private static final int XID = 28;
    private static final int CID = 29;
    private static final int TSVECTOR = 3614;
    private static final int DEFAULT_COLLATION = 100;

    /// regproc, regprocedure, regoper, regoperator, regclass, regtype, regconfig, regdictionary, regnamespace, regrole, regcollation.
    private static final List<Integer> REG_TYPES =
            List.of(24, 2202, 2203, 2204, 2205, 2206, 3734, 3769, 4089, 4096, 4191);

    /// Types without a family whose values are equal exactly when their images are.
    private static final Set<Integer> IMAGE_EQUALITY = Set.of(XID, CID, TSVECTOR);

    /// Types that are sent but can't be received: pg_node_tree, pg_ndistinct, pg_dependencies, pg_mcv_list and BRIN's summaries.
    private static final Set<Integer> NEVER_RECEIVED = Set.of(194, 3361, 3402, 5017, 4600, 4601);

    private static final Map<Integer, SqlType> BUILT_IN = builtIn();

    private static final String TYPE =
            """
            SELECT t.typtype::text AS kind, t.typbasetype::bigint AS base, t.typelem::bigint AS element,
                   t.typrelid::bigint AS relation, t.typcategory::text AS category,
                   t.typsend <> 0 AND t.typreceive <> 0 AS is_binary,
                   pg_catalog.format_type(t.oid, NULL) AS name,
                   EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.oid = t.typelem AND e.typarray = t.oid) AS is_array
              FROM pg_catalog.pg_type t WHERE t.oid = CAST(? AS oid)\
            """;

    private static final String LABELS =
            "SELECT enumlabel::text FROM pg_catalog.pg_enum WHERE enumtypid = CAST(? AS oid) ORDER BY enumsortorder";

    private static final String FIELDS =
            """
            SELECT attnum, attname, atttypid::bigint AS type, attcollation::bigint AS collation
              FROM pg_catalog.pg_attribute
             WHERE attrelid = CAST(? AS oid) AND attnum > 0 AND NOT attisdropped ORDER BY attnum\
            """;

    /// The order of a range's values may be another than the subtype's own.
    private static final String RANGE =
            """
            SELECT r.rngtypid::bigint AS range, r.rngsubtype::bigint AS subtype, r.rngcollation::bigint AS collation,
                   o.opcdefault AND o.opcmethod = (SELECT oid FROM pg_catalog.pg_am WHERE amname = 'btree')
                     AS is_default
              FROM pg_catalog.pg_range r JOIN pg_catalog.pg_opclass o ON o.oid = r.rngsubopc
             WHERE CAST(? AS oid) IN (r.rngtypid, r.rngmultitypid)\
            """;

    /// Where the type has a default btree order: its own, that of ranges or arrays, or that of a type to which it is coerced without change.
    private static final String ORDERED_ARRAY =
            """
            SELECT t.typarray::bigint AS array FROM pg_catalog.pg_type t
             WHERE t.oid = CAST(? AS oid) AND t.typarray <> 0
               AND EXISTS (SELECT FROM pg_catalog.pg_opclass c
                            WHERE c.opcmethod = (SELECT oid FROM pg_catalog.pg_am WHERE amname = 'btree') AND c.opcdefault
                              AND (c.opcintype = t.oid
                                   OR c.opcintype = CASE WHEN t.typtype = 'r' THEN 3831 WHEN t.typtype = 'm' THEN 4537
                                                         WHEN t.typcategory = 'A' THEN 2277 END
                                   OR EXISTS (SELECT FROM pg_catalog.pg_cast k
                                               WHERE k.castsource = t.oid AND k.casttarget = c.opcintype
                                                 AND k.castmethod = 'b' AND k.castcontext = 'i')))\
            """;

    private final Connection connection;

    private final IntFunction<Collation> collations;

    /// @param collations by oid
    Types(Connection connection, IntFunction<Collation> collations) {
        this.connection = connection;
        this.collations = collations;
    }

    private record Entry(
            String kind,
            int base,
            int element,
            int relation,
            String category,
            boolean binary,
            String name,
            boolean array) {}

    private record RangeEntry(int range, int subtype, int collation, boolean defaultOrder) {}

    SqlType type(int oid, Collation collation) {
        return switch (oid) {
            case Oids.TEXT, Oids.VARCHAR, Oids.NAME -> new SqlType.Text(oid, false, collation);
            case Oids.BPCHAR -> new SqlType.Text(oid, true, collation);
            case Oids.JSONB -> new SqlType.JsonbType(collations.apply(DEFAULT_COLLATION));
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
            case "c" -> {
                checkBinary(oid, entry);
                yield new SqlType.CompositeType(oid, fields(entry.relation()));
            }
            case "r", "m" -> {
                checkBinary(oid, entry);
                yield range(oid, entry.kind().equals("m"));
            }
            default -> {
                checkBinary(oid, entry);
                yield entry.array()
                        ? new SqlType.ArrayType(
                                oid, entry.element(), type(entry.element(), collation))
                        : new SqlType.Opaque(oid, IMAGE_EQUALITY.contains(oid), orderedArray(oid));
            }
        };
    }

    private List<SqlType.Field> fields(int relation) {
        record Attribute(int number, String name, int type, int collation) {}
        // the rows are read before the next statement
        List<Attribute> attributes =
                Rows.list(
                        connection,
                        FIELDS,
                        row ->
                                new Attribute(
                                        row.getInt("attnum"),
                                        row.getString("attname"),
                                        Rows.oid(row, "type"),
                                        Rows.oid(row, "collation")),
                        Integer.toUnsignedLong(relation));
        return attributes.stream()
                .map(attribute ->
                        new SqlType.Field(
                                attribute.number(),
                                attribute.name(),
                                attribute.type(),
                                type(attribute.type(), collations.apply(attribute.collation()))))
                .toList();
    }

    private SqlType range(int oid, boolean multirange) {
        RangeEntry entry = rangeEntry(oid);
        if (!entry.defaultOrder()) {
            return new SqlType.Opaque(oid, false, orderedArray(oid));
        }
        SqlType subtype = type(entry.subtype(), collations.apply(entry.collation()));
        SqlType.RangeType range = new SqlType.RangeType(entry.range(), subtype);
        return multirange ? new SqlType.MultirangeType(oid, range) : range;
    }

    private int orderedArray(int oid) {
        return Rows.first(
                        connection,
                        ORDERED_ARRAY,
                        row -> Rows.oid(row, "array"),
                        Integer.toUnsignedLong(oid))
                .orElse(0);
    }

    private RangeEntry rangeEntry(int oid) {
        return Rows.one(
                connection,
                "range type " + Integer.toUnsignedString(oid),
                RANGE,
                row ->
                        new RangeEntry(
                                Rows.oid(row, "range"),
                                Rows.oid(row, "subtype"),
                                Rows.oid(row, "collation"),
                                row.getBoolean("is_default")),
                Integer.toUnsignedLong(oid));
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
                                row.getString("name"),
                                row.getBoolean("is_array")),
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
        return switch (entry.kind()) {
            case "d" -> List.of(entry.base());
            case "c" ->
                    Rows.list(
                            connection,
                            FIELDS,
                            row -> Rows.oid(row, "type"),
                            Integer.toUnsignedLong(entry.relation()));
            case "r", "m" -> List.of(rangeEntry(oid).subtype());
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
                        new SqlType.Integral(Oids.PG_LSN, 8, false),
                        new SqlType.Integral(Oids.XID8, 8, false),
                        SqlType.TIMETZ,
                        new SqlType.ByteString(Oids.MACADDR),
                        new SqlType.ByteString(Oids.MACADDR8),
                        new SqlType.ByteString(Oids.TID),
                        new SqlType.BitType(Oids.BIT),
                        new SqlType.BitType(Oids.VARBIT),
                        new SqlType.NetworkType(Oids.INET),
                        new SqlType.NetworkType(Oids.CIDR))) {
            types.put(type.oid(), type);
        }
        for (int oid : REG_TYPES) {
            types.put(oid, new SqlType.Integral(oid, 4, false));
        }
        return Map.copyOf(types);
    }
}
