package io.pgtrickle.planner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.testsupport.Database;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PrivilegeCheckIT {

    private static final List<String> QUERIES =
            List.of(
                    "SELECT id FROM customers",
                    "SELECT id, region FROM customers",
                    "SELECT id, name FROM customers",
                    "SELECT * FROM customers",
                    "SELECT count(*) FROM customers",
                    "SELECT count(*) FROM products",
                    "SELECT count(*) FROM orders",
                    "SELECT 1 AS one FROM customers WHERE name = 'x'",
                    "SELECT c FROM customers c",
                    "SELECT sku, title FROM products",
                    "SELECT c.id FROM customers c JOIN products p ON p.sku = c.region",
                    "SELECT c.id FROM customers c JOIN products p ON p.price = c.id",
                    "SELECT id FROM customers WHERE EXISTS (SELECT FROM orders)",
                    "SELECT s.id FROM (SELECT id FROM (SELECT id, customer_id FROM orders) x) s",
                    "WITH w AS (SELECT id FROM orders) SELECT id FROM customers",
                    "SELECT ctid FROM customers",
                    "SELECT ctid FROM products",
                    "SELECT id, triple(id) FROM customers",
                    "SELECT id, shop.dice() FROM customers",
                    "SELECT product_of(id) FROM customers",
                    "SELECT id FROM customer_view",
                    "SELECT id FROM customer_snapshot",
                    "SELECT * FROM other.things",
                    "SELECT * FROM other.open_things",
                    "SELECT id FROM customers WHERE id OPERATOR(shop.===) 3",
                    "SELECT last_value FROM numbers",
                    "SELECT relname FROM pg_class",
                    "SELECT rolpassword FROM pg_authid");

    private static void prepare(Connection connection, String role) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP ROLE IF EXISTS " + role);
            statement.execute("CREATE ROLE " + role + " LOGIN");
            statement.execute("GRANT USAGE ON SCHEMA shop TO " + role);
            statement.execute("GRANT SELECT (id, region) ON shop.customers TO " + role);
            statement.execute("GRANT SELECT ON shop.products TO " + role);
            statement.execute("GRANT SELECT ON shop.customer_view TO " + role);
            statement.execute("REVOKE EXECUTE ON FUNCTION shop.triple(int) FROM PUBLIC");
            statement.execute("REVOKE EXECUTE ON FUNCTION shop.product_of(numeric) FROM PUBLIC");
            statement.execute(
                    "CREATE FUNCTION shop.same(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 = $2'");
            statement.execute(
                    "CREATE OPERATOR shop.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = shop.same)");
            statement.execute("REVOKE EXECUTE ON FUNCTION shop.same(int, int) FROM PUBLIC");
            statement.execute("CREATE SCHEMA other");
            statement.execute("CREATE TABLE other.things (id int PRIMARY KEY)");
            statement.execute("CREATE TABLE other.open_things (id int PRIMARY KEY)");
            statement.execute("GRANT SELECT ON other.open_things TO " + role);
        }
    }

    /// What PostgreSQL itself says when the role runs the query: empty, or the error's message.
    private static Optional<String> refusal(Connection connection, String role, String query)
            throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL search_path = shop, public");
            statement.execute("SET LOCAL ROLE " + role);
            statement.executeQuery(query).close();
            return Optional.empty();
        } catch (SQLException e) {
            assertThat(e.getSQLState()).as(query).isEqualTo("42501");
            return Optional.of(
                    String.valueOf(e.getMessage())
                            .lines()
                            .findFirst()
                            .orElse("")
                            .replace("ERROR: ", ""));
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16, 17, 18})
    void agreesWithPostgres(int major) throws IOException, SQLException {
        Database database = TestSchema.create(major);
        String role = "reader_" + database.name();
        try (Connection connection = TestSchema.connect(database)) {
            prepare(connection, role);
            Planner planner = new Planner(connection);
            for (String query : QUERIES) {
                AnalyzedQuery analyzed = planner.analyze(query, "shop, public");
                Optional<String> refusal = refusal(connection, role, query);
                if (refusal.isEmpty()) {
                    assertThatCode(() -> planner.checkPrivileges(analyzed, role))
                            .as(query)
                            .doesNotThrowAnyException();
                } else {
                    assertThatThrownBy(() -> planner.checkPrivileges(analyzed, role))
                            .as(query)
                            .isInstanceOfSatisfying(
                                    PgtrickleException.class,
                                    e -> {
                                        assertThat(e.code()).isEqualTo(ErrorCode.PRIVILEGE_MISSING);
                                        assertThat(e.sqlState()).isEqualTo("42501");
                                        assertThat(e.messageText())
                                                .isEqualTo(refusal.get().strip());
                                    });
                }
                assertThatCode(() -> planner.checkPrivileges(analyzed, "postgres"))
                        .doesNotThrowAnyException();
            }
        }
    }
}
