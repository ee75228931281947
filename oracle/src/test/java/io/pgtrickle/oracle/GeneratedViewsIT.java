package io.pgtrickle.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.oracle.RandomQueries.Query;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Generated queries through the whole sidecar: views made before and amid the changes, a restart, savepoints rolled back; against PostgreSQL's own
/// answer after every step. `QueryOracleIT` has the many, this one the whole way.
///
/// `-Dpgtrickle.seed=N` replays a batch; `-Dpgtrickle.batches=N`, `-Dpgtrickle.queries=N`, `-Dpgtrickle.steps=N` and `-Dpgtrickle.majors=14,18` widen.
final class GeneratedViewsIT {

    private static final long FIRST_SEED = 51;
    private static final int BATCHES = Integer.getInteger("pgtrickle.batches", 1);
    private static final int QUERIES = Integer.getInteger("pgtrickle.queries", 40);
    private static final int STEPS = Integer.getInteger("pgtrickle.steps", 12);

    /// Larger results take long to compare.
    private static final int MAX_ROWS = 1_500;

    @TempDir private Path state;

    static IntStream majors() {
        return Arrays.stream(System.getProperty("pgtrickle.majors", "18").split(","))
                .mapToInt(Integer::parseInt);
    }

    @ParameterizedTest(name = "PostgreSQL {0}")
    @MethodSource("majors")
    void everyGeneratedViewEqualsItsQuery(int major) throws SQLException {
        Long replayed = Long.getLong("pgtrickle.seed");
        Tally tally = new Tally();
        for (int batch = 0; batch < (replayed == null ? BATCHES : 1); batch++) {
            long seed = replayed == null ? FIRST_SEED + batch : replayed;
            run(major, seed, state.resolve("batch" + batch), tally);
        }
        System.out.println("generated views: PostgreSQL " + major + ", " + tally.summary());
        assertThat(tally.faults()).isEmpty();
        assertThat(tally.views()).isPositive();
    }

    private static void run(int major, long seed, Path state, Tally tally) throws SQLException {
        Database database = EmbeddedServer.shared(major).createDatabase();
        Random random = new Random(seed);
        RandomTables tables = new RandomTables(random);
        RandomChanges changes = new RandomChanges(random, tables.tables());
        try (SidecarSession session = new SidecarSession(database, state)) {
            tables.create(session.connection());
            session.execute("SET statement_timeout = '20s'");
            Map<String, Query> views = new LinkedHashMap<>();
            int asked = 0;
            for (int step = 0; step < STEPS; step++) {
                List<String> transaction = step == 0 ? changes.rows(5) : changes.transaction();
                transact(session.connection(), transaction);
                while (asked < QUERIES * (step + 1) / STEPS) {
                    Query query =
                            RandomQueries.query(new Choices(seed * 1_000 + asked), tables.tables());
                    create(session, "v" + asked++, query, views, tally);
                }
                if (step == STEPS / 2) {
                    session.restart();
                }
                session.awaitChanges();
                for (Map.Entry<String, Query> view : List.copyOf(views.entrySet())) {
                    compare(
                            session,
                            view.getKey(),
                            view.getValue(),
                            "seed " + seed + ", step " + step,
                            views,
                            tally);
                }
            }
            views.values().forEach(query -> tally.count(query, new Outcome.Equal(STEPS, true)));
        }
    }

    private static void create(
            SidecarSession session, String name, Query query, Map<String, Query> views, Tally tally)
            throws SQLException {
        try (Statement statement = session.connection().createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT count(*) FROM (" + query.sql() + ") x")) {
            rows.next();
            if (rows.getInt(1) > MAX_ROWS) {
                tally.count(query, new Outcome.Invalid("large"));
                return;
            }
        } catch (SQLException e) {
            tally.count(query, new Outcome.Invalid(String.valueOf(e.getMessage())));
            return;
        }
        try {
            session.create(name, query.sql());
            views.put(name, query);
        } catch (SQLException e) {
            if ("0A000".equals(e.getSQLState())) {
                tally.count(
                        query,
                        new Outcome.Refused(
                                String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
            } else {
                tally.fault(name + ", create_view: " + e.getMessage() + "\n  " + query.sql());
            }
        }
    }

    private static void compare(
            SidecarSession session,
            String name,
            Query query,
            String where,
            Map<String, Query> views,
            Tally tally)
            throws SQLException {
        List<String> differences;
        try {
            differences = LenientComparison.differences(session.connection(), name, query);
        } catch (SQLException e) {
            views.remove(name);
            tally.count(query, new Outcome.Failing(String.valueOf(e.getSQLState())));
            return;
        }
        String status = session.status(name);
        if (!differences.isEmpty() || !status.startsWith("running")) {
            views.remove(name);
            tally.fault(
                    where
                            + ", "
                            + name
                            + ", "
                            + status
                            + ": "
                            + query.sql()
                            + "\n  "
                            + String.join(
                                    "\n  ",
                                    differences.subList(0, Math.min(8, differences.size()))));
        }
    }

    /// A statement that fails by a key has no effect; the others have.
    private static void transact(Connection connection, List<String> statements)
            throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            for (String sql : new ArrayList<>(statements)) {
                if (sql.contains("SAVEPOINT")) {
                    statement.execute(sql);
                    continue;
                }
                Savepoint before = connection.setSavepoint();
                try {
                    statement.execute(sql);
                    connection.releaseSavepoint(before);
                } catch (SQLException e) {
                    if (!"23505".equals(e.getSQLState())) {
                        throw new SQLException(sql, e.getSQLState(), e);
                    }
                    connection.rollback(before);
                }
            }
            connection.commit();
        } finally {
            connection.setAutoCommit(true);
        }
    }
}
