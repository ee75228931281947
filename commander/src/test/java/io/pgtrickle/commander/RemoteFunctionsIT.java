package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Views whose functions PostgreSQL evaluates, through 20 rounds of changes each.
final class RemoteFunctionsIT {

    private static final int ROUNDS = 20;

    @TempDir private Path state;

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void staysExactOverFunctionsOfUsersAndExtensions(int major) throws SQLException {
        try (RunningSidecar it = RunningSidecar.on(major, state)) {
            it.execute(
                    "CREATE EXTENSION citext",
                    "CREATE TABLE t (id int PRIMARY KEY, a int, c citext, at timestamptz)",
                    "CREATE TABLE edges (id int PRIMARY KEY, src int, dst int)",
                    "CREATE FUNCTION twice(x int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 2 * x; END'",
                    "INSERT INTO t SELECT i, i % 7, 'Text' || i % 3, now() + i * interval '1 hour' FROM generate_series(1, 50) i",
                    "INSERT INTO edges SELECT i, i % 9, (i * 5) % 11 FROM generate_series(1, 12) i");
            String[] queries = {
                "SELECT id, twice(a) AS b FROM t WHERE c = 'TEXT1'",
                "SELECT twice(a) AS b, count(*) AS n FROM t GROUP BY twice(a)",
                "SELECT t.id, g FROM t, generate_series(1, twice(t.a)) g",
                "WITH RECURSIVE r(n) AS (SELECT 1 UNION SELECT e.dst FROM r JOIN edges e ON e.src = r.n) SELECT n FROM r"
            };
            for (int i = 0; i < queries.length; i++) {
                it.create("v" + i, queries[i]);
                it.assertFresh("v" + i, queries[i]);
            }
            for (int round = 0; round < ROUNDS; round++) {
                it.execute(
                        String.format(
                                Locale.ROOT,
                                "UPDATE t SET a = (a + id) %% 9, c = upper(c::text) WHERE id %% 5 = %d",
                                round % 5),
                        String.format(Locale.ROOT, "DELETE FROM t WHERE id = %d", round + 1),
                        String.format(
                                Locale.ROOT,
                                "UPDATE edges SET dst = (dst + %d) %% 11 WHERE id %% 4 = %d",
                                round,
                                round % 4));
                for (int i = 0; i < queries.length; i++) {
                    it.assertFresh("v" + i, queries[i]);
                }
            }
            assertThat(
                            it.value(
                                    "SELECT string_agg(l, ' ') FROM pgtrickle.explain_view('SELECT twice(a) FROM t') l"))
                    .contains("evaluated in PostgreSQL: twice");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void keepsTheTimeZoneOfItsCreation(int major) throws SQLException {
        try (RunningSidecar it = RunningSidecar.on(major, state)) {
            it.execute(
                    "CREATE TABLE t (id int PRIMARY KEY, at timestamptz)",
                    "SET TimeZone = 'Asia/Tokyo'");
            it.create("v", "SELECT id, to_char(at, 'HH24:MI TZ') AS s FROM t");
            it.execute("SET TimeZone = 'UTC'", "INSERT INTO t VALUES (1, '2024-01-01 00:00+00')");
            it.await("SELECT count(*) FROM v", "1"::equals);
            assertThat(it.value("SELECT s FROM v")).isEqualTo("09:00 JST");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aFunctionOfAUserGetsNoRightsButItsOwn(int major) throws SQLException {
        try (RunningSidecar it = RunningSidecar.on(major, state)) {
            it.execute(
                    "DROP ROLE IF EXISTS mallory",
                    "CREATE ROLE mallory LOGIN",
                    "CREATE TABLE secret (t text)",
                    "INSERT INTO secret VALUES ('hush')",
                    "CREATE SCHEMA mallory AUTHORIZATION mallory");
            try (Connection session = it.connectAs("mallory")) {
                RunningSidecar.execute(session, "SET search_path = mallory");
                RunningSidecar.execute(session, "CREATE TABLE t (id int PRIMARY KEY)");
                RunningSidecar.execute(session, "INSERT INTO t VALUES (1)");
                RunningSidecar.execute(
                        session,
                        "CREATE FUNCTION steal() RETURNS text LANGUAGE plpgsql AS"
                                + " $f$ BEGIN RESET ROLE; RETURN (SELECT t FROM public.secret); END $f$");
                RunningSidecar.execute(
                        session,
                        "CREATE FUNCTION innocent(int) RETURNS text IMMUTABLE LANGUAGE plpgsql AS"
                                + " $f$ BEGIN RETURN mallory.steal(); END $f$");
                assertThatThrownBy(() ->
                                RunningSidecar.execute(
                                        session,
                                        "CALL pgtrickle.create_view('mallory.v', 'SELECT innocent(id) FROM mallory.t')"))
                        .hasMessageContaining("within security-definer function");
            }
        }
    }
}
