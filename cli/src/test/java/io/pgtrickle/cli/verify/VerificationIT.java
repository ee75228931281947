package io.pgtrickle.cli.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Without a sidecar: both sides see the present.
class VerificationIT {

    private static final String QUERY =
            "SELECT g % 100 AS k, g::numeric * 0.5 AS n, 'x'::text AS t FROM t; -- the query";

    private static final Verification.Subject SUBJECT =
            new Verification.Subject(
                    "v",
                    "\"public\".\"v\"",
                    QUERY.replace(" -- the query", ""),
                    "{\"search_path\": \"s\"}");

    private Database database = EmbeddedServer.shared(18).database("postgres");

    @BeforeEach
    void makeTheTables() throws SQLException {
        database = EmbeddedServer.shared(18).createDatabase();
        execute(
                "CREATE SCHEMA s",
                "CREATE TABLE s.t AS SELECT g FROM generate_series(1, 20000) AS g UNION ALL SELECT 7",
                "CREATE TABLE public.v AS SELECT int4send(g::int) AS __pgtrickle_row, g % 100 AS k, g::numeric * 0.5 AS n,"
                        + " 'x'::text AS t FROM s.t");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20})
    void equalBagsAreExactWhateverTheirOrder(int limit) throws SQLException {
        execute(
                "CREATE TABLE public.w AS SELECT * FROM public.v ORDER BY random()",
                "DROP TABLE v",
                "ALTER TABLE w RENAME TO v");
        Verification.Outcome outcome = compare(limit);
        assertThat(outcome.exact()).isTrue();
        assertThat(outcome.viewRows()).isEqualTo(20_001);
        assertThat(outcome.queryRows()).isEqualTo(20_001);
    }

    @ParameterizedTest
    @ValueSource(ints = {20})
    void differingRowsAreShownWithTheirSide(int limit) throws SQLException {
        execute(
                "UPDATE public.v SET t = 'y' WHERE n = 1",
                "DELETE FROM public.v WHERE n = 2",
                "INSERT INTO public.v SELECT * FROM public.v WHERE n = 3");
        assertThat(compare(limit).differences())
                .containsExactlyInAnyOrder(
                        "- (2,1.0,x)", "+ (2,1.0,y)", "- (4,2.0,x)", "+ (6,3.0,x)");
    }

    @ParameterizedTest
    @ValueSource(ints = {5})
    void noMoreThanTheLimitIsShown(int limit) throws SQLException {
        execute("UPDATE public.v SET t = 'y'");
        Verification.Outcome outcome = compare(limit);
        assertThat(outcome.exact()).isFalse();
        assertThat(outcome.differences()).hasSize(limit);
    }

    private Verification.Outcome compare(int limit) throws SQLException {
        try (Connection views = database.connect();
                Connection queries = database.connect()) {
            views.setAutoCommit(false);
            queries.setAutoCommit(false);
            return new Verification(views, queries).compare(SUBJECT, limit);
        }
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
