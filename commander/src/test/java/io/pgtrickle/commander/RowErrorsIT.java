package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.util.PSQLException;

/// Errors in rows: PostgreSQL's SQLSTATE and words, the expression and the row named, the other views untouched, and a view that runs
/// again by itself when the row is mended or gone.
final class RowErrorsIT {

    /// @param expression over the columns of t
    /// @param bad what makes it fail
    /// @param ofRow whether one row of t is at fault
    private record Case(String expression, String bad, String named, boolean ofRow) {
        Case(String expression, String bad, String named) {
            this(expression, bad, named, true);
        }

        static Case ofGroup(String query, String bad, String named) {
            return new Case(query, bad, named, false);
        }

        String query(int number) {
            return expression.startsWith("SELECT") || expression.startsWith("WITH")
                    ? expression.replace(":k", Integer.toString(number))
                    : "SELECT id, " + expression + " AS x FROM t WHERE k = " + number;
        }
    }

    private static final List<Case> CASES =
            List.of(
                    new Case("10 / a", "a = 0", "(10 / t.a)"),
                    new Case("n / (a - 1)", "a = 1", "(t.n / "),
                    new Case("f / (a - 1)", "a = 1", "(t.f / "),
                    new Case("a % (a - 1)", "a = 1", "(t.a % "),
                    new Case("a * 100000", "a = 2000000000", "(t.a * 100000)"),
                    new Case("b + 1", "b = 9223372036854775807", "(t.b + "),
                    new Case("a::smallint", "a = 40000", "int2(t.a)"),
                    new Case("f::int", "f = 1e20", "int4(t.f)"),
                    new Case("f * f", "f = 1e300", "(t.f * t.f)"),
                    new Case("s::int", "s = 'twelve'", "(t.s)"),
                    new Case("s::numeric", "s = '1.2.3'", "(t.s)"),
                    new Case("s::date", "s = '2024-02-30'", "(t.s)"),
                    new Case("s::jsonb", "s = '{'", "(t.s)"),
                    new Case("n::numeric(4,1)", "n = 12345", "numeric(t.n"),
                    new Case("sqrt(n)", "n = -1", "sqrt(t.n)"),
                    new Case("ln(f)", "f = 0", "ln(t.f)"),
                    new Case("substr(s, 1, a)", "a = -1", "substr(t.s, 1, t.a)"),
                    new Case("repeat(s, a) || '-'", "a = 2000000000", "repeat(t.s, t.a)"),
                    new Case("picky(a)", "a = 13", "picky(t.a)"),
                    new Case("CASE WHEN a > 0 THEN 10 / (a - 7) END", "a = 7", "(10 / (t.a - 7))"),
                    new Case(
                            "SELECT g, sum(10 / a) AS x FROM t WHERE k = :k GROUP BY g",
                            "a = 0",
                            "(10 / t.a)"),
                    new Case(
                            "SELECT t.id, t.a / (u.a - 3) AS x FROM t JOIN u ON u.id = t.g WHERE t.k = :k",
                            "g = 3",
                            "(t.a / (u.a - 3))"),
                    new Case("SELECT id FROM t WHERE k = :k AND 10 / a > 1", "a = 0", "(10 / t.a)"),
                    new Case(
                            "SELECT id, rank() OVER (PARTITION BY g ORDER BY 10 / a) AS x FROM t WHERE k = :k",
                            "a = 0",
                            "(10 / t.a)"),
                    new Case("a::picked", "a = 13", "(t.a)"),
                    new Case("(CASE WHEN a = 13 THEN s ELSE 'sad' END)::mood", "a = 13", "t.s"),
                    new Case("make_date(a, 1, 1)", "a = 0", "make_date(t.a, 1, 1)"),
                    new Case("s ~ repeat('(', a / 100)", "a = 100", "t.s"),
                    new Case(
                            "SELECT t.id, u.id AS x FROM t JOIN u ON 10 / t.a > u.a WHERE t.k = :k",
                            "a = 0",
                            "(10 / t.a)"),
                    Case.ofGroup(
                            "SELECT t.id, u.id AS x FROM t LEFT JOIN u ON u.id = t.g AND t.a / (u.a - 3) > 0 WHERE t.k = :k",
                            "g = 3",
                            "(t.a / (u.a - 3))"),
                    Case.ofGroup(
                            "SELECT t.id, u.id AS x FROM t LEFT JOIN u ON t.a / (u.a - t.g + 3) > 9 WHERE t.k = :k",
                            "g = 5",
                            "(t.a / "),
                    new Case(
                            "SELECT g, count(*) FILTER (WHERE 10 / a > 1) AS x FROM t WHERE k = :k GROUP BY g",
                            "a = 0",
                            "(10 / t.a)"),
                    new Case(
                            "SELECT 10 / a AS x, count(*) AS n FROM t WHERE k = :k GROUP BY 1",
                            "a = 0",
                            "(10 / t.a)"));

    @TempDir private Path state;

    /// PostgreSQL's words are of no version; `-Dpgtrickle.majors=14,18`.
    static int[] majors() {
        return Arrays.stream(System.getProperty("pgtrickle.majors", "18").split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    @ParameterizedTest
    @MethodSource("majors")
    void aRowsErrorIsPostgresOwnAndPassesWithTheRow(int major) throws SQLException {
        try (RunningSidecar it = RunningSidecar.on(major, state)) {
            it.execute(
                    "CREATE TABLE t (id int PRIMARY KEY, k int, g int, a int, b bigint, n numeric, f float8, s text)",
                    "CREATE TABLE u (id int PRIMARY KEY, a int)",
                    "INSERT INTO u SELECT i, i FROM generate_series(1, 3) i",
                    "CREATE DOMAIN picked AS int CHECK (VALUE <> 13)",
                    "CREATE TYPE mood AS ENUM ('sad', 'glad')",
                    "CREATE FUNCTION picky(x int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $f$ BEGIN"
                            + " IF x = 13 THEN RAISE EXCEPTION 'not that one' USING ERRCODE = 'PX001'; END IF; RETURN x; END $f$",
                    "INSERT INTO t SELECT i, i - 1, 1, 5, 5, 5, 5, '20240101' FROM generate_series(1, "
                            + CASES.size()
                            + ") i");
            String other = "SELECT k, count(*) AS n FROM t GROUP BY k";
            it.create("other", other);
            for (int i = 0; i < CASES.size(); i++) {
                it.create("v" + i, query(i));
            }
            for (int i = 0; i < CASES.size(); i++) {
                fails(it, i);
                it.assertFresh("other", other);
                it.execute(
                        i % 2 == 0
                                ? "DELETE FROM t WHERE id = 99"
                                : "UPDATE t SET (g, a, b, n, f, s) = (1, 6, 6, 6, 6, '20240202') WHERE id = 99");
                it.awaitStatus("v" + i, "running");
                it.assertFresh("v" + i, query(i));
                it.execute("DELETE FROM t WHERE id = 99");
            }
            for (int i = 0; i < CASES.size(); i++) {
                it.assertFresh("v" + i, query(i));
            }
            System.out.println(
                    "row errors: PostgreSQL "
                            + major
                            + ": "
                            + CASES.size()
                            + " expressions, each as PostgreSQL says it");
        }
    }

    private static String query(int number) {
        return CASES.get(number).query(number);
    }

    private static void fails(RunningSidecar it, int number) throws SQLException {
        it.execute(
                "INSERT INTO t VALUES (99, " + number + ", 1, 5, 5, 5, 5, '20240101')",
                "UPDATE t SET " + CASES.get(number).bad() + " WHERE id = 99");
        it.awaitStatus("v" + number, "error");
        PSQLException expected = error(it, "SELECT count(x) FROM (" + query(number) + ") x");
        String message = message(expected);
        assertThat(it.status("v" + number))
                .as(query(number))
                .startsWith("error: " + message)
                .contains(CASES.get(number).named())
                .contains(
                        CASES.get(number).ofRow()
                                ? "the row of \"public\".\"t\" with id = 99"
                                : "");
        assertThatThrownBy(() -> it.create("again", query(number)))
                .isInstanceOfSatisfying(
                        PSQLException.class,
                        e -> {
                            assertThat(e.getSQLState()).isEqualTo(expected.getSQLState());
                            assertThat(message(e)).isEqualTo(message);
                        });
    }

    private static PSQLException error(RunningSidecar it, String sql) throws SQLException {
        try {
            it.value(sql);
        } catch (PSQLException e) {
            return e;
        }
        throw new AssertionError("PostgreSQL has no error for " + sql);
    }

    private static String message(PSQLException error) {
        var server = error.getServerErrorMessage();
        return server == null ? "none" : String.valueOf(server.getMessage());
    }
}
