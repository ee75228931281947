package io.pgtrickle.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.cli.configuration.Configuration;
import io.pgtrickle.cli.configuration.Setting;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.engine.RunningSidecar;
import io.pgtrickle.postgres.Environment;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The commands against a sidecar that runs.
class CommandsIT {

    @TempDir private Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void viewsAreCreatedListedExplainedVerifiedAndDropped(int major) throws SQLException {
        Database database = EmbeddedServer.shared(major).createDatabase();
        execute(
                database,
                "CREATE TABLE t (id int PRIMARY KEY, g text)",
                "INSERT INTO t SELECT i, 'g' || i % 3 FROM generate_series(1, 100) AS i",
                // what "$user", public means to a role of the name pgtrickle
                "DO $do$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = pgtrickle, public',"
                        + " current_database()); END $do$");
        try (RunningSidecar _ = RunningSidecar.start(configuration(database))) {
            succeeds(
                    database,
                    "view",
                    "create",
                    "counts",
                    "SELECT g, count(*) AS n FROM t GROUP BY g");
            succeeds(database, "view", "create", "bag", "SELECT g FROM t WHERE id > 10");
            assertThat(run(database, "view", "create", "bag", "SELECT g FROM t")).isEqualTo(1);
            assertThat(err.toString()).contains("detail: PGT-130");
            assertThat(run(database, "view", "create", "u", "SELECT random() AS r")).isEqualTo(1);
            assertThat(err.toString()).contains("detail: PGT-106");

            execute(database, "INSERT INTO t VALUES (1000, 'g0')", "CALL pgtrickle.wait_for_lsn()");
            assertThat(succeeds(database, "view", "list"))
                    .contains("counts")
                    .contains("bag")
                    .contains("running");
            assertThat(succeeds(database, "view", "explain", "counts")).contains("aggregate");
            assertThat(run(database, "view", "explain", "public.nosuch")).isEqualTo(1);
            assertThat(err.toString()).contains("view \"public.nosuch\" does not exist");
            assertThat(succeeds(database, "view", "verify", "--all"))
                    .contains("exact: bag, 91 rows")
                    .contains("exact: counts, 3 rows");

            execute(database, "UPDATE counts SET n = 0 WHERE g = 'g1'");
            assertThat(run(database, "view", "verify", "bag", "counts")).isEqualTo(1);
            assertThat(out.toString())
                    .contains("exact: bag, 91 rows")
                    .contains("DIFFERENT: counts has 3 rows, its query 3")
                    .contains("  + (g1,0)")
                    .contains("  - (g1,34)");

            assertThat(succeeds(database, "status")).contains("streaming");
            assertThat(succeeds(database, "status", "--watch", "--times", "2"))
                    .contains("streaming at ")
                    .contains("counts");
            succeeds(database, "view", "rebuild", "counts");
            succeeds(database, "view", "pause", "bag", "counts");
            assertThat(succeeds(database, "view", "list")).contains("paused");
            succeeds(database, "view", "resume", "bag", "counts");
            succeeds(database, "view", "alter", "bag", "SELECT g, id FROM t WHERE id > 20");
            succeeds(database, "view", "create", "bag", "SELECT id FROM t", "--or-replace");
            succeeds(database, "view", "rename", "bag", "sack");
            assertThat(succeeds(database, "view", "verify", "--all"))
                    .contains("exact: sack, 101 rows")
                    .contains("exact: counts, 3 rows");
            assertThat(succeeds(database, "slot", "watch", slot(database), "--times", "1"))
                    .contains("replication slots at ")
                    .contains(slot(database));
            assertThat(succeeds(database, "doctor", "--slot", slot(database)))
                    .contains("OK      sidecar: alive");
            assertThat(run(database, "slot", "drop", slot(database))).isEqualTo(1);
            succeeds(database, "view", "drop", "counts", "sack");
            assertThat(succeeds(database, "view", "list", "--output", "json").strip())
                    .isEqualTo("[ ]");
        }
        assertThat(run(database, "view", "create", "late", "SELECT g FROM t")).isEqualTo(1);
        assertThat(err.toString()).contains("detail: PGT-203");
        assertThat(succeeds(database, "uninstall", "--slot", slot(database)))
                .contains("dropped: slot");
        assertThat(run(database, "view", "list")).isEqualTo(1);
        assertThat(err.toString()).contains("hint: Install it");
    }

    private Configuration configuration(Database database) {
        return Configuration.read(
                Map.of(
                        Setting.URL, database.uri(),
                        Setting.SLOT, slot(database),
                        Setting.STATE_DIR, home.resolve("state").toString(),
                        Setting.MEMORY, "256MB"),
                Optional.empty(),
                new Environment(Map.of(), home, "somebody"));
    }

    /// Slots are the whole server's, databases aren't.
    private static String slot(Database database) {
        return "cli_" + database.name();
    }

    private String succeeds(Database database, String... arguments) {
        assertThat(run(database, arguments)).as(String.join(" ", arguments) + "\n" + err).isZero();
        return out.toString();
    }

    private int run(Database database, String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        Environment environment =
                new Environment(Map.of("PGTRICKLE_URL", database.uri()), home, "somebody");
        return CommandTree.of(
                        new Console(new PrintWriter(out), new PrintWriter(err), environment, false))
                .execute(arguments);
    }

    private static void execute(Database database, String... statements) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
