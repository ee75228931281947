package io.pgtrickle.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.postgres.Environment;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import io.pgtrickle.testsupport.ServerOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class DoctorIT {

    @TempDir private Path home;

    private final StringWriter out = new StringWriter();

    private int doctor(String uri) {
        out.getBuffer().setLength(0);
        Console console =
                new Console(
                        new PrintWriter(out),
                        new PrintWriter(out),
                        new Environment(Map.of("PGTRICKLE_URL", uri), home, "somebody"),
                        false);
        return new CommandLine(new DoctorCommand(console)).execute();
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void aFitServerIsFit(int major) {
        Database database = EmbeddedServer.shared(major).createDatabase();
        assertThat(doctor(database.uri())).as(out.toString()).isZero();
        assertThat(out.toString())
                .contains("OK      wal_level: logical")
                .contains("OK      replication: role \"postgres\" can open a replication session")
                .contains("OK      slot: slot \"pgtrickle\" is not there yet")
                .contains("ADVICE  max_slot_wal_keep_size: no limit")
                .doesNotContain("WRONG");
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void eachWrongSettingIsNamedWithTheStatementThatMendsIt(int major) throws SQLException {
        ServerOptions options =
                ServerOptions.of(major)
                        .with("wal_level", "replica")
                        .with("max_replication_slots", "0")
                        .with("wal_sender_timeout", "2s")
                        .with("max_slot_wal_keep_size", "64MB");
        try (EmbeddedServer server = EmbeddedServer.start(options)) {
            try (Connection connection = server.connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("CREATE ROLE weak LOGIN");
                statement.execute("CREATE TABLE t (a int)");
                statement.execute(
                        "BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'forgotten'");
            }
            String uri = "postgresql://weak@" + server.host() + ":" + server.port() + "/postgres";
            assertThat(doctor(uri)).isEqualTo(1);
        }
        assertThat(out.toString())
                .contains(
                        "WRONG   wal_level: replica\n          ALTER SYSTEM SET wal_level = 'logical';")
                .contains(
                        "WRONG   max_replication_slots: 0, 0 free\n          ALTER SYSTEM SET max_replication_slots = 5;")
                .contains("WRONG   replication: ")
                .contains("ALTER ROLE \"weak\" REPLICATION;")
                .contains("GRANT CREATE ON DATABASE \"postgres\" TO \"weak\";")
                .contains("ADVICE  tables: those of postgres can't be published by role \"weak\"")
                .contains("GRANT postgres TO \"weak\";")
                .contains("ADVICE  wal_sender_timeout: 2 s")
                .contains("ADVICE  max_slot_wal_keep_size: 64 MB")
                .contains("ADVICE  prepared transactions: \"forgotten\" is open")
                .contains("ROLLBACK PREPARED 'forgotten';");
    }

    @ParameterizedTest
    @ValueSource(ints = {18})
    void aDatabaseInAnotherEncodingIsWrong(int major) throws SQLException {
        EmbeddedServer server = EmbeddedServer.shared(major);
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'");
        }
        assertThat(doctor(server.database("latin").uri())).isEqualTo(1);
        assertThat(out.toString()).contains("WRONG   encoding: LATIN1");
    }

    @ParameterizedTest
    @ValueSource(ints = {18})
    void aForeignSlotOrPublicationUnderOurNameIsWrong(int major) throws SQLException {
        Database database = EmbeddedServer.shared(major).createDatabase();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE PUBLICATION pgtrickle WITH (publish = 'insert')");
            statement.execute(
                    "SELECT pg_create_logical_replication_slot('pgtrickle', 'test_decoding', true)");
            assertThat(doctor(database.uri())).isEqualTo(1);
        }
        assertThat(out.toString())
                .contains(
                        "WRONG   publication: publication \"pgtrickle\" leaves out some kinds of changes")
                .contains(
                        "WRONG   slot: slot \"pgtrickle\" belongs to something else (plug-in test_decoding)");
    }
}
