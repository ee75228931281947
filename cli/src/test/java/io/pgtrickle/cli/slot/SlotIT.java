package io.pgtrickle.cli.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.cli.console.Complaint;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.postgres.Environment;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlotIT {

    @TempDir private Path home;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int slot(Database database, String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        PrintWriter errors = new PrintWriter(err);
        Console console =
                new Console(
                        new PrintWriter(out),
                        errors,
                        new Environment(Map.of("PGTRICKLE_URL", database.uri()), home, "somebody"),
                        false);
        return SlotCommand.of(console)
                .setExecutionExceptionHandler((error, _, _) -> {
                    Complaint complaint = Complaint.of(error);
                    complaint.print(errors);
                    return complaint.exitCode();
                })
                .execute(arguments);
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aSlotIsCreatedListedPeekedAdvancedAndDropped(int major) throws SQLException {
        Database database = EmbeddedServer.shared(major).createDatabase();
        String name = "cycle_" + database.name();
        execute(
                database,
                "CREATE TABLE t (id int PRIMARY KEY, name text)",
                "CREATE PUBLICATION p FOR TABLE t");

        assertThat(slot(database, "create", name)).as(err.toString()).isZero();
        assertThat(out.toString()).startsWith("slot " + name + " is created at ");

        execute(database, "INSERT INTO t VALUES (1, 'one')");
        assertThat(slot(database, "peek", name, "--publication", "p")).as(err.toString()).isZero();
        String first = out.toString();
        assertThat(first).contains("one");
        assertThat(slot(database, "peek", name, "--publication", "p")).isZero();
        assertThat(out.toString()).as("peeking consumes nothing").isEqualTo(first);

        assertThat(slot(database, "advance", name, text(database, "SELECT pg_current_wal_lsn()")))
                .isZero();
        assertThat(slot(database, "peek", name, "--publication", "p")).isZero();
        assertThat(out.toString()).doesNotContain("one");

        assertThat(slot(database, "list")).isZero();
        assertThat(out.toString()).contains("slot_name").contains(name).contains(database.name());

        assertThat(slot(database, "drop", name)).isZero();
        assertThat(slot(database, "list")).isZero();
        assertThat(out.toString()).doesNotContain(name);
    }

    @ParameterizedTest
    @ValueSource(ints = {18})
    void anActiveSlotIsNotDropped(int major) throws SQLException {
        Database database = EmbeddedServer.shared(major).createDatabase();
        String name = "active_" + database.name();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            // a temporary slot is held by its session
            statement.execute(
                    "SELECT pg_create_logical_replication_slot('" + name + "', 'pgoutput', true)");
            assertThat(slot(database, "drop", name)).isEqualTo(1);
            assertThat(err.toString())
                    .contains("is in use by process ")
                    .contains("detail: PGT-205");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {18})
    void aSlotThatIsNotThereIsAnError(int major) {
        Database database = EmbeddedServer.shared(major).createDatabase();
        assertThat(slot(database, "drop", "nobody")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("pgtrickle: replication slot \"nobody\" does not exist");
        assertThat(slot(database, "drop", "No Slot")).as("no name of a slot").isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {18})
    void creatingASlotNamesWhomItWaitsForAndGivesUp(int major) throws SQLException {
        Database database = EmbeddedServer.shared(major).createDatabase();
        execute(database, "CREATE TABLE t (id int)");
        try (Connection writer = database.connect();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("INSERT INTO t VALUES (1)");
            assertThat(
                            slot(
                                    database,
                                    "create",
                                    "waiting_" + database.name(),
                                    "--timeout",
                                    "1500ms"))
                    .isEqualTo(1);
        }
        assertThat(err.toString()).contains("waiting for process ").contains("detail: PGT-160");
    }

    private static String text(Database database, String query) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return String.valueOf(result.getString(1));
        }
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
