package io.pgtrickle.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.SqlType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/// Images and order of every type against PostgreSQL's own: 10,000 values of each, made by the server from a seed, come in the order of
/// `ORDER BY` with their rank, ties having one.
///
/// `-Dpgtrickle.types.seed=N` (0 to 1) makes other values, `-Dpgtrickle.types.values=N` more.
final class TypesIT {

    private static final int HEADER_BYTES = 19;
    private static final int MAX_DIFFERENCES = 3;

    /// The type, and the expression that makes a value.
    private static final Map<String, String> ORDERED = new LinkedHashMap<>();

    /// The same for types without an order; images only.
    private static final Map<String, String> CARRIED = new LinkedHashMap<>();

    static {
        ORDERED.put("boolean", "random() < 0.5");
        ORDERED.put("smallint", "(below(60000) - 30000)");
        ORDERED.put("integer", "some_integer()");
        ORDERED.put("bigint", "some_bigint()");
        ORDERED.put("numeric", "some_numeric()");
        ORDERED.put("positive", "abs((below(99) + 1) / round(random()::numeric + 1, below(3)))");
        ORDERED.put("real", "some_float()");
        ORDERED.put("double precision", "some_float()");
        ORDERED.put("money", "(some_integer() / 100.0)::numeric");
        ORDERED.put("text", "some_text()");
        ORDERED.put("varchar(3)", "left(some_text(), 3)");
        ORDERED.put("char(3)", "left(some_text(), 3)");
        ORDERED.put("\"char\"", "pick('a', 'b', '1', ' ', '')");
        ORDERED.put("name", "some_text()");
        ORDERED.put("bytea", "decode(substr(md5(random()::text), 1, 2 * below(4)), 'hex')");
        ORDERED.put("date", "some_date()");
        ORDERED.put("time", "CASE WHEN below(9) = 0 THEN '24:00' ELSE some_interval()::time END");
        ORDERED.put(
                "timetz",
                "(pick('00:00', '01:00', '02:00', '24:00', '00:00:00.000001') || pick('+00', '+01', '-01', '+15:59:59', '-15:59', '+02'))");
        ORDERED.put("timestamp", "some_timestamp()");
        ORDERED.put("timestamptz", "some_timestamp()");
        ORDERED.put("interval", "some_interval()");
        ORDERED.put("uuid", "md5(below(20000)::text)");
        ORDERED.put("bit(5)", "below(32)::bit(5)");
        ORDERED.put("varbit", "substr(below(100000)::bit(20)::text, 1 + below(20))");
        ORDERED.put("inet", "some_inet()");
        ORDERED.put("cidr", "some_inet()::cidr");
        ORDERED.put("macaddr", "substr(md5(below(20000)::text), 1, 12)");
        ORDERED.put("macaddr8", "substr(md5(below(20000)::text), 1, 16)");
        ORDERED.put("oid", "(some_integer() & 4294967295)");
        ORDERED.put("regclass", "(some_integer() & 4294967295)::oid");
        ORDERED.put("regtype", "(below(20000) + 100000)::oid");
        ORDERED.put("tid", "('(' || (some_integer() & 4294967295) || ',' || below(65536) || ')')");
        ORDERED.put("pg_lsn", "('0/0'::pg_lsn + abs(some_bigint()::numeric))");
        ORDERED.put("xid8", "(some_bigint()::text)");
        ORDERED.put("mood", "pick('sad', 'ok', 'happy', '')");
        ORDERED.put("jsonb", "some_jsonb(3)");
        ORDERED.put("integer[]", "some_array('some_integer()::integer')");
        ORDERED.put("numeric[]", "some_array('some_numeric()')");
        ORDERED.put("text[]", "some_array('some_text()')");
        ORDERED.put("mood[]", "some_array($q$pick('sad', 'ok', '')::mood$q$)");
        ORDERED.put("positive[]", "some_array('(1 + below(5))::positive')");
        ORDERED.put("jsonb[]", "some_array('some_jsonb(1)')");
        ORDERED.put("interval[]", "some_array('some_interval()')");
        ORDERED.put("pair", "ROW(nullif(below(5), 0), nullif(some_text(), ''), some_numeric())");
        ORDERED.put(
                "pair[]",
                "some_array('ROW(below(5), nullif(some_text(), $$$$), some_numeric())::pair')");
        ORDERED.put(
                "nested",
                "ROW(ROW(below(3), pick('a', 'b'), some_numeric())::pair, some_array($q$pick('sad', 'ok')::mood$q$)::mood[], nullif(below(3), 0))");
        ORDERED.put("int4range", "some_range('int4range', 'below(20)')");
        ORDERED.put("int8range", "some_range('int8range', 'below(20)::bigint')");
        ORDERED.put("numrange", "some_range('numrange', 'some_numeric()')");
        ORDERED.put("daterange", "some_range('daterange', 'date $$2024-01-01$$ + below(20)')");
        ORDERED.put("tsrange", "some_range('tsrange', 'some_timestamp()')");
        ORDERED.put("tstzrange", "some_range('tstzrange', 'some_timestamp()::timestamptz')");
        ORDERED.put("textrange", "some_range('textrange', 'some_text() COLLATE \"C\"')");
        ORDERED.put("int4multirange", "some_multirange('int4range', 'below(20)')");
        ORDERED.put("nummultirange", "some_multirange('numrange', 'round(some_numeric(), 1)')");
        ORDERED.put("tsmultirange", "some_multirange('tsrange', 'some_timestamp()')");
        ORDERED.put(
                "datemultirange[]",
                "ARRAY[some_multirange('daterange', 'date $$2024-01-01$$ + below(20)')]");
        CARRIED.put("json", "some_jsonb(2)::text");
        CARRIED.put("xml", "('<a>' || below(50) || '</a>')");
        CARRIED.put("point", "point(some_float(), some_float())");
        CARRIED.put("line", "'{1,2,3}'");
        CARRIED.put("lseg", "lseg(point(some_float(), 1), point(2, some_float()))");
        CARRIED.put("box", "box(point(some_float(), 1), point(2, 3))");
        CARRIED.put("path", "'((1,2),(3,4))'");
        CARRIED.put("polygon", "polygon(below(5) + 2, circle(point(1, 2), 3))");
        CARRIED.put("circle", "circle(point(some_float(), 2), 3)");
        CARRIED.put("tsvector", "to_tsvector('simple', some_text() || ' ' || some_text())");
        CARRIED.put("tsquery", "plainto_tsquery('simple', some_text() || ' ' || some_text())");
        CARRIED.put("jsonpath", "'$.a[1]'");
        CARRIED.put("xid", "below(1000)::text");
        CARRIED.put("pg_snapshot", "'10:20:10,14'");
        CARRIED.put("int2vector", "'1 2 3'");
        CARRIED.put("oidvector", "'1 2 3'");
        CARRIED.put("point[]", "some_array('point(1, below(5))')");
    }

    /// A value's image and its rank, from 1.
    private record Ranked(Bytes image, long rank) {}

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void everyTypeIsSentAndOrderedAsInPostgres(int major) throws Exception {
        int values = Integer.getInteger("pgtrickle.types.values", 10_000);
        String seed = System.getProperty("pgtrickle.types.seed", "0.5");
        List<String> differences = new ArrayList<>();
        try (PostgresFixture fixture = new PostgresFixture(major)) {
            fixture.execute("SET search_path TO public, pg_catalog");
            fixture.execute(generators());
            fixture.execute("SELECT setseed(" + seed + ")");
            Catalog catalog = new Catalog(fixture.connection());
            for (Map.Entry<String, String> entry : ORDERED.entrySet()) {
                SqlType type = type(fixture, catalog, entry.getKey());
                List<Ranked> ranked = values(fixture, entry, values, true);
                assertThat(type.orderable()).as(entry.getKey()).isTrue();
                checkImages(entry.getKey(), type, ranked, differences);
                checkOrder(entry.getKey(), type, ranked, differences);
            }
            for (Map.Entry<String, String> entry : CARRIED.entrySet()) {
                SqlType type = type(fixture, catalog, entry.getKey());
                checkImages(entry.getKey(), type, values(fixture, entry, 500, false), differences);
            }
        }
        System.out.printf(
                "COMPARED on PostgreSQL %d: %d ordered types of %d values each, %d carried types%n",
                major, ORDERED.size(), values, CARRIED.size());
        assertThat(differences).as("seed " + seed + ", PostgreSQL " + major).isEmpty();
    }

    private static String generators() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(TypesIT.class.getResourceAsStream("generators.sql"))) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    private static SqlType type(PostgresFixture fixture, Catalog catalog, String name) {
        String columns =
                "SELECT %s FROM pg_attribute WHERE attrelid = 'made'::regclass AND attnum = 1";
        fixture.execute("DROP TABLE IF EXISTS made");
        fixture.execute("CREATE TABLE made (v " + name + collation(name) + ")");
        return catalog.type(
                Integer.parseUnsignedInt(fixture.text(columns.formatted("atttypid"))),
                Integer.parseUnsignedInt(fixture.text(columns.formatted("attcollation"))));
    }

    private static String collation(String type) {
        return type.startsWith("text") && !type.equals("textrange")
                        || type.contains("char(") && !type.contains("\"")
                ? " COLLATE \"C\""
                : "";
    }

    private static List<Ranked> values(
            PostgresFixture fixture, Map.Entry<String, String> entry, int count, boolean ordered)
            throws SQLException, IOException {
        String type = entry.getKey();
        fixture.execute(
                "INSERT INTO made SELECT CAST(("
                        + entry.getValue()
                        + ") AS "
                        + type
                        + ") FROM generate_series(1, "
                        + count
                        + ")");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        fixture.connection()
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut(
                        ordered
                                ? "COPY (SELECT v, dense_rank() OVER (ORDER BY v) FROM made ORDER BY v) TO STDOUT (FORMAT binary)"
                                : "COPY (SELECT v, 1::bigint FROM made) TO STDOUT (FORMAT binary)",
                        out);
        ByteBuffer in = ByteBuffer.wrap(out.toByteArray()).position(HEADER_BYTES);
        List<Ranked> values = new ArrayList<>();
        while (in.getShort() == 2) {
            byte[] image = new byte[in.getInt()];
            in.get(image);
            assertThat(in.getInt()).isEqualTo(8);
            values.add(new Ranked(Bytes.of(image), in.getLong()));
        }
        assertThat(values).as(type).hasSize(count);
        return values;
    }

    private static void checkImages(
            String name, SqlType type, List<Ranked> values, List<String> differences) {
        int reported = 0;
        for (Ranked value : values) {
            byte[] image = value.image().array();
            ByteWriter out = new ByteWriter();
            type.encode(type.decode(image, 0, image.length), out);
            if (!Arrays.equals(image, out.toByteArray()) && reported++ < MAX_DIFFERENCES) {
                differences.add(
                        name
                                + ": "
                                + HexFormat.of().formatHex(image)
                                + " becomes "
                                + HexFormat.of().formatHex(out.toByteArray()));
            }
        }
    }

    private static void checkOrder(
            String name, SqlType type, List<Ranked> values, List<String> differences) {
        int reported = 0;
        for (int i = 1; i < values.size(); i++) {
            Ranked a = values.get(i - 1);
            Ranked b = values.get(i);
            Object x = value(type, a);
            Object y = value(type, b);
            int expected = Long.compare(a.rank(), b.rank());
            int compared = Integer.signum(type.compare(x, y));
            int keys = Integer.signum(Arrays.compareUnsigned(key(type, x), key(type, y)));
            if ((compared != expected || keys != expected) && reported++ < MAX_DIFFERENCES) {
                differences.add(
                        name
                                + ": "
                                + x
                                + " and "
                                + y
                                + " compare as "
                                + compared
                                + ", their keys as "
                                + keys
                                + ", in PostgreSQL as "
                                + expected);
            }
        }
    }

    private static Object value(SqlType type, Ranked ranked) {
        return type.decode(ranked.image().array(), 0, ranked.image().length());
    }

    private static byte[] key(SqlType type, Object value) {
        ByteWriter out = new ByteWriter();
        type.writeKey(value, out);
        return out.toByteArray();
    }
}
