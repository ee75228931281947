package io.pgtrickle.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.docker.Shop.Change;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The image as its users have it: built by docker/build, started beside a PostgreSQL container, spoken to in SQL.
///
/// Skipped, with the reason printed, where no Docker engine answers or an image can't be had; `.ci/docker-engine` provides for both.
final class ContainerIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final LiveView REVENUE_BY_REGION =
            new LiveView(
                    "revenue_by_region",
                    "region, orders, revenue",
                    """
                    SELECT c.region, count(*) AS orders, sum(o.amount) AS revenue
                      FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.region\
                    """);

    /// Has no key, and equal rows.
    private static final LiveView PURCHASES =
            new LiveView(
                    "purchases",
                    "region, amount",
                    "SELECT c.region, o.amount FROM orders o JOIN customers c ON c.id = o.customer_id");

    private static final LiveView CUSTOMERS_BY_REGION =
            new LiveView(
                    "customers_by_region",
                    "region, customers",
                    "SELECT region, count(*) AS customers FROM customers GROUP BY region");

    private static Optional<String> obstacle = Optional.empty();

    @BeforeAll
    static void buildsTheImage() {
        obstacle = Image.build();
        obstacle.ifPresent(reason -> System.out.println("container tests skipped: " + reason));
    }

    @BeforeEach
    void needsTheImage() {
        obstacle.ifPresent(Assumptions::abort);
    }

    @Test
    void followsItsSourcesAcrossAKill() throws SQLException {
        try (Deployment deployment = Deployment.start();
                Shop shop = Shop.open(deployment.connect())) {
            shop.create(REVENUE_BY_REGION);
            shop.create(PURCHASES);
            shop.awaitExact(REVENUE_BY_REGION, PURCHASES);

            shop.commit(
                    new Change(3, "INSERT INTO orders VALUES (5, 1, 20), (6, 1, 20), (7, 3, 1)"));
            shop.awaitExact(REVENUE_BY_REGION, PURCHASES);
            shop.commit(
                    new Change(4, "UPDATE orders SET amount = amount + 0.5 WHERE customer_id = 1"),
                    new Change(1, "UPDATE customers SET region = 'west' WHERE id = 2"),
                    new Change(2, "DELETE FROM orders WHERE id IN (4, 5)"));
            shop.awaitExact(REVENUE_BY_REGION, PURCHASES);

            shop.commit(
                    new Change(
                            200,
                            "INSERT INTO orders SELECT n, 1 + n % 3, n FROM generate_series(100, 299) AS n"));
            deployment.kill();
            shop.commit(new Change(66, "DELETE FROM orders WHERE id % 3 = 0 AND id >= 100"));
            shop.commit(
                    new Change(1, "INSERT INTO customers VALUES (4, 'south')"),
                    new Change(
                            8, "UPDATE orders SET customer_id = 4 WHERE id BETWEEN 100 AND 110"));
            deployment.startAgain();
            shop.awaitExact(REVENUE_BY_REGION, PURCHASES);

            shop.commit(
                    new Change(1, "UPDATE customers SET region = 'south' WHERE id = 1"),
                    new Change(64, "DELETE FROM orders WHERE customer_id = 3"));
            shop.create(CUSTOMERS_BY_REGION);
            shop.awaitExact(REVENUE_BY_REGION, PURCHASES, CUSTOMERS_BY_REGION);
            shop.commit(new Change(1, "DELETE FROM customers WHERE id = 3"));
            shop.awaitExact(REVENUE_BY_REGION, PURCHASES, CUSTOMERS_BY_REGION);

            Poll.until(
                    "the sidecar is healthy again",
                    PATIENCE,
                    deployment::health,
                    "healthy"::equals);
        }
    }

    @Test
    void runsAsAUserOfItsOwnAndEndsWhenToldTo() {
        try (Deployment deployment = Deployment.start()) {
            assertThat(deployment.health()).isEqualTo("healthy");
            // Signals go to process 1: that has to be the JVM, not a shell before it.
            assertThat(deployment.shell("cat /proc/1/comm")).isEqualTo("java");
            assertThat(deployment.shell("awk '/^Uid:/ { print $2, $3, $4, $5 }' /proc/1/status"))
                    .isEqualTo("10001 10001 10001 10001");
            assertThat(deployment.mounts()).contains("/var/lib/pgtrickle");
            assertThat(deployment.shell("ls -A /var/lib/pgtrickle")).isNotEmpty();

            // 137 would be SIGKILL, after the engine had waited in vain.
            assertThat(deployment.stop()).isIn(0L, 143L);
        }
    }
}
