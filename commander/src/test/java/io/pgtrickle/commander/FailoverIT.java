package io.pgtrickle.commander;

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
                    awaitSlot(standby);
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

    private static void awaitSlot(EmbeddedServer standby) throws SQLException {
        try (Connection connection = standby.connect();
                Statement statement = connection.createStatement()) {
            boolean synced = false;
            while (!synced) {
                statement.execute("SELECT pg_sync_replication_slots()");
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
