package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import io.pgtrickle.testsupport.ServerOptions;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The sidecar killed with SIGKILL under load at random instants and at each failpoint, and PostgreSQL too: afterwards every view of
/// both groups equals its query, so that nothing was lost and nothing doubled.
///
/// `-Dpgtrickle.kills=N` and `-Dpgtrickle.seed=N`.
final class CrashIT {

    private static final int KILLS = Integer.getInteger("pgtrickle.kills", 10);

    /// Every so many kills it is PostgreSQL's turn.
    private static final int SERVER_TURN = 4;

    private static final Duration STRIKE_LIMIT = Duration.ofMinutes(1);

    @TempDir private Path directory;

    @Test
    void nothingIsLostOrDoubledWhenProcessesAreKilled() throws SQLException, InterruptedException {
        long seed = Long.getLong("pgtrickle.seed", new Random().nextLong());
        Random random = new Random(seed);
        System.out.println("crash: seed " + seed + ", " + KILLS + " kills");
        try (EmbeddedServer server = EmbeddedServer.start(ServerOptions.of(17).withDurability())) {
            Database database = server.createDatabase();
            Shop shop = new Shop(database, seed);
            Path state = directory.resolve("state");
            SidecarProcess sidecar = SidecarProcess.start(database.uri(), state, "crash");
            try {
                shop.createViews(RandomShop.queries());
                for (int kill = 1; kill <= KILLS; kill++) {
                    shop.startLoad();
                    LockSupport.parkNanos(Duration.ofMillis(100 + random.nextInt(1_500)).toNanos());
                    String victim = kill % SERVER_TURN == 0 ? "PostgreSQL" : "the sidecar";
                    if (kill % SERVER_TURN == 0) {
                        server.kill();
                        shop.stopLoad();
                        server.restart();
                    } else {
                        sidecar.kill();
                        // the load goes on without it for a moment
                        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(300)).toNanos());
                        shop.stopLoad();
                        sidecar = SidecarProcess.start(database.uri(), state, "crash");
                    }
                    shop.compare("seed " + seed + ", kill " + kill + " of " + victim);
                }
                System.out.println(
                        "crash: %d/%d kills converged, 0 differences, %d transactions"
                                .formatted(KILLS, KILLS, shop.transactions()));
            } finally {
                sidecar.close();
            }
        }
    }

    @Test
    void everyFailpointIsSurvived() throws SQLException, InterruptedException {
        long seed = Long.getLong("pgtrickle.seed", new Random().nextLong());
        try (EmbeddedServer server = EmbeddedServer.start(ServerOptions.of(18).withDurability())) {
            Database database = server.createDatabase();
            Shop shop = new Shop(database, seed);
            Path state = directory.resolve("state");
            try (SidecarProcess sidecar = SidecarProcess.start(database.uri(), state, "crash")) {
                shop.createViews(RandomShop.queries().subList(5, 11));
                assertThat(sidecar.isAlive()).isTrue();
            }
            for (Failpoint failpoint : Failpoint.values()) {
                String when = "seed " + seed + ", failpoint " + failpoint.label();
                shop.startLoad();
                try (SidecarProcess doomed =
                        SidecarProcess.start(
                                database.uri(),
                                state,
                                "crash",
                                "-Dpgtrickle.failpoint=" + failpoint.label())) {
                    shop.askForView(doomed);
                    assertThat(doomed.hasEndedWithin(STRIKE_LIMIT)).as(when).isTrue();
                }
                shop.stopLoad();
                try (SidecarProcess sidecar =
                        SidecarProcess.start(database.uri(), state, "crash")) {
                    shop.compare(when);
                    assertThat(sidecar.isAlive()).isTrue();
                }
            }
            System.out.println(
                    "crash: seed %d, %d failpoints, 0 differences, %d transactions"
                            .formatted(seed, Failpoint.values().length, shop.transactions()));
        }
    }
}
