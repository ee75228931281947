package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The settings of a view's creation hold for its population and its changes alike, and after a restart, whatever those of the
/// database, of the sidecar and of the session that changes the tables are.
final class PinnedSettingsIT {

    private static final List<String> SETTINGS =
            List.of(
                    "TimeZone = 'America/New_York'",
                    "DateStyle = 'German, DMY'",
                    "IntervalStyle = 'sql_standard'",
                    "extra_float_digits = -4",
                    "bytea_output = 'escape'",
                    "default_text_search_config = 'pg_catalog.german'",
                    "search_path = other, public");

    /// Over the columns of t. `which()` is another function under another search path, `twofold` calls it by its bare name.
    private static final List<String> EXPRESSIONS =
            List.of(
                    "at::text",
                    "at::date",
                    "at::time",
                    "at::timestamp",
                    "d::timestamptz",
                    "d::text",
                    "ts::timestamptz",
                    "at = ts",
                    "at > d",
                    "at + interval '1 day'",
                    "at - interval '1 mon'",
                    "date_trunc('day', at)",
                    "extract(hour FROM at)",
                    "date_part('timezone', at)",
                    "to_char(at, 'HH24:MI TZ')",
                    "to_char(at, 'Day, DD. TMMonth')",
                    "to_timestamp(s, 'DD.MM.YYYY')",
                    "s::date",
                    "s::timestamptz",
                    "iv::text",
                    "f::text",
                    "r::text",
                    "f || ''",
                    "b::text",
                    "concat(at, ' ', f, ' ', iv, ' ', b)",
                    "format('%s %s', at, d)",
                    "to_jsonb(at)",
                    "to_jsonb(f)",
                    "json_build_object('at', at, 'iv', iv, 'b', b)",
                    "to_tsvector(s || ' Häuser')",
                    "plainto_tsquery('Häuser')",
                    "array_to_string(ARRAY[at], ',')",
                    "ARRAY[f, 0.1]::text[]",
                    "ROW(at, f, b)::text",
                    "tstzrange(at, NULL)::text",
                    "quote_nullable(f)",
                    "which(id)",
                    "twofold(id)",
                    "m::text");

    private static final List<String> QUERIES =
            List.of(
                    "SELECT at::date AS x, count(*) AS n, max(f::text) AS m FROM t GROUP BY 1",
                    "SELECT a.id, b.id AS other FROM t a JOIN t b ON a.at::date = b.d",
                    "SELECT id, count(*) OVER (PARTITION BY at::date ORDER BY at) AS n FROM t",
                    // literals, too, are read under the settings
                    "SELECT id FROM t WHERE at > '10.03.2024 01:30'",
                    "SELECT id FROM t WHERE at BETWEEN '2024-03-10' AND timestamptz '2024-03-10 12:00'",
                    "SELECT id, date '03.04.2024' AS x, '-1-2'::interval AS y, '04.05.2024 06:07'::timestamptz AS z FROM t",
                    "SELECT id FROM t WHERE at IN ('2024-03-09 03:15', '2024-03-08 23:23') OR d = ANY ('{09.03.2024,10.03.2024}')");

    @TempDir private Path state;

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void holdForGood(int major) throws SQLException {
        try (RunningSidecar it = RunningSidecar.on(major, state)) {
            it.execute(
                    "CREATE SCHEMA other",
                    which("public", "p"),
                    which("other", "o"),
                    "CREATE FUNCTION twofold(int) RETURNS text IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN which($1) || which($1); END'",
                    "CREATE TABLE t (id int PRIMARY KEY, at timestamptz, ts timestamp, d date, iv interval, f float8, r real, b bytea, s text, m money)",
                    rows(1, 30),
                    underTheSettings(
                            "make(name text, query text) RETURNS void",
                            "CALL pgtrickle.create_view('public.' || name, query);"),
                    underTheSettings(
                            "differences(name text, query text) RETURNS TABLE (difference text)",
                            """
                            RETURN QUERY EXECUTE format(
                                'WITH q AS MATERIALIZED (SELECT x::text AS r FROM (%1$s) x), v AS MATERIALIZED (SELECT x::text AS r FROM public.%2$I x)
                                 (SELECT ''-'' || r FROM (TABLE q EXCEPT ALL TABLE v) a) UNION ALL (SELECT ''+'' || r FROM (TABLE v EXCEPT ALL TABLE q) b)',
                                query, name);
                            """));
            List<String> queries = new ArrayList<>();
            for (String expression : EXPRESSIONS) {
                queries.add("SELECT id, " + expression + " AS x FROM t");
            }
            queries.addAll(QUERIES);
            for (int i = 0; i < queries.size(); i++) {
                it.execute("SELECT make('v" + i + "', $q$" + queries.get(i) + "$q$)");
                it.awaitStatus("v" + i, "running");
            }
            assertNoDifference(it, queries);
            it.execute(
                    "SET TimeZone = 'Asia/Tokyo'",
                    rows(31, 50),
                    "UPDATE t SET at = at + interval '7 hours' WHERE id % 3 = 0");
            assertNoDifference(it, queries);
            it.stop();
            it.execute(
                    "ALTER DATABASE " + it.database().name() + " SET TimeZone = 'Asia/Kolkata'",
                    "ALTER DATABASE " + it.database().name() + " SET bytea_output = 'hex'",
                    "UPDATE t SET f = f / 3, iv = -iv, b = b || '\\xff' WHERE id % 2 = 0");
            it.startAgain();
            it.awaitSidecar();
            it.execute("DELETE FROM t WHERE id % 5 = 0", rows(51, 61));
            assertNoDifference(it, queries);
            assertThat(
                            it.value(
                                    "SELECT x FROM v"
                                            + EXPRESSIONS.indexOf("twofold(id)")
                                            + " WHERE id = 51"))
                    .isEqualTo("o51o51");
            System.out.println(
                    "pinned settings: PostgreSQL "
                            + major
                            + ": "
                            + queries.size()
                            + " views under "
                            + SETTINGS.size()
                            + " settings, 0 differences");
        }
    }

    private static void assertNoDifference(RunningSidecar it, List<String> queries)
            throws SQLException {
        it.execute("CALL pgtrickle.wait_for_lsn()");
        for (int i = 0; i < queries.size(); i++) {
            it.awaitStatus("v" + i, "running");
            it.execute("CALL pgtrickle.wait_for_lsn()");
            assertThat(
                            it.value(
                                    "SELECT string_agg(difference, E'\\n') FROM differences('v"
                                            + i
                                            + "', $q$"
                                            + queries.get(i)
                                            + "$q$)"))
                    .as(queries.get(i))
                    .isEqualTo("null");
        }
    }

    /// A function, since pgjdbc gives up a session that isn't to print dates as ISO has them.
    private static String underTheSettings(String signature, String body) {
        return "CREATE FUNCTION public."
                + signature
                + " LANGUAGE plpgsql SET "
                + String.join(" SET ", SETTINGS)
                + " AS $f$ BEGIN "
                + body
                + " END $f$";
    }

    private static String which(String schema, String result) {
        return "CREATE FUNCTION "
                + schema
                + ".which(int) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN '"
                + result
                + "' || $1; END $$";
    }

    /// Times around the changes of summer time.
    private static String rows(int first, int last) {
        return """
        INSERT INTO t
        SELECT i, '2024-03-09 03:00+00'::timestamptz + i * interval '83 minutes', '2024-11-02 20:00'::timestamp + i * interval '31 minutes',
               date '2024-03-08' + i % 4, i * interval '1 mon -1 day 00:00:01.5', i / 7.0, i / 7.0, '\\x00ff41'::bytea,
               (1 + i % 12) || '.' || (1 + i % 11) || '.2024', (i / 4.0)::numeric::money
          FROM generate_series(:first, :last) i
        """
                .replace(":first", Integer.toString(first))
                .replace(":last", Integer.toString(last));
    }
}
