package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import io.pgtrickle.testsupport.Relay;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// What networks and operating systems do to a sidecar under load: afterwards every view equals its query.
///
/// `-Dpgtrickle.chaos.rounds=N` and `-Dpgtrickle.seed=N`.
@EnabledIfSystemProperty(
        named = "pgtrickle.long",
        matches = "true",
        disabledReason = "a long form: -Dpgtrickle.long=true")
final class ChaosIT {

    private static final int ROUNDS = Integer.getInteger("pgtrickle.chaos.rounds", 12);

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
}
