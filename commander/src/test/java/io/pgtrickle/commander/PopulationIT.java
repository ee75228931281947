package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.testsupport.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Views made, rebuilt and verified while others write, with savepoints and truncates: all of them are exact afterwards.
///
/// `-Dpgtrickle.seed=N`, `-Dpgtrickle.views=N`.
final class PopulationIT {

    private static final int VIEWS = Integer.getInteger("pgtrickle.views", 30);

    @TempDir private Path state;
    private RunningSidecar it;
    private Writers writers;

    @BeforeEach
    void begin() throws SQLException {
        it = RunningSidecar.on(17, state.resolve("own"));
        try (Connection connection = it.database().connect()) {
            RandomShop.createTables(connection);
        }
        writers = new Writers(it.database());
    }

    @AfterEach
    void end() throws InterruptedException {
        writers.stop();
        it.close();
    }

    @Test
    void viewsMadeUnderLoadAreExact() throws SQLException, InterruptedException {
        writers.start();
        Map<String, String> views = makeViews();
        for (String view : views.keySet()) {
            it.awaitStatus(view, "running");
        }
        writers.stop();
        assertExact(views);
    }

    @Test
    void populationsThatACrashCutsOffBeginAgain() throws SQLException, InterruptedException {
        writers.start();
        it.stop();
        Path directory = state.resolve("killed");
        Map<String, String> views = Map.of();
        for (int kill = 0; kill < 3; kill++) {
            try (SidecarProcess process =
                    SidecarProcess.start(it.database().uri(), directory, it.slot())) {
                it.awaitSidecar();
                if (kill == 0) {
                    views = makeViews();
                } else {
                    it.execute(
                            "UPDATE v0 SET name = 'edited' WHERE id IN (SELECT max(id) FROM customers)",
                            "UPDATE customers SET credit = 1 WHERE id = (SELECT max(id) FROM customers)");
                }
                it.await(
                        "SELECT count(*) > 2 FROM pgtrickle.view WHERE status = 'running'",
                        "t"::equals);
                process.kill();
            }
        }
        try (Sidecar _ = it.start(directory)) {
            for (String view : views.keySet()) {
                it.awaitStatus(view, "running");
            }
            writers.stop();
            assertExact(views);
        }
    }

    @Test
    void verificationsUnderLoadChangeNothing() throws SQLException, InterruptedException {
        Map<String, String> views = new LinkedHashMap<>();
        views.put("v0", RandomShop.queries().get(0));
        views.put("v1", RandomShop.queries().get(2));
        for (Map.Entry<String, String> view : views.entrySet()) {
            it.create(view.getKey(), view.getValue());
        }
        writers.start();
        for (int i = 0; i < 10; i++) {
            it.execute(
                    "DO $$ BEGIN PERFORM pgtrickle._submit('verify_snapshot', '{}', '{}'); END $$");
        }
        it.await(
                "SELECT count(*) FROM pgtrickle.command WHERE state IN ('submitted', 'running')",
                "0"::equals);
        writers.stop();
        assertExact(views);
    }

    private Map<String, String> makeViews() throws SQLException {
        List<String> queries = RandomShop.queries();
        Map<String, String> views = new LinkedHashMap<>();
        for (int i = 0; i < VIEWS; i++) {
            String query = queries.get(i % queries.size());
            it.execute(
                    "CALL pgtrickle.create_view('v"
                            + i
                            + "', '"
                            + query.replace("'", "''")
                            + "', block => false)");
            views.put("v" + i, query);
        }
        return views;
    }

    private void assertExact(Map<String, String> views) throws SQLException {
        for (Map.Entry<String, String> view : views.entrySet()) {
            it.assertFresh(view.getKey(), view.getValue());
        }
        assertThat(writers.transactions()).isPositive();
    }

    /// Two sessions that write random transactions with savepoints, some rolled back, until stopped.
    private static final class Writers {

        private final Database database;
        private final AtomicBoolean running = new AtomicBoolean();
        private final AtomicLong transactions = new AtomicLong();
        private final List<Thread> threads = new java.util.ArrayList<>();

        Writers(Database database) {
            this.database = database;
        }

        void start() {
            running.set(true);
            for (int i = 1; i <= 2; i++) {
                RandomShop shop = new RandomShop(Long.getLong("pgtrickle.seed", 1) + i);
                threads.add(Thread.ofPlatform().name("writer " + i).start(() -> run(shop)));
            }
        }

        void stop() throws InterruptedException {
            running.set(false);
            for (Thread thread : threads) {
                thread.join();
            }
            threads.clear();
        }

        long transactions() {
            return transactions.get();
        }

        private void run(RandomShop shop) {
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                while (running.get()) {
                    transact(statement, shop);
                    connection.commit();
                    transactions.incrementAndGet();
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        /// The writers' rows collide now and then: then the savepoint is rolled back, as on purpose every few times.
        private static void transact(Statement statement, RandomShop shop) throws SQLException {
            for (RandomShop.Mutation mutation : shop.transaction()) {
                var savepoint = statement.getConnection().setSavepoint();
                try {
                    int rows = statement.executeUpdate(mutation.sql());
                    if (rows % 7 == 3) {
                        statement.getConnection().rollback(savepoint);
                    }
                } catch (SQLException e) {
                    statement.getConnection().rollback(savepoint);
                }
            }
        }
    }
}
