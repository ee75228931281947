package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Each type of PostgreSQL's as a column of a view, and, where it has an equality, under DISTINCT and as the key of GROUP BY.
final class TypesThroughViewsIT {

    private static final int ROUNDS = 5;

    /// @param name as in CREATE TABLE
    /// @param values texts that it reads
    private record Type(String name, List<String> values) {
        static Type of(String name, String... values) {
            return new Type(name, List.of(values));
        }

        String column() {
            return "c_" + name.replaceAll("[^a-z0-9]+", "_");
        }
    }

    private static final List<Type> TYPES =
            List.of(
                    Type.of("boolean", "t", "f"),
                    Type.of("smallint", "-32768", "0", "32767"),
                    Type.of("integer", "-2147483648", "7"),
                    Type.of("bigint", "-9223372036854775808", "7"),
                    Type.of(
                            "numeric",
                            "NaN",
                            "Infinity",
                            "-Infinity",
                            "1.50",
                            "123456789012345678901234567890.123"),
                    Type.of("numeric(6,2)", "1.5", "-0.01"),
                    Type.of("real", "NaN", "1.1", "-Infinity"),
                    Type.of("double precision", "NaN", "1e300", "0.1"),
                    Type.of("money", "-1.05", "12.30"),
                    Type.of("text", "", "a", "𝒳"),
                    Type.of("varchar(5)", "a", "abcde"),
                    Type.of("char(4)", "a", "ab"),
                    Type.of("\"char\"", "a", "b"),
                    Type.of("name", "a", "b"),
                    Type.of("bytea", "\\x", "\\x00ff"),
                    Type.of("date", "infinity", "4713-01-01 BC", "2024-02-29"),
                    Type.of("time", "24:00", "01:02:03.4"),
                    Type.of("timetz", "24:00+02", "01:02:03.4-11"),
                    Type.of(
                            "timestamp",
                            "-infinity",
                            "294276-12-31 23:59:59.999999",
                            "4713-01-01 BC"),
                    Type.of("timestamptz", "infinity", "2024-02-29 12:00+05"),
                    Type.of("interval", "1 mon -1 day 00:00:01", "-3 years 2 days"),
                    Type.of(
                            "uuid",
                            "00000000-0000-0000-0000-000000000001",
                            "ffffffff-0000-0000-0000-000000000001"),
                    Type.of("json", "{\"a\": 1}", "[1,  2]"),
                    Type.of("jsonb", "{\"a\": 1e400}", "[1, \"x\"]", "null"),
                    Type.of("jsonpath", "$.a", "$[*]"),
                    Type.of("inet", "10.0.0.1", "::1/64"),
                    Type.of("cidr", "10.0.0.0/8", "::/0"),
                    Type.of("macaddr", "08:00:2b:01:02:03", "00:00:00:00:00:00"),
                    Type.of("macaddr8", "08:00:2b:01:02:03:04:05", "00:00:00:00:00:00:00:00"),
                    Type.of("bit(4)", "0101", "1111"),
                    Type.of("varbit", "", "0", "00"),
                    Type.of("mood", "sad", "glad"),
                    Type.of("amount", "1.5", "2"),
                    Type.of("pair", "(a,1)", "(,2)", "(\"x,y\",)"),
                    Type.of("integer[]", "{}", "{1,NULL}", "[2:3]={1,2}", "{{1,2},{3,4}}"),
                    Type.of("text[]", "{a,\"b,c\"}", "{NULL}"),
                    Type.of("pair[]", "{\"(a,1)\"}", "{}"),
                    Type.of("mood[]", "{sad,glad}", "{}"),
                    Type.of("int4range", "empty", "[1,4)", "(,3)"),
                    Type.of("numrange", "[1.5,2]", "(,)"),
                    Type.of("tstzrange", "[2024-01-01 00:00+00,infinity]", "empty"),
                    Type.of("int4multirange", "{}", "{[1,2),[5,9)}"),
                    Type.of("words", "[a,b]", "empty"),
                    Type.of("point", "(1,2)", "(-0.5,1e10)"),
                    Type.of("line", "{1,2,3}", "{0,1,0}"),
                    Type.of("lseg", "[(1,2),(3,4)]", "[(0,0),(0,1)]"),
                    Type.of("box", "(3,4),(1,2)", "(1,1),(0,0)"),
                    Type.of("path", "[(1,2),(3,4)]", "((0,0),(0,1))"),
                    Type.of("polygon", "((0,0),(0,1),(1,0))", "((0,0),(0,2),(2,0))"),
                    Type.of("circle", "<(1,2),3>", "<(0,0),1>"),
                    Type.of("tsvector", "a:1 b:2", "'x y'"),
                    Type.of("tsquery", "a & b", "!x"),
                    Type.of("oid", "1", "4294967295"),
                    Type.of("regclass", "pg_class", "pg_proc"),
                    Type.of("regtype", "integer", "text"),
                    Type.of("pg_lsn", "0/1", "FF/0"),
                    Type.of("xid8", "1", "18446744073709551615"),
                    Type.of("tid", "(0,1)", "(7,2)"),
                    Type.of("int2vector", "1 2", "3"),
                    Type.of("oidvector", "1 2", "3"),
                    Type.of("citext", "a", "b"),
                    Type.of("hstore", "a=>1", "a=>NULL,b=>2"));

    @TempDir private Path state;

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void everyTypeIsCarriedAndCompared(int major) throws SQLException {
        try (RunningSidecar it = RunningSidecar.on(major, state)) {
            List<Type> types = new ArrayList<>(TYPES);
            it.execute(
                    "CREATE EXTENSION citext",
                    "CREATE EXTENSION hstore",
                    "CREATE TYPE mood AS ENUM ('sad', 'glad')",
                    "CREATE DOMAIN amount AS numeric CHECK (VALUE > 0)",
                    "CREATE TYPE pair AS (w text, n integer)",
                    "CREATE TYPE words AS RANGE (subtype = text, collation = \"en-x-icu\")",
                    "CREATE TABLE t (id int PRIMARY KEY)");
            if (has(it, "SELECT '<a/>'::xml")) {
                types.add(Type.of("xml", "<a/>", "text"));
            } else {
                System.out.println("types through views: this PostgreSQL is built without xml");
            }
            for (Type type : types) {
                it.execute("ALTER TABLE t ADD " + type.column() + " " + type.name());
            }
            Random random = new Random(5);
            for (int id = 1; id <= 12; id++) {
                it.execute("INSERT INTO t VALUES (" + id + values(types, random) + ")");
            }
            it.create("everything", "SELECT * FROM t");
            List<Type> keys = new ArrayList<>();
            for (Type type : types) {
                if (has(it, grouped(type))) {
                    keys.add(type);
                    it.create("g" + type.column(), grouped(type));
                } else {
                    assertThatThrownBy(() -> it.create("no", grouped(type)))
                            .hasMessageContaining("could not identify an equality operator");
                }
            }
            int id = 12;
            for (int round = 0; round < ROUNDS; round++) {
                it.execute(
                        "INSERT INTO t VALUES (" + ++id + values(types, random) + ")",
                        "DELETE FROM t WHERE id = " + (round + 1),
                        "INSERT INTO t VALUES (" + (round + 1) + values(types, random) + ")",
                        "DELETE FROM t WHERE id = " + (round + 6));
                it.assertFresh("everything", "SELECT * FROM t");
                for (Type type : keys) {
                    it.assertFresh("g" + type.column(), grouped(type));
                }
            }
            System.out.println(
                    String.format(
                            Locale.ROOT,
                            "types through views: PostgreSQL %d: %d types carried, %d of them keys, %d rounds",
                            major,
                            types.size(),
                            keys.size(),
                            ROUNDS));
        }
    }

    private static String grouped(Type type) {
        return String.format(
                Locale.ROOT,
                "SELECT %1$s, count(*) AS n FROM (SELECT DISTINCT id %% 3 AS g, %1$s FROM t) x GROUP BY %1$s",
                type.column());
    }

    private static boolean has(RunningSidecar it, String query) {
        try {
            it.value(query);
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    private static String values(List<Type> types, Random random) {
        StringBuilder values = new StringBuilder();
        for (Type type : types) {
            int place = random.nextInt(type.values().size() + 1);
            values.append(
                    place == type.values().size()
                            ? ", NULL"
                            : ", '" + type.values().get(place).replace("'", "''") + "'");
        }
        return values.toString();
    }
}
