package io.pgtrickle.planner;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.type.SqlType;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Constants read from the tree against the same constants as PostgreSQL sends them.
final class ConstantDecoderIT {

    private static final long SEED = 42;

    private static List<String> literals() {
        Random random = new Random(SEED);
        List<String> literals =
                new ArrayList<>(
                        List.of(
                                "true",
                                "false",
                                "'NaN'::numeric",
                                "'0'::numeric",
                                "'0.000'::numeric",
                                "'-0.0'::numeric",
                                "'NaN'::float8",
                                "'-0'::float8",
                                "'-Infinity'::float4",
                                "''::text",
                                "'x'::name",
                                "'24:00'::time",
                                "'infinity'::timestamp",
                                "'-infinity'::timestamptz",
                                "'4713-01-01 BC'::date",
                                "'294276-12-31 23:59:59.999999'::timestamp",
                                "'sad'::shop.mood",
                                "'happy'::shop.mood",
                                "''::bytea",
                                "'-178000000 years'::interval",
                                "'4294967295'::oid",
                                "'\u20ac\ud83d\ude00'::text",
                                "'ab '::char(5)",
                                "'a'::\"char\"",
                                "'-92233720368547758.08'::money",
                                "'1e-16383'::numeric",
                                "'1e1000'::numeric",
                                "'23:59:59.5+05:30'::timetz",
                                "'10110011101'::varbit",
                                "''::varbit",
                                "'10.1.2.3/9'::inet",
                                "'10.1.0.0/16'::cidr",
                                "'2001:db8::1'::inet",
                                "'{}'::int[]",
                                "'{1,NULL,-3}'::int[]",
                                "'[2:3][0:1]={{1,2},{3,4}}'::bigint[]",
                                "'{a,\"\",NULL,\u20ac}'::text[]",
                                "'{1.50,NaN}'::numeric[]",
                                "'{happy,sad}'::shop.mood[]",
                                "'5'::jsonb",
                                "'\"x\"'::jsonb",
                                "'null'::jsonb",
                                "'[]'::jsonb",
                                "'{}'::jsonb",
                                "'[1, 2.50, true, false, null, \"\u20ac\", [], {}]'::jsonb",
                                "'{\"a\": {\"b\": [1e30, {\"c\": -0.001}]}, \"bb\": \"x\", \"\": [[[]]]}'::jsonb",
                                "'[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,\"z\"]'::jsonb",
                                "'[{\"a\": 1}]'::jsonb",
                                "'empty'::int4range",
                                "'[1,4)'::int4range",
                                "'(,7]'::int8range",
                                "'[1.50,NaN)'::numrange",
                                "'(,)'::daterange",
                                "'[2024-01-01 00:00,infinity]'::tsrange",
                                "'{}'::int4multirange",
                                "'{[1,2),[5,9),[11,)}'::int8multirange",
                                "'{(,1.5),[2,3.25],(7,1e20)}'::nummultirange",
                                "'(1,-2.5)'::point",
                                "'[(1,2),(3,4)]'::lseg",
                                "'(3,4),(1,2)'::box",
                                "'{1,2,3}'::line",
                                "'<(1,2),3>'::circle",
                                "'{\"(1,2)\",NULL}'::point[]",
                                "'{\"[1,2)\",empty}'::int4range[]",
                                // whose images PostgreSQL tells
                                "'a:1A b:2,3 ''it''''s \\ \"q'''::tsvector",
                                "'a & !b <-> c:*'::tsquery",
                                "'((0,0),(1,1))'::path",
                                "'[(0,0),(1,1)]'::path",
                                "'((0,0),(0,1),(1,0))'::polygon",
                                "'1 2'::int2vector",
                                "'(65538,772)'::tid",
                                "'08:00:2b:01:02:03'::macaddr",
                                "'08:00:2b:01:02:03:04:05'::macaddr8",
                                "'FF/1020304'::pg_lsn",
                                "'18446744073709551613'::xid8",
                                "'pg_class'::regclass",
                                "'{\"(1,2)\"}'::tid[]",
                                "''::oidvector",
                                "'{a b,c}'::tsvector[]",
                                "'a=>1, \"b c\"=>NULL'::public.hstore",
                                "'{\"a=>\\\"it''s\\\"\"}'::public.hstore[]"));
        for (int i = 0; i < 100; i++) {
            BigDecimal number =
                    new BigDecimal(
                            new BigInteger(1 + random.nextInt(200), random),
                            random.nextInt(80) - 20);
            literals.add(
                    "'"
                            + (random.nextBoolean() ? "-" : "")
                            + number.toPlainString()
                            + "'::numeric");
            literals.add("'" + random.nextLong() + "'::int8");
            literals.add("'" + random.nextInt() + "'::int4");
            literals.add("'" + (short) random.nextInt() + "'::int2");
            literals.add(
                    "'" + Double.longBitsToDouble(random.nextLong() & ~(1L << 62)) + "'::float8");
            literals.add("'" + random.nextFloat() + "'::float4");
            literals.add("'" + new UUID(random.nextLong(), random.nextLong()) + "'::uuid");
            literals.add(
                    "'"
                            + random.nextInt(-5000, 5000)
                            + " mon "
                            + random.nextInt() / 10
                            + " days "
                            + random.nextInt()
                            + " us'::interval");
            literals.add(
                    "repeat"
                                    .substring(0, random.nextInt(6))
                                    .chars()
                                    .mapToObj(c -> "" + (char) c)
                                    .reduce("'", String::concat)
                            + "'::text");
        }
        // a modifier makes a function call of the cast
        return literals.stream()
                .filter(literal -> literal.indexOf('(', literal.lastIndexOf("::")) < 0)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void readsWhatPostgresSends(int major) throws IOException, SQLException {
        try (Connection connection = TestSchema.connect(TestSchema.create(major))) {
            TestSchema.execute(connection, "CREATE EXTENSION hstore SCHEMA public");
            for (String literal : literals()) {
                Expression.Constant constant = constant(connection, literal);
                assertThat(constant.value())
                        .as(literal)
                        .isEqualTo(sent(connection, literal, constant.type()));
            }
            System.out.println(
                    "constants: PostgreSQL " + major + ": " + literals().size() + " read");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void readsArraysWithAndWithoutNulls(int major) throws IOException, SQLException {
        try (Connection connection = TestSchema.connect(TestSchema.database(major))) {
            assertThat(elements(connection, "id = ANY ('{}'::int[])")).isEmpty();
            assertThat(elements(connection, "id = ANY ('{3,NULL,-1}'::int[])"))
                    .containsExactly(3L, null, -1L);
            assertThat(elements(connection, "id = ANY ('{{1,2},{3,4}}'::int[])"))
                    .containsExactly(1L, 2L, 3L, 4L);
            assertThat(elements(connection, "id = ANY ('[5:6]={7,8}'::bigint[])"))
                    .containsExactly(7L, 8L);
            assertThat(elements(connection, "active = ANY ('{t,NULL,f}')"))
                    .containsExactly(true, null, false);
            assertThat(elements(connection, "email = ANY ('{a,NULL,\"\",b c d e f g,\u00fc}')"))
                    .containsExactly("a", null, "", "b c d e f g", "\u00fc");
            assertThat(elements(connection, "mood = ANY ('{ok,sad}'::shop.mood[])"))
                    .containsExactly("ok", "sad");
        }
    }

    private static Expression.Constant constant(Connection connection, String literal) {
        Planner planner = new Planner(connection);
        Plan plan =
                planner.plan(
                                planner.analyze(
                                        "SELECT id, " + literal + " AS v FROM shop.customers",
                                        "pg_catalog"))
                        .plan();
        Expression value = ((Plan.Project) plan).columns().getLast();
        while (!(value instanceof Expression.Constant)) {
            value = Columns.children(value).getFirst();
        }
        return (Expression.Constant) value;
    }

    private static Object sent(Connection connection, String literal, SqlType type)
            throws SQLException {
        String send;
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT typsend::text FROM pg_type WHERE oid = " + type.oid())) {
            row.next();
            send = row.getString(1);
        }
        String sql = send.equals("-") ? "" : "SELECT " + send + "(" + literal + ")";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            byte[] image = row.getBytes(1);
            return type.decode(image, 0, image.length);
        }
    }

    private static List<Object> elements(Connection connection, String condition) {
        Planner planner = new Planner(connection);
        Plan plan =
                planner.plan(
                                planner.analyze(
                                        "SELECT * FROM shop.customers WHERE " + condition,
                                        "pg_catalog"))
                        .plan();
        Expression predicate = ((Plan.Filter) plan).predicate();
        List<Object> elements = new ArrayList<>();
        if (predicate instanceof Expression.Quantified(_, List<Expression.Call> comparisons)) {
            comparisons.forEach(comparison -> {
                Expression right = comparison.arguments().get(1);
                while (!(right instanceof Expression.Constant)) {
                    right = Columns.children(right).getFirst();
                }
                elements.add(((Expression.Constant) right).value());
            });
        }
        return elements;
    }
}
