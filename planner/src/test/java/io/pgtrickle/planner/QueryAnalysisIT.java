package io.pgtrickle.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.planner.AnalyzedQuery.Column;
import io.pgtrickle.testsupport.Database;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class QueryAnalysisIT {

    private static final int MAJOR = 18;

    private static String one(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static void assertRefused(Connection connection, String query, String sqlState) {
        assertThatThrownBy(() -> new Planner(connection).analyze(query, "shop"))
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        e -> assertThat(e.sqlState()).isEqualTo(sqlState));
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16, 17, 18})
    void tellsColumnsAndVersion(int major) throws IOException, SQLException {
        try (Connection connection = TestSchema.connect(TestSchema.database(major))) {
            AnalyzedQuery query =
                    new Planner(connection)
                            .analyze(
                                    "SELECT id, name, price, sku FROM customers, products",
                                    "shop, public");
            assertThat(query.serverVersion() / 10_000).isEqualTo(major);
            assertThat(query.columns())
                    .containsExactly(
                            new Column("id", 23, -1, 0),
                            new Column("name", 1043, 44, 100),
                            new Column("price", 1700, 655366, 0),
                            new Column("sku", 25, -1, 950));
        }
    }

    @Test
    void leavesNothingBehind() throws IOException, SQLException {
        try (Connection connection = TestSchema.connect(TestSchema.database(MAJOR))) {
            new Planner(connection).analyze("SELECT id FROM customers", "shop");
            assertRefused(connection, "SELECT nope FROM customers", "42703");
            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(one(connection, "SHOW search_path")).isEqualTo("pg_catalog");
            assertThat(one(connection, "SHOW lock_timeout")).isEqualTo("0");
            assertThat(
                            one(
                                    connection,
                                    "SELECT count(*) FROM pg_class WHERE relname = 'pgtrickle_analysis'"))
                    .isEqualTo("0");
            assertThat(
                            one(
                                    connection,
                                    "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'object'"))
                    .isEqualTo("0");
        }
    }

    @Test
    void worksWithinATransaction() throws IOException, SQLException {
        try (Connection connection = TestSchema.connect(TestSchema.database(MAJOR))) {
            connection.setAutoCommit(false);
            TestSchema.execute(connection, "CREATE TEMP TABLE t (a int)");
            new Planner(connection).analyze("SELECT id FROM customers", "shop");
            assertRefused(connection, "SELECT nope FROM customers", "42703");
            assertThat(connection.getAutoCommit()).isFalse();
            assertThat(one(connection, "SELECT count(*) FROM pg_temp.t")).isEqualTo("0");
            connection.rollback();
        }
    }

    @Test
    void executesNothingOfSeveralStatements() throws IOException, SQLException {
        Database database = TestSchema.create(MAJOR);
        try (Connection connection = TestSchema.connect(database)) {
            assertRefused(
                    connection, "SELECT id FROM customers; DROP SCHEMA shop CASCADE", "42601");
            assertRefused(
                    connection,
                    "SELECT id FROM customers; COMMIT; DROP SCHEMA shop CASCADE; BEGIN",
                    "42601");
            assertRefused(connection, "; DROP SCHEMA shop CASCADE", "42601");
            assertRefused(connection, "SELECT 1 AS a; /* ; */ DROP SCHEMA shop CASCADE", "42601");
            assertRefused(connection, "SELECT 'it\\'; DROP SCHEMA shop CASCADE; --'", "42601");
            assertRefused(
                    connection, "SELECT $a$; $b$; $a$ AS x; DROP SCHEMA shop CASCADE", "42601");
            assertThat(one(connection, "SELECT count(*) FROM shop.customers")).isEqualTo("0");
        }
    }

    @Test
    void refusesBadArguments() throws IOException, SQLException {
        try (Connection connection = TestSchema.connect(TestSchema.database(MAJOR))) {
            assertRefused(connection, "SELECT id FROM customers WHERE name = '\0'", "22023");
            assertRefused(
                    connection,
                    "SELECT 1 AS a" + " ".repeat(QueryAnalysis.MAX_QUERY_LENGTH),
                    "54000");
            assertThatThrownBy(
                            () -> new Planner(connection).analyze("SELECT 1 AS a", "\"unfinished"))
                    .isInstanceOf(PgtrickleException.class)
                    .hasMessageContaining("search_path");
        }
    }

    @Test
    void refusesALongChainOfOperatorsWithoutOverflowingTheStack() throws IOException, SQLException {
        try (Connection connection = TestSchema.connect(TestSchema.database(MAJOR))) {
            Planner planner = new Planner(connection);
            AnalyzedQuery bearable =
                    planner.analyze(
                            "SELECT id" + " + 1".repeat(250) + " AS n FROM customers", "shop");
            assertThat(planner.plan(bearable).columns()).hasSize(1);
            AnalyzedQuery unbearable =
                    planner.analyze(
                            "SELECT id" + " + 1".repeat(1000) + " AS n FROM customers", "shop");
            assertThatThrownBy(() -> planner.plan(unbearable))
                    .isInstanceOfSatisfying(
                            PgtrickleException.class,
                            e -> assertThat(e.sqlState()).isEqualTo("54001"));
        }
    }

    @Test
    void isReadUnderTheCallersSearchPath() throws IOException, SQLException {
        try (Connection connection = TestSchema.connect(TestSchema.create(MAJOR))) {
            TestSchema.execute(
                    connection,
                    "CREATE SCHEMA mine; CREATE TABLE mine.customers (own int PRIMARY KEY)");
            Planner planner = new Planner(connection);
            assertThat(planner.analyze("SELECT * FROM customers", "mine, shop").columns())
                    .hasSize(1);
            assertThat(planner.analyze("SELECT * FROM customers", "shop, mine").columns())
                    .hasSize(8);
        }
    }

    @Test
    void fingerprintsPlansAndNotTheirSpelling() throws IOException, SQLException {
        try (Connection connection = TestSchema.connect(TestSchema.create(MAJOR))) {
            String plain =
                    fingerprint(
                            connection,
                            "SELECT region, count(*) AS n FROM customers GROUP BY region");
            assertThat(
                            fingerprint(
                                    connection,
                                    "select c.region, count( * ) as m from shop.customers as c group by 1"))
                    .isEqualTo(plain);
            assertThat(
                            fingerprint(
                                    connection,
                                    "SELECT region, count(credit) AS n FROM customers GROUP BY region"))
                    .isNotEqualTo(plain);
            TestSchema.execute(connection, "ALTER TYPE shop.mood ADD VALUE 'angry'");
            assertThat(
                            fingerprint(
                                    connection,
                                    "SELECT region, count(*) AS n FROM customers GROUP BY region"))
                    .isEqualTo(plain);
            TestSchema.execute(
                    connection,
                    "ALTER TABLE shop.customers RENAME TO old; CREATE TABLE shop.customers (LIKE shop.old INCLUDING ALL)");
            assertThat(
                            fingerprint(
                                    connection,
                                    "SELECT region, count(*) AS n FROM customers GROUP BY region"))
                    .isNotEqualTo(plain);
        }
    }

    private static String fingerprint(Connection connection, String query) {
        Planner planner = new Planner(connection);
        ViewPlan plan = planner.plan(planner.analyze(query, "shop"));
        assertThat(plan.fingerprint()).hasSize(64);
        return plan.fingerprint();
    }

    @Test
    void refusesTreesOfAnotherMajorVersion() throws IOException, SQLException {
        try (Connection connection = TestSchema.connect(TestSchema.database(MAJOR))) {
            Planner planner = new Planner(connection);
            AnalyzedQuery query = planner.analyze("SELECT id FROM customers", "shop");
            AnalyzedQuery older = new AnalyzedQuery(query.tree(), query.columns(), 170_002);
            assertThatThrownBy(() -> planner.plan(older))
                    .isInstanceOfSatisfying(
                            PgtrickleException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_CHANGED));
        }
    }
}
