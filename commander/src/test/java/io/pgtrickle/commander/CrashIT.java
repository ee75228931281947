package io.pgtrickle.commander;

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

/// The sidecar killed with SIGKILL under load at random instants, and PostgreSQL too: afterwards every view of both
/// groups equals its query, so that nothing was lost and nothing doubled.
///
/// `-Dpgtrickle.kills=N` and `-Dpgtrickle.seed=N`.
final class CrashIT {

    private static final int KILLS = Integer.getInteger("pgtrickle.kills", 10);

    /// Every so many kills it is PostgreSQL's turn.
    private static final int SERVER_TURN = 4;

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
}
