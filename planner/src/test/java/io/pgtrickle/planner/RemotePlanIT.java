package io.pgtrickle.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.dataflow.plan.Explanation;
import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.RemoteContext;
import io.pgtrickle.postgres.RemoteSessions;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Queries of which PostgreSQL evaluates parts: what the plan gives is what PostgreSQL gives, bit for bit.
final class RemotePlanIT {

    private static final String SCHEMA =
            """
            CREATE SCHEMA shop;
            CREATE EXTENSION citext SCHEMA shop;
            CREATE EXTENSION hstore SCHEMA shop;
            SET search_path = shop, public;
            CREATE TABLE t (id int PRIMARY KEY, a int, b text, at timestamptz, j jsonb, xs int[], c citext, h hstore, n numeric);
            INSERT INTO t SELECT i, nullif(i % 7, 3), 'Text ' || i % 11, timestamptz '2024-03-30 22:00+00' + i * interval '7 hours',
                   jsonb_build_object('k', i % 5, 'list', jsonb_build_array(i, i % 3, null)), ARRAY[i, i % 4, null],
                   CASE WHEN i % 2 = 0 THEN 'Same' ELSE 'sAME' END || i % 3, hstore('k', (i % 4)::text), i / 7.0
              FROM generate_series(1, 60) i;
            INSERT INTO t (id, xs) VALUES (100, '{}'), (101, NULL);
            CREATE TABLE edges (id int PRIMARY KEY, src int, dst int);
            INSERT INTO edges SELECT i, i % 9, i * 7 % 11 FROM generate_series(1, 12) i;
            CREATE FUNCTION twice(x int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN x * 2; END';
            CREATE FUNCTION half(x int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 100 / x; END';
            CREATE FUNCTION upto(x int) RETURNS SETOF int IMMUTABLE LANGUAGE sql AS 'SELECT generate_series(1, x)';
            CREATE FUNCTION pairs(x int, OUT a int, OUT b text) RETURNS SETOF record IMMUTABLE LANGUAGE sql
                AS 'SELECT i, i::text FROM generate_series(1, x) i';
            CREATE FUNCTION extra(x int, y int DEFAULT 5) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT x + y';
            CREATE DOMAIN small AS int CHECK (VALUE < 1000);
            """;

    private static final List<String> QUERIES =
            List.of(
                    "SELECT id, twice(a), twice(twice(a)) AS four FROM t",
                    "SELECT id, CASE WHEN a <> 0 THEN half(a) END FROM t",
                    "SELECT id FROM t WHERE twice(a) > 4 AND b IS NOT NULL",
                    "SELECT twice(a), count(*), sum(twice(id)) FROM t GROUP BY twice(a)",
                    "SELECT sum(half(a)) FILTER (WHERE a > 0) FROM t",
                    "SELECT x.id, y.id AS other FROM t x JOIN t y ON twice(x.id) = y.id",
                    "SELECT x.id, y.id AS other FROM t x LEFT JOIN t y ON x.id = y.id AND twice(x.a) > y.a + 1",
                    "SELECT id, to_char(at, 'YYYY-MM-DD HH24:MI TZ'), date_trunc('day', at), at::date AS d, at::text AS s FROM t",
                    "SELECT id, extra(a), extra(x => a) AS e2, extra(a, y => 1) AS e3 FROM t",
                    "SELECT id, make_interval(days => a), concat(a, b), format('%s-%s', a, b) FROM t",
                    "SELECT id, a::text, (a::text || '5')::int, n::text, ('2024-01-0' || (1 + a % 5))::date FROM t WHERE a > 0",
                    "SELECT id, xs::text[] AS x1, xs::bigint[] AS x2, array_to_string(xs, ',', '*'), xs::text AS x3 FROM t",
                    "SELECT id, j->'k' AS k, j->>'list' AS l, jsonb_array_length(j->'list') FROM t",
                    "SELECT id, c = 'same1' AS e, h->'k' AS k, h ? 'k' AS q, c::text AS ct FROM t",
                    "SELECT id, a::small FROM t",
                    "SELECT id, a IS DISTINCT FROM twice(a), nullif(c, 'SAME0') FROM t",
                    "SELECT id, b COLLATE \"en-x-icu\" < 'text 5' COLLATE \"en-x-icu\" FROM t",
                    "SELECT id, generate_series(1, a), unnest(xs) FROM t",
                    "SELECT id, x, o FROM t, unnest(xs) WITH ORDINALITY AS u(x, o)",
                    "SELECT id, x, y FROM t, ROWS FROM (generate_series(1, a), unnest(xs)) AS u(x, y)",
                    "SELECT id, g FROM t, generate_series(at, at + interval '2 days', interval '1 day') g",
                    "SELECT id, s FROM t, generate_subscripts(xs, 1) s",
                    "SELECT id, e FROM t, jsonb_array_elements(j->'list') e",
                    "SELECT id, k, v FROM t, jsonb_each(j) AS e(k, v)",
                    "SELECT id, r.k, r.list FROM t, jsonb_to_record(j) AS r(k int, list text)",
                    "SELECT id, w FROM t, regexp_split_to_table(b, ' ') w",
                    "SELECT id, upto(a) FROM t",
                    "SELECT id, p.a, p.b FROM t, pairs(t.a) p",
                    "WITH RECURSIVE r(n) AS (SELECT src FROM edges WHERE id = 1 UNION SELECT e.dst FROM r JOIN edges e ON e.src = r.n)"
                            + " SELECT n FROM r",
                    "WITH RECURSIVE r(n, d) AS (SELECT src, 0 FROM edges UNION ALL SELECT e.dst, d + 1 FROM r JOIN edges e ON e.src = r.n WHERE d < 4)"
                            + " SELECT n, d, count(*) FROM r GROUP BY n, d",
                    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT twice(n) FROM r WHERE n < 100) SELECT n FROM r");

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void plansGiveWhatPostgresGives(int major) throws SQLException {
        Database database = EmbeddedServer.shared(major).createDatabase();
        try (Connection connection = TestSchema.connect(database);
                RemoteSessions sessions = new RemoteSessions(ServerAddress.parse(database.uri()))) {
            TestSchema.execute(connection, SCHEMA);
            TestSchema.execute(connection, "SET search_path = pg_catalog");
            TestSchema.execute(connection, "SET TimeZone = 'Europe/Berlin'");
            RemoteContext context =
                    new RemoteContext(
                            "postgres",
                            Map.of("TimeZone", "Europe/Berlin", "search_path", "shop, public"));
            StringBuilder failures = new StringBuilder();
            for (String query : QUERIES) {
                Planner planner = new Planner(connection);
                try {
                    ViewPlan plan = planner.plan(planner.analyze(query, "shop, public"));
                    assertThat(PlanOracleIT.evaluate(connection, plan, sessions.functions(context)))
                            .as("%s%n%s", query, String.join("\n", Explanation.lines(plan.plan())))
                            .isEqualTo(PlanOracleIT.expected(connection, query, plan));
                } catch (PgtrickleException | AssertionError e) {
                    failures.append(query).append(": ").append(e.getMessage()).append('\n');
                }
            }
            assertThat(failures.toString()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void whatDependsOnMoreThanSettingsIsRefused(int major) throws SQLException {
        Database database = EmbeddedServer.shared(major).createDatabase();
        try (Connection connection = TestSchema.connect(database)) {
            TestSchema.execute(connection, SCHEMA);
            TestSchema.execute(
                    connection,
                    "CREATE FUNCTION reads() RETURNS int STABLE LANGUAGE sql AS 'SELECT count(*)::int FROM t'");
            TestSchema.execute(connection, "SET search_path = pg_catalog");
            for (String query :
                    List.of(
                            "SELECT now() FROM t",
                            "SELECT age(at) FROM t",
                            "SELECT random() FROM t",
                            "SELECT reads() FROM t",
                            "SELECT b::regclass FROM t",
                            "SELECT b::timetz FROM t",
                            "SELECT pg_relation_size(id::oid) FROM t")) {
                Planner planner = new Planner(connection);
                assertThatThrownBy(() -> planner.plan(planner.analyze(query, "shop, public")))
                        .as(query)
                        .isInstanceOfSatisfying(
                                PgtrickleException.class,
                                e ->
                                        assertThat(e.code())
                                                .as(e.getMessage())
                                                .isIn(
                                                        ErrorCode.UNSUPPORTED_FUNCTION,
                                                        ErrorCode.VOLATILE_FUNCTION));
            }
        }
    }
}
