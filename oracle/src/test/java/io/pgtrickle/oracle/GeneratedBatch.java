package io.pgtrickle.oracle;

import io.pgtrickle.commander.Sidecar;
import io.pgtrickle.commander.SidecarSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// One seed: tables, some views over them, changes.
final class GeneratedBatch {

    private static final int QUERIES = Integer.getInteger("pgtrickle.queries", 20);
    private static final int STEPS = Integer.getInteger("pgtrickle.steps", 40);

    /// Larger results take long to compare.
    private static final int MAX_ROWS = 2_000;

    private final long seed;
    private final Connection connection;
    private final SidecarSettings settings;
    private final Random random;
    private final RandomTables tables;
    private final RandomQueries queries;
    private final RandomChanges changes;
    private final Map<String, RandomQueries.Query> views = new LinkedHashMap<>();
    private final Tally tally = new Tally();
    private int asked;

    GeneratedBatch(long seed, Connection connection, SidecarSettings settings) {
        this.seed = seed;
        this.connection = connection;
        this.settings = settings;
        this.random = new Random(seed);
        this.tables = new RandomTables(random);
        this.queries = new RandomQueries(new Random(seed + 1), tables.tables());
        this.changes = new RandomChanges(new Random(seed + 2), tables.tables());
    }

    Tally run() throws SQLException {
        tables.create(connection);
        transact(changes.rows(4));
        Sidecar sidecar = Sidecar.start(settings, Clock.systemUTC());
        try {
            for (int step = 0; step < STEPS; step++) {
                createViews(step);
                if (step == STEPS / 2) {
                    sidecar.close();
                    sidecar = Sidecar.start(settings, Clock.systemUTC());
                }
                List<String> script = new ArrayList<>();
                for (int i = random.nextInt(5) == 0 ? 3 : 1; i > 0; i--) {
                    List<String> transaction = changes.transaction();
                    transact(transaction);
                    script.addAll(transaction);
                    script.add("COMMIT");
                }
                execute("CALL pgtrickle.wait_for_lsn()");
                compare(step, script);
            }
        } finally {
            sidecar.close();
        }
        countFilled();
        return tally;
    }

    /// A view without rows proves little.
    private void countFilled() throws SQLException {
        for (String view : views.keySet()) {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT FROM " + view + " LIMIT 1")) {
                if (rows.next()) {
                    tally.filled();
                }
            }
        }
    }

    void dropSlot() throws SQLException {
        execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE NOT active AND database = current_database()");
    }

    /// Half of the views at the beginning, the others in the midst of the changes.
    private void createViews(int step) throws SQLException {
        int wanted = Math.min(QUERIES, QUERIES / 2 + QUERIES * step / STEPS);
        while (asked < wanted) {
            createView("v" + asked++, queries.query());
        }
    }

    private void createView(String name, RandomQueries.Query query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT count(x), sum(length(x::text)) FROM ("
                                        + query.sql()
                                        + ") x")) {
            rows.next();
            if (rows.getInt(1) > MAX_ROWS) {
                tally.invalid();
                return;
            }
        } catch (SQLException e) {
            if (isRowError(e)) {
                tally.failing();
            } else {
                tally.invalid();
                trace(e.getMessage() + " in " + query.sql());
            }
            return;
        }
        try (PreparedStatement create =
                connection.prepareStatement("CALL pgtrickle.create_view(?, ?)")) {
            create.setString(1, name);
            create.setString(2, query.sql());
            create.execute();
            views.put(name, query);
            tally.created();
        } catch (SQLException e) {
            if ("0A000".equals(e.getSQLState())) {
                tally.refused(firstLine(e));
                trace("REFUSED " + firstLine(e) + " in " + query.sql());
            } else {
                fault("create_view: " + e.getMessage(), name, query);
            }
        }
    }

    private static void trace(String text) {
        if (Boolean.getBoolean("pgtrickle.trace")) {
            System.out.println(text);
        }
    }

    private static String firstLine(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static boolean isRowError(SQLException e) {
        return e.getSQLState() != null && e.getSQLState().startsWith("22");
    }

    private void fault(String what, String name, RandomQueries.Query query) {
        tally.fault("seed " + seed + ", " + name + ": " + query.sql() + "\n  " + what);
    }

    /// A statement that fails by a key has no effect; the others have.
    private void transact(List<String> statements) throws SQLException {
        connection.setAutoCommit(false);
        for (String sql : statements) {
            if (sql.contains("SAVEPOINT")) {
                execute(sql);
                continue;
            }
            Savepoint before = connection.setSavepoint();
            try {
                execute(sql);
                connection.releaseSavepoint(before);
            } catch (SQLException e) {
                if (!"23505".equals(e.getSQLState())) {
                    throw new SQLException("seed " + seed + ": " + sql, e.getSQLState(), e);
                }
                connection.rollback(before);
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    private void compare(int step, List<String> script) throws SQLException {
        for (Map.Entry<String, RandomQueries.Query> view : new ArrayList<>(views.entrySet())) {
            List<String> differences;
            try {
                differences =
                        LenientComparison.differences(connection, view.getKey(), view.getValue());
            } catch (SQLException e) {
                if (!isRowError(e)) {
                    throw new SQLException(
                            "seed " + seed + ": " + view.getValue().sql(), e.getSQLState(), e);
                }
                tally.failing();
                views.remove(view.getKey());
                continue;
            }
            String status = status(view.getKey());
            if (!differences.isEmpty() || !status.startsWith("running")) {
                views.remove(view.getKey());
                fault(
                        "step "
                                + step
                                + ", "
                                + status
                                + "\n  "
                                + String.join(
                                        "\n  ",
                                        differences.subList(0, Math.min(8, differences.size())))
                                + "\n  after "
                                + String.join("; ", script),
                        view.getKey(),
                        view.getValue());
            }
        }
    }

    private String status(String name) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT concat_ws(': ', status, message) FROM pgtrickle.list_views() WHERE view_name = ?::regclass")) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : "absent";
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
