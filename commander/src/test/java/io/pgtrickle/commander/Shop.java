package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.testsupport.Comparison;
import io.pgtrickle.testsupport.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// The tables and views of `RandomShop` in a database whose sidecar, or which itself, comes to harm, and a load on them that stops by
/// itself when it is cut off.
final class Shop {

    private static final Duration CATCH_UP_LIMIT = Duration.ofSeconds(90);

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    /// What every so many transactions do is rolled back, to a savepoint.
    private static final int UNDONE = 7;

    private Database database;
    private final RandomShop random;
    private final Map<String, String> views = new LinkedHashMap<>();
    private final AtomicBoolean running = new AtomicBoolean();
    private final AtomicLong transactions = new AtomicLong();
    private Thread load = new Thread(() -> {});
    private int asked;
    private int gone;

    Shop(Database database, long seed) throws SQLException {
        this.database = database;
        this.random = new RandomShop(seed);
        try (Connection connection = database.connect()) {
            RandomShop.createTables(connection);
        }
    }

    /// Every third view in another group.
    void createViews(List<String> queries) throws SQLException {
        awaitSidecar();
        try (Connection connection = database.connect()) {
            for (String query : queries) {
                RunningSidecar.execute(connection, creation(query, true));
            }
        }
    }

    /// Asks for more, without waiting for them.
    ///
    /// @return how many were taken: none over a table that a waiting TRUNCATE has locked
    int askForViews(int count) throws SQLException {
        int before = views.size();
        try (Connection connection = database.connect()) {
            for (int i = 0; i < count; i++) {
                String name = "v" + views.size();
                try {
                    RunningSidecar.execute(connection, creation(nextQuery(), false));
                } catch (SQLException e) {
                    if (!LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                        throw e;
                    }
                    views.remove(name);
                }
            }
        }
        return views.size() - before;
    }

    /// Until all that were asked for run.
    void awaitViews() {
        await(
                views.size() + " = (SELECT count(*) FROM pgtrickle.view WHERE status = 'running')",
                "not every view runs");
    }

    void dropViews() throws SQLException {
        try (Connection connection = database.connect()) {
            for (String view : views.keySet()) {
                RunningSidecar.execute(connection, "CALL pgtrickle.drop_view('" + view + "')");
            }
        }
        gone += views.size();
        views.clear();
    }

    private String nextQuery() {
        return RandomShop.queries().get((gone + views.size()) % RandomShop.queries().size());
    }

    /// Asks a sidecar that is about to end for one more view; whether that comes to be is open.
    void askForView(SidecarProcess doomed) {
        String statement = creation(nextQuery(), false);
        asked++;
        boolean taken = false;
        while (!taken && doomed.isAlive()) {
            try (Connection connection = database.connect()) {
                RunningSidecar.execute(connection, statement);
                taken = true;
            } catch (SQLException e) {
                // no sidecar yet, or none any more
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        }
    }

    private String creation(String query, boolean block) {
        String name = "v" + views.size();
        String group = views.size() % 3 == 2 ? "other" : "default";
        views.put(name, query);
        return "CALL pgtrickle.create_view('%s', '%s', block => %s, view_group => '%s')"
                .formatted(name, query.replace("'", "''"), block, group);
    }

    /// The same shop on another server.
    void moveTo(Database other) {
        database = other;
    }

    void startLoad() {
        running.set(true);
        load = Thread.ofPlatform().name("load").start(this::run);
    }

    void stopLoad() throws InterruptedException {
        running.set(false);
        load.join();
    }

    long transactions() {
        return transactions.get();
    }

    /// Every view is what its query is, once all that has committed is applied.
    void compare(String when) throws SQLException {
        awaitSidecar();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            // a sidecar that has just begun may find that it has to rebuild
            for (int round = 0; round < 2; round++) {
                await(
                        "NOT EXISTS (SELECT FROM pgtrickle.view WHERE status <> 'running')"
                                + " AND NOT EXISTS (SELECT FROM pgtrickle.command WHERE state IN ('submitted', 'running'))",
                        "a view that doesn't run, " + when);
                statement.execute("CALL pgtrickle.wait_for_lsn(timeout => '90s')");
            }
            List<String> made = made(statement);
            assertThat(made).hasSizeGreaterThanOrEqualTo(views.size() - asked);
            for (Map.Entry<String, String> view : views.entrySet()) {
                if (!made.contains(view.getKey())) {
                    continue;
                }
                assertThat(Comparison.differences(connection, view.getKey(), view.getValue()))
                        .as("%s: %s: %s", when, view.getKey(), view.getValue())
                        .isEmpty();
            }
        }
    }

    private static List<String> made(Statement statement) throws SQLException {
        List<String> made = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("SELECT view_name FROM pgtrickle.view")) {
            while (rows.next()) {
                made.add(rows.getString(1));
            }
        }
        return made;
    }

    /// Until a sidecar holds its lock and beats.
    void awaitSidecar() {
        await(
                "EXISTS (SELECT FROM pgtrickle.sidecar WHERE heartbeat > now() - interval '5 s')"
                        + " AND EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 1886680180"
                        + " AND granted)",
                "no sidecar");
    }

    /// Until a condition of SQL holds.
    void await(String condition, String otherwise) {
        long deadline = System.nanoTime() + CATCH_UP_LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement();
                    var row = statement.executeQuery("SELECT " + condition)) {
                if (row.next() && row.getBoolean(1)) {
                    return;
                }
            } catch (SQLException e) {
                // not up yet, or not installed yet
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        throw new AssertionError(otherwise + " after " + CATCH_UP_LIMIT);
    }

    private void run() {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SET synchronous_commit = on");
            while (running.get()) {
                for (RandomShop.Mutation mutation : random.transaction()) {
                    boolean undone = transactions.get() % UNDONE == 0;
                    if (undone) {
                        statement.execute("SAVEPOINT undone");
                    }
                    statement.executeUpdate(mutation.sql());
                    if (undone) {
                        statement.execute("ROLLBACK TO undone");
                    }
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
