package io.pgtrickle.commander;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.testsupport.Comparison;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every view against PostgreSQL's own answer, as bags, after every transaction: views made before the first row, in the
/// middle of the changes, and after a restart of the sidecar.
///
/// `-Dpgtrickle.seed=N` replays, `-Dpgtrickle.steps=N` and `-Dpgtrickle.majors=14,18` widen.
final class OracleIT {

    /// Any number; a fixed one, so that a run says something about the change and not about its luck.
    private static final long SEED = -7727966008110321338L;

    private static final int STEPS = Integer.getInteger("pgtrickle.steps", 120);

    @TempDir private Path state;

    static IntStream majors() {
        return Arrays.stream(System.getProperty("pgtrickle.majors", "14,18").split(","))
                .mapToInt(Integer::parseInt);
    }

    @ParameterizedTest(name = "PostgreSQL {0}")
    @MethodSource("majors")
    void everyViewEqualsItsQueryAfterEveryTransaction(int major) throws SQLException {
        long seed = Long.getLong("pgtrickle.seed", SEED);
        System.out.println(
                "oracle: PostgreSQL " + major + ", seed " + seed + ", " + STEPS + " steps");
        RandomShop shop = new RandomShop(seed);
        Database database = EmbeddedServer.shared(major).createDatabase();
        SidecarSettings settings =
                new SidecarSettings(
                        ServerAddress.parse(database.uri()),
                        state,
                        "oracle_" + database.name(),
                        "pgtrickle",
                        SidecarSettings.DEFAULT_MEMORY_BYTES);
        List<String> queries = RandomShop.queries();
        Map<String, String> views = new LinkedHashMap<>();
        try (Connection connection = database.connect()) {
            RandomShop.createTables(connection);
            Sidecar sidecar = Sidecar.start(settings, Clock.systemUTC());
            try {
                for (int step = 0; step < STEPS; step++) {
                    if (views.size() < queries.size() && step % 4 == 0) {
                        String name = "v" + views.size();
                        createView(connection, name, queries.get(views.size()));
                        views.put(name, queries.get(views.size()));
                    }
                    if (step == STEPS / 2 || step == STEPS * 3 / 4) {
                        sidecar.close();
                        sidecar = Sidecar.start(settings, Clock.systemUTC());
                    }
                    String script = change(connection, shop.transaction());
                    execute(connection, "CALL pgtrickle.wait_for_lsn()");
                    for (Map.Entry<String, String> view : views.entrySet()) {
                        assertThat(
                                        Comparison.differences(
                                                connection, view.getKey(), view.getValue()))
                                .as(
                                        "seed %d, step %d, %s: %s%nafter %s",
                                        seed, step, view.getKey(), view.getValue(), script)
                                .isEmpty();
                    }
                }
                assertThat(views).hasSameSizeAs(queries);
            } finally {
                sidecar.close();
            }
        }
    }

    private static String change(Connection connection, List<RandomShop.Mutation> mutations)
            throws SQLException {
        StringBuilder script = new StringBuilder();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            for (RandomShop.Mutation mutation : mutations) {
                script.append(mutation.sql()).append("; ");
                assertThat(statement.executeUpdate(mutation.sql()))
                        .as(mutation.sql())
                        .isGreaterThanOrEqualTo(mutation.minRows());
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
        return script.toString();
    }

    private static void createView(Connection connection, String name, String query)
            throws SQLException {
        execute(
                connection,
                "CALL pgtrickle.create_view('" + name + "', '" + query.replace("'", "''") + "')");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
