package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import io.pgtrickle.testsupport.Relay;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The primary dies under load and a standby takes its place, with the slot where the version keeps slots on standbys, without it otherwise, and
/// perhaps without the last commits: the views are what their queries are on the new primary.
final class FailoverIT {

    private static final int SLOTS_ON_STANDBYS_SINCE = 17;

    private static final Duration SYNC_LIMIT = Duration.ofMinutes(1);

    @TempDir private Path state;

    @ParameterizedTest
    @ValueSource(ints = {16, 18})
    void aPromotedStandbyIsGoneOnWith(int major) throws SQLException, InterruptedException {
        long seed = Long.getLong("pgtrickle.seed", new Random().nextLong());
        try (EmbeddedServer primary = EmbeddedServer.start(major)) {
            Database database = primary.createDatabase();
            Shop shop = new Shop(database, seed);
            try (EmbeddedServer standby = primary.startStandby();
                    Relay relay = Relay.before(primary);
                    SidecarProcess process =
                            SidecarProcess.start(
                                    relay.uri(database), state.resolve("own"), "failover")) {
                shop.createViews(RandomShop.queries().subList(0, 6));
                shop.startLoad();
                LockSupport.parkNanos(Duration.ofSeconds(2).toNanos());
                if (major >= SLOTS_ON_STANDBYS_SINCE) {
                    awaitSlot(primary, standby);
                }
                primary.kill();
                shop.stopLoad();
                long before = shop.transactions();
                standby.promote();
                relay.pointTo(standby);
                relay.cut();
                shop.moveTo(standby.database(database.name()));
                shop.startLoad();
                LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
                shop.stopLoad();
                shop.compare("PostgreSQL " + major + ", seed " + seed);
                System.out.println(
                        "failover: PostgreSQL %d, seed %d: %d transactions before, %d after, 0 differences; the sidecar lives: %s"
                                .formatted(
                                        major,
                                        seed,
                                        before,
                                        shop.transactions() - before,
                                        process.isAlive()));
            }
        }
    }

    /// The standby takes the slot once what it needs is there; a checkpoint of the primary's moves the slot on.
    private static void awaitSlot(EmbeddedServer primary, EmbeddedServer standby)
            throws SQLException {
        long deadline = System.nanoTime() + SYNC_LIMIT.toNanos();
        try (Connection here = primary.connect();
                Connection connection = standby.connect();
                Statement statement = connection.createStatement()) {
            boolean synced = false;
            while (!synced) {
                assertThat(System.nanoTime())
                        .as("the slot isn't synchronized")
                        .isLessThan(deadline);
                RunningSidecar.execute(here, "CHECKPOINT");
                RunningSidecar.execute(here, "SELECT pg_sleep(0.5)");
                try (ResultSet row =
                        statement.executeQuery(
                                "SELECT bool_or(synced AND NOT temporary) FROM pg_replication_slots WHERE slot_name = 'failover'")) {
                    row.next();
                    synced = row.getBoolean(1);
                }
            }
        }
    }
}
