package io.pgtrickle.model.type;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.Interval;
import io.pgtrickle.model.Numeric;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Images that PostgreSQL sent, from `binary-types.txt`.
final class GoldenImagesTest {

    private static final int VALUE_COLUMN = 19;

    @Test
    void everyImageIsDecodedAndEncodedToTheSameBytes() throws IOException {
        Map<String, byte[]> images = images();
        assertThat(images).hasSizeGreaterThan(65);
        images.forEach((label, image) -> {
            SqlType type = type(label);
            ByteWriter out = new ByteWriter();
            type.encode(type.decode(image, 0, image.length), out);
            assertThat(out.toByteArray()).as(label).isEqualTo(image);
        });
    }

    @Test
    void valuesAreWhatTheLabelsSay() throws IOException {
        Map<String, byte[]> images = images();
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("bool", true);
        expected.put("int2", -2L);
        expected.put("int4", -2L);
        expected.put("int8", -2L);
        expected.put("float4", 1.5f);
        expected.put("float8 NaN", Double.NaN);
        expected.put("numeric 123.4500", numeric("123.4500"));
        expected.put("numeric(10,2) 0", numeric("0.00"));
        expected.put("numeric -0.00012", numeric("-0.00012"));
        expected.put("numeric NaN", Numeric.Special.NAN);
        expected.put("numeric 1e20", numeric("100000000000000000000"));
        expected.put("text", "é");
        expected.put("bpchar(4) 'a'", "a   ");
        expected.put("\"char\"", 120L);
        expected.put("bytea", Bytes.of((byte) 0, (byte) 0xff));
        expected.put("date 2000-01-02", 1L);
        expected.put("date infinity", (long) Integer.MAX_VALUE);
        expected.put("time 24:00", 86_400_000_000L);
        expected.put("timestamptz -inf", Long.MIN_VALUE);
        expected.put("interval", new Interval(1, 2, 3_000_000));
        expected.put("money", 123L);
        expected.put("enum", "ok");
        expected.put("oid", 42L);
        expected.forEach((label, value) -> {
            byte[] image = Objects.requireNonNull(images.get(label), label);
            assertThat(type(label).decode(image, 0, image.length)).as(label).isEqualTo(value);
        });
    }

    @Test
    void infinitiesOfNumericHaveTheServersScale() {
        // numeric_send as of PostgreSQL 14; the golden file has none
        check(Numeric.Special.POSITIVE_INFINITY, "00000000d0000020");
        check(Numeric.Special.NEGATIVE_INFINITY, "00000000f0000020");
    }

    private static void check(Numeric value, String image) {
        ByteWriter out = new ByteWriter();
        SqlType.NUMERIC.encode(value, out);
        assertThat(HexFormat.of().formatHex(out.toByteArray())).isEqualTo(image);
        assertThat(SqlType.NUMERIC.decode(out.toByteArray(), 0, out.size())).isEqualTo(value);
    }

    private static final int ENUM_OF_THE_FILE = 0x6918;
    private static final SqlType.RangeType INT4_RANGE = new SqlType.RangeType(3904, SqlType.INT4);
    private static final SqlType TEXT = new SqlType.Text(Oids.TEXT, false, Collation.C);

    private static SqlType type(String label) {
        String name = label.split("[ (]", 2)[0];
        return switch (name) {
            case "bool" -> SqlType.BOOL;
            case "int2" -> SqlType.INT2;
            case "int4", "domain" -> SqlType.INT4;
            case "int8" -> SqlType.INT8;
            case "float4" -> SqlType.FLOAT4;
            case "float8" -> SqlType.FLOAT8;
            case "numeric" -> SqlType.NUMERIC;
            case "text", "varchar", "name" -> new SqlType.Text(Oids.TEXT, false, Collation.C);
            case "bpchar" -> new SqlType.Text(Oids.BPCHAR, true, Collation.C);
            case "\"char\"" -> new SqlType.Integral(Oids.CHAR, 1, false);
            case "bytea" -> new SqlType.ByteString(Oids.BYTEA);
            case "uuid" -> new SqlType.ByteString(Oids.UUID);
            case "date" -> new SqlType.Integral(Oids.DATE, 4, true);
            case "time" -> new SqlType.Integral(Oids.TIME, 8, true);
            case "timestamp" -> new SqlType.Integral(Oids.TIMESTAMP, 8, true);
            case "timestamptz" -> new SqlType.Integral(Oids.TIMESTAMPTZ, 8, true);
            case "money" -> new SqlType.Integral(Oids.MONEY, 8, true);
            case "oid", "regclass" -> new SqlType.Integral(Oids.OID, 4, false);
            case "interval" -> SqlType.INTERVAL;
            case "timetz" -> SqlType.TIMETZ;
            case "bit" -> new SqlType.BitType(Oids.BIT);
            case "varbit" -> new SqlType.BitType(Oids.VARBIT);
            case "inet" -> new SqlType.NetworkType(Oids.INET);
            case "cidr" -> new SqlType.NetworkType(Oids.CIDR);
            case "macaddr" -> new SqlType.ByteString(Oids.MACADDR);
            case "tid" -> new SqlType.ByteString(Oids.TID);
            case "jsonb" -> new SqlType.JsonbType(Collation.C);
            case "pg_lsn" -> new SqlType.Integral(Oids.PG_LSN, 8, false);
            case "xid8" -> new SqlType.Integral(Oids.XID8, 8, false);
            case "int4range" -> INT4_RANGE;
            case "numrange" -> new SqlType.RangeType(3906, SqlType.NUMERIC);
            case "int4multirange" -> new SqlType.MultirangeType(4451, INT4_RANGE);
            case "int4[]" -> new SqlType.ArrayType(1007, Oids.INT4, SqlType.INT4);
            case "text[]" -> new SqlType.ArrayType(1009, Oids.TEXT, TEXT);
            case "enum[]" ->
                    new SqlType.ArrayType(
                            70_003,
                            ENUM_OF_THE_FILE,
                            new SqlType.EnumType(ENUM_OF_THE_FILE, List.of("sad", "ok")));
            case "composite" ->
                    new SqlType.CompositeType(
                            70_002,
                            List.of(
                                    new SqlType.Field(1, "a", Oids.INT4, SqlType.INT4),
                                    new SqlType.Field(2, "b", Oids.TEXT, TEXT)));
            case "enum" -> new SqlType.EnumType(70_000, List.of("sad", "ok"));
            default -> new SqlType.Opaque(70_001, false);
        };
    }

    /// Label to bytes, of the values that were sent in binary.
    private static Map<String, byte[]> images() throws IOException {
        String text;
        try (InputStream in =
                Objects.requireNonNull(
                        GoldenImagesTest.class.getResourceAsStream("binary-types.txt"))) {
            text = new String(in.readAllBytes(), UTF_8);
        }
        Map<String, byte[]> images = new LinkedHashMap<>();
        text.lines()
                .filter(line -> !line.startsWith("#") && line.startsWith("b ", VALUE_COLUMN))
                .forEach(line ->
                        images.put(
                                line.substring(0, VALUE_COLUMN).strip(),
                                HexFormat.of()
                                        .parseHex(line.substring(line.lastIndexOf(' ') + 1))));
        return images;
    }

    private static Numeric numeric(String text) {
        return Numeric.of(new BigDecimal(text));
    }
}
