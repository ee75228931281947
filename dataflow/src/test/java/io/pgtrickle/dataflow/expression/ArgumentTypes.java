package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The types of functions' arguments by oid, polymorphic ones standing for several.
final class ArgumentTypes {

    private static final List<String> LABELS = List.of("sad", "ok", "happy");
    private static final SqlType TEXT = new SqlType.Text(Oids.TEXT, false, Collation.C);
    private static final SqlType TIMESTAMP = new SqlType.Integral(Oids.TIMESTAMP, 8, true);

    /// A type with its name, quoted.
    record Named(String name, SqlType type) {}

    /// What anyarray, anyelement, anyrange and anymultirange stand for together; empty for what has no such type.
    private record Polymorphic(
            String array, String element, String range, String multirange, String record) {}

    private static final List<Polymorphic> POLYMORPHIC =
            List.of(
                    new Polymorphic("_int4", "int4", "int4range", "int4multirange", "pair"),
                    new Polymorphic("_numeric", "numeric", "numrange", "nummultirange", ""),
                    new Polymorphic("_timestamp", "timestamp", "tsrange", "tsmultirange", ""),
                    new Polymorphic("_text", "text", "", "", ""),
                    new Polymorphic("_jsonb", "jsonb", "", "", ""));

    private final Map<String, SqlType> types = new HashMap<>();
    private final Map<Integer, String> names = new HashMap<>();

    ArgumentTypes(Connection connection) throws SQLException {
        int mood = oid(connection, "mood");
        int pair = oid(connection, "pair");
        put("mood", new SqlType.EnumType(mood, LABELS));
        put(
                "pair",
                new SqlType.CompositeType(
                        pair,
                        List.of(
                                new SqlType.Field(1, "a", Oids.INT4, SqlType.INT4),
                                new SqlType.Field(2, "b", Oids.TEXT, TEXT))));
        scalars();
        array("_int4", 1007, Oids.INT4, "int4");
        array("_text", 1009, Oids.TEXT, "text");
        array("_timestamp", 1115, Oids.TIMESTAMP, "timestamp");
        array("_numeric", 1231, Oids.NUMERIC, "numeric");
        array("_jsonb", 3807, Oids.JSONB, "jsonb");
        range("int4range", 3904, "int4multirange", 4451, SqlType.INT4);
        range("numrange", 3906, "nummultirange", 4532, SqlType.NUMERIC);
        range("tsrange", 3908, "tsmultirange", 4533, TIMESTAMP);
    }

    private void scalars() {
        put("bool", SqlType.BOOL);
        put("int2", SqlType.INT2);
        put("int4", SqlType.INT4);
        put("int8", SqlType.INT8);
        put("float4", SqlType.FLOAT4);
        put("float8", SqlType.FLOAT8);
        put("numeric", SqlType.NUMERIC);
        put("interval", SqlType.INTERVAL);
        put("timetz", SqlType.TIMETZ);
        put("char", new SqlType.Integral(Oids.CHAR, 1, false));
        put("oid", new SqlType.Integral(Oids.OID, 4, false));
        put("date", new SqlType.Integral(Oids.DATE, 4, true));
        put("time", new SqlType.Integral(Oids.TIME, 8, true));
        put("timestamp", TIMESTAMP);
        put("timestamptz", new SqlType.Integral(Oids.TIMESTAMPTZ, 8, true));
        put("money", new SqlType.Integral(Oids.MONEY, 8, true));
        put("pg_lsn", new SqlType.Integral(Oids.PG_LSN, 8, false));
        put("xid8", new SqlType.Integral(Oids.XID8, 8, false));
        put("text", TEXT);
        put("varchar", new SqlType.Text(Oids.VARCHAR, false, Collation.C));
        put("name", new SqlType.Text(Oids.NAME, false, Collation.C));
        put("bpchar", new SqlType.Text(Oids.BPCHAR, true, Collation.C));
        put("bytea", new SqlType.ByteString(Oids.BYTEA));
        put("uuid", new SqlType.ByteString(Oids.UUID));
        put("macaddr", new SqlType.ByteString(Oids.MACADDR));
        put("macaddr8", new SqlType.ByteString(Oids.MACADDR8));
        put("bit", new SqlType.BitType(Oids.BIT));
        put("varbit", new SqlType.BitType(Oids.VARBIT));
        put("inet", new SqlType.NetworkType(Oids.INET));
        put("cidr", new SqlType.NetworkType(Oids.CIDR));
        put("jsonb", new SqlType.JsonbType(Collation.C));
    }

    private void array(String name, int oid, int elementOid, String element) {
        put(name, new SqlType.ArrayType(oid, elementOid, type(element)));
    }

    private void range(
            String name, int oid, String multirange, int multirangeOid, SqlType subtype) {
        SqlType.RangeType range = new SqlType.RangeType(oid, subtype);
        put(name, range);
        put(multirange, new SqlType.MultirangeType(multirangeOid, range));
    }

    private void put(String name, SqlType type) {
        types.put(name, type);
        names.put(type.oid(), name);
    }

    private SqlType type(String name) {
        return Objects.requireNonNull(types.get(name), name);
    }

    private static int oid(Connection connection, String name) throws SQLException {
        return Integer.parseInt(
                NativeFunctionsIT.string(connection, "select '" + name + "'::regtype::oid::text"));
    }

    /// The arguments and, at the end, the result, once for each meaning of the polymorphic ones.
    List<List<Named>> signatures(List<Integer> arguments, int result) {
        List<Integer> oids = new ArrayList<>(arguments);
        oids.add(result);
        List<List<Named>> signatures = new ArrayList<>();
        for (Polymorphic polymorphic : POLYMORPHIC) {
            List<Named> signature = new ArrayList<>();
            for (int oid : oids) {
                String name = name(oid, polymorphic);
                if (!name.isEmpty()) {
                    signature.add(new Named('"' + name + '"', type(name)));
                }
            }
            if (signature.size() == oids.size() && !signatures.contains(signature)) {
                signatures.add(signature);
            }
        }
        return signatures;
    }

    private String name(int oid, Polymorphic polymorphic) {
        return switch (oid) {
            case 2277, 5078 -> polymorphic.array();
            case 2283, 2776, 5077 -> polymorphic.element();
            case 3831, 5080 -> polymorphic.range();
            case 4537, 4538 -> polymorphic.multirange();
            case 2249 -> polymorphic.record();
            case 3500 -> "mood";
            default -> {
                @Nullable String name = names.get(oid);
                yield Objects.requireNonNull(name, "type " + oid);
            }
        };
    }
}
