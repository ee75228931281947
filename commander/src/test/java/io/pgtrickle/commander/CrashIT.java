package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.testsupport.Comparison;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import io.pgtrickle.testsupport.ServerOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The sidecar killed with SIGKILL under load at random instants, and PostgreSQL too: afterwards every view equals its query, so
/// that nothing was lost and nothing doubled.
///
/// `-Dpgtrickle.kills=N` and `-Dpgtrickle.seed=N`.
final class CrashIT {

    private static final int KILLS = Integer.getInteger("pgtrickle.kills", 10);

    /// Every so many kills it is PostgreSQL's turn.
    private static final int SERVER_TURN = 4;

    private static final Duration CATCH_UP_LIMIT = Duration.ofSeconds(60);

    @TempDir private Path directory;

    @Test
    void nothingIsLostOrDoubledWhenProcessesAreKilled() throws SQLException, InterruptedException {
        long seed = Long.getLong("pgtrickle.seed", new Random().nextLong());
        Random random = new Random(seed);
        System.out.println("crash: seed " + seed + ", " + KILLS + " kills");
        try (EmbeddedServer server = EmbeddedServer.start(ServerOptions.of(17).withDurability())) {
            Database database = server.createDatabase();
            try (Connection connection = database.connect()) {
                RandomShop.createTables(connection);
            }
            Path state = directory.resolve("state");
            SidecarProcess sidecar = SidecarProcess.start(database.uri(), state, "crash");
            try {
                awaitSidecar(database);
                Map<String, String> views = createViews(database);
                Load load = new Load(database, seed);
                for (int kill = 1; kill <= KILLS; kill++) {
                    load.start();
                    LockSupport.parkNanos(Duration.ofMillis(100 + random.nextInt(1_500)).toNanos());
                    String victim = kill % SERVER_TURN == 0 ? "PostgreSQL" : "the sidecar";
                    if (kill % SERVER_TURN == 0) {
                        server.kill();
                        load.stop();
                        server.restart();
                    } else {
                        sidecar.kill();
                        // the load goes on without it for a moment
                        LockSupport.parkNanos(Duration.ofMillis(random.nextInt(300)).toNanos());
                        load.stop();
                        sidecar = SidecarProcess.start(database.uri(), state, "crash");
                    }
                    compare(database, views, "seed " + seed + ", kill " + kill + " of " + victim);
                }
                System.out.println(
                        "crash: "
                                + KILLS
                                + "/"
                                + KILLS
                                + " kills converged, 0 differences, "
                                + load.transactions()
                                + " transactions");
            } finally {
                sidecar.close();
            }
        }
    }

    private static Map<String, String> createViews(Database database) throws SQLException {
        Map<String, String> views = new LinkedHashMap<>();
        List<String> queries = RandomShop.queries();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (String query : queries) {
                String name = "v" + views.size();
                statement.execute(
                        "CALL pgtrickle.create_view('"
                                + name
                                + "', '"
                                + query.replace("'", "''")
                                + "', view_group => '"
                                + (views.size() % 3 == 2 ? "other" : "default")
                                + "')");
                views.put(name, query);
            }
        }
        return views;
    }

    private static void compare(Database database, Map<String, String> views, String when)
            throws SQLException {
        awaitSidecar(database);
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CALL pgtrickle.wait_for_lsn(timeout => '60s')");
            for (Map.Entry<String, String> view : views.entrySet()) {
                assertThat(Comparison.differences(connection, view.getKey(), view.getValue()))
                        .as("%s: %s: %s", when, view.getKey(), view.getValue())
                        .isEmpty();
            }
        }
    }

    /// Until a sidecar holds its lock and beats.
    private static void awaitSidecar(Database database) {
        long deadline = System.nanoTime() + CATCH_UP_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement();
                    var row =
                            statement.executeQuery(
                                    "SELECT EXISTS (SELECT FROM pgtrickle.sidecar WHERE heartbeat > now() - interval '5 s')"
                                            + " AND EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 1886680180"
                                            + " AND granted)")) {
                if (row.next() && row.getBoolean(1)) {
                    return;
                }
            } catch (SQLException e) {
                // not up yet, or not installed yet
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
        }
        throw new AssertionError("no sidecar within " + CATCH_UP_LIMIT);
    }

    /// Random transactions, one after the other, until stopped or cut off.
    private static final class Load {

        private final Database database;
        private final RandomShop shop;
        private final AtomicBoolean running = new AtomicBoolean();
        private final AtomicLong transactions = new AtomicLong();
        private Thread thread = new Thread(() -> {});

        Load(Database database, long seed) {
            this.database = database;
            this.shop = new RandomShop(seed);
        }

        void start() {
            running.set(true);
            thread = Thread.ofPlatform().name("load").start(this::run);
        }

        void stop() throws InterruptedException {
            running.set(false);
            thread.join();
        }

        long transactions() {
            return transactions.get();
        }

        private void run() {
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                while (running.get()) {
                    for (RandomShop.Mutation mutation : shop.transaction()) {
                        statement.executeUpdate(mutation.sql());
                    }
                    connection.commit();
                    transactions.incrementAndGet();
                }
            } catch (SQLException e) {
                // the server was killed; what had committed is what the views must show
                running.set(false);
            }
        }
    }
}
