package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import io.pgtrickle.testsupport.Relay;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What networks and operating systems do to a sidecar under load: afterwards every view equals its query.
///
/// `-Dpgtrickle.chaos.rounds=N` and `-Dpgtrickle.seed=N`.
final class ChaosIT {

    private static final int ROUNDS = Integer.getInteger("pgtrickle.chaos.rounds", 5);

    private static final long SMALL_DISK_BYTES = 64L << 20;
    private static final String QUERY = "SELECT a, count(*) AS n FROM t GROUP BY a";

    @TempDir private Path directory;

    @Test
    void aBadNetworkDoesNoHarm() throws SQLException, InterruptedException {
        long seed = Long.getLong("pgtrickle.seed", new Random().nextLong());
        Random random = new Random(seed);
        try (EmbeddedServer server = EmbeddedServer.start(16);
                Relay relay = Relay.before(server)) {
            Database database = server.createDatabase();
            Shop shop = new Shop(database, seed);
            try (SidecarProcess process =
                    SidecarProcess.start(
                            relay.uri(database),
                            directory.resolve("state"),
                            "chaos",
                            "-Dpgtrickle.silence.seconds=3")) {
                shop.createViews(RandomShop.queries().subList(0, 6));
                shop.startLoad();
                for (int round = 0; round < ROUNDS; round++) {
                    Relay.Fault fault = Relay.Fault.values()[round % Relay.Fault.values().length];
                    relay.become(fault);
                    LockSupport.parkNanos(Duration.ofMillis(200 + random.nextInt(800)).toNanos());
                    if (fault == Relay.Fault.BLACK_HOLE || fault == Relay.Fault.DEAF) {
                        // nobody tells the sidecar, which has to find out
                        LockSupport.parkNanos(Duration.ofSeconds(4).toNanos());
                        relay.become(Relay.Fault.NONE);
                    } else {
                        relay.become(Relay.Fault.NONE);
                        if (random.nextBoolean()) {
                            relay.cut();
                        }
                    }
                }
                process.signal("STOP");
                LockSupport.parkNanos(Duration.ofSeconds(4).toNanos());
                process.signal("CONT");
                shop.stopLoad();
                shop.compare("seed " + seed);
                assertThat(process.isAlive()).isTrue();
                System.out.println(
                        "chaos: seed %d, %d faults of the network and a SIGSTOP, %d transactions, 0 differences"
                                .formatted(seed, ROUNDS, shop.transactions()));
            }
        }
    }

    @Test
    void aClockThatIsSetBackOrForwardStopsNothing() throws SQLException {
        AtomicReference<Duration> wrong = new AtomicReference<>(Duration.ZERO);
        try (RunningSidecar it =
                RunningSidecar.on(
                        EmbeddedServer.shared(17).createDatabase(),
                        directory.resolve("own"),
                        () -> Instant.now().plus(wrong.get()))) {
            it.execute("CREATE TABLE t (id int PRIMARY KEY, a int)");
            it.create("v", QUERY);
            for (Duration jump :
                    List.of(Duration.ofHours(-1), Duration.ofHours(1), Duration.ZERO)) {
                wrong.set(jump);
                it.execute("INSERT INTO t SELECT count(*), count(*) % 3 FROM t");
                String now = it.value("SELECT pg_current_wal_lsn()");
                it.assertFresh("v", QUERY);
                it.await(
                        "SELECT confirmed_flush_lsn >= '%s' FROM pg_replication_slots WHERE slot_name = '%s'"
                                .formatted(now, it.slot()),
                        "t"::equals);
            }
        }
    }

    @Test
    void afterADiskWasFullTheViewsGoOn() throws SQLException, IOException, InterruptedException {
        long seed = Long.getLong("pgtrickle.seed", new Random().nextLong());
        try (SmallDisk disk = SmallDisk.mount(directory.resolve("small"), SMALL_DISK_BYTES);
                EmbeddedServer server = EmbeddedServer.start(18)) {
            Database database = server.createDatabase();
            Shop shop = new Shop(database, seed);
            try (SidecarProcess process =
                    SidecarProcess.start(
                            database.uri(), disk.directory().resolve("state"), "full")) {
                shop.createViews(RandomShop.queries().subList(0, 6));
                shop.startLoad();
                disk.fill();
                // said while it lasts
                shop.await(
                        "EXISTS (SELECT FROM pgtrickle.sidecar WHERE last_error ILIKE '%no space%')",
                        "the full disk isn't reported");
                disk.relieve();
                shop.stopLoad();
                shop.compare("seed " + seed);
                assertThat(process.isAlive()).isTrue();
                System.out.println(
                        "chaos: seed %d, a full disk, %d transactions, 0 differences"
                                .formatted(seed, shop.transactions()));
            }
        }
    }
}
