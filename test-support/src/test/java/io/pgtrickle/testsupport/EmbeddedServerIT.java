package io.pgtrickle.testsupport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

final class EmbeddedServerIT {
    static final List<Integer> MAJORS = EmbeddedServer.MAJORS;

    @ParameterizedTest
    @FieldSource("MAJORS")
    void runsTheVersionThatWasAskedFor(int major) throws SQLException {
        assertThat(query(EmbeddedServer.shared(major).database(), "SHOW server_version"))
                .startsWith(major + ".");
    }

    @ParameterizedTest
    @FieldSource("MAJORS")
    void isReadyForLogicalDecoding(int major) throws SQLException {
        Database database = EmbeddedServer.shared(major).createDatabase();
        execute(
                database,
                "CREATE TABLE t (id int PRIMARY KEY)",
                "CREATE PUBLICATION p FOR TABLE t",
                "SELECT pg_create_logical_replication_slot('slot_of_"
                        + database.name()
                        + "', 'pgoutput')",
                "INSERT INTO t VALUES (1)");
        assertThat(
                        query(
                                database,
                                "SELECT count(*) > 0 FROM pg_logical_slot_get_binary_changes('slot_of_"
                                        + database.name()
                                        + "', NULL, NULL, 'proto_version', '1', 'publication_names', 'p')"))
                .isEqualTo("t");
        execute(database, "SELECT pg_drop_replication_slot('slot_of_" + database.name() + "')");
    }

    @ParameterizedTest
    @FieldSource("MAJORS")
    void keepsWhatWasCommittedWhenKilled(int major) throws SQLException {
        try (EmbeddedServer server = EmbeddedServer.start(major)) {
            execute(server.database(), "CREATE TABLE t AS SELECT generate_series(1, 1000) AS id");
            try (Connection open = server.connect();
                    Statement statement = open.createStatement()) {
                open.setAutoCommit(false);
                statement.execute("INSERT INTO t VALUES (1001)");
                server.kill();
            } catch (SQLException closingABrokenSession) {
                assertThat(closingABrokenSession.getSQLState()).startsWith("08");
            }
            assertThat(server.isRunning()).isFalse();
            assertThatThrownBy(server::connect).isInstanceOf(SQLException.class);

            server.restart();
            assertThat(query(server.database(), "SELECT count(*) FROM t")).isEqualTo("1000");
        }
    }

    @Test
    void restartsARunningServer() throws SQLException {
        try (EmbeddedServer server = EmbeddedServer.start(18)) {
            int port = server.port();
            execute(server.database(), "ALTER SYSTEM SET max_wal_senders = 7");
            server.restart();
            assertThat(query(server.database(), "SHOW max_wal_senders")).isEqualTo("7");
            assertThat(server.port()).isEqualTo(port);
        }
    }

    @Test
    void leavesNothingBehind() {
        EmbeddedServer server = EmbeddedServer.start(18);
        server.close();
        assertThat(server.isRunning()).isFalse();
        assertThat(server.log().getParent()).doesNotExist();
    }

    @Test
    void takesSettings() throws SQLException {
        ServerOptions options =
                ServerOptions.of(14)
                        .withDurability()
                        .with("wal_level", "replica")
                        .with("max_wal_senders", "3");
        try (EmbeddedServer server = EmbeddedServer.start(options)) {
            assertThat(query(server.database(), "SHOW fsync")).isEqualTo("on");
            assertThat(query(server.database(), "SHOW wal_level")).isEqualTo("replica");
            assertThat(query(server.database(), "SHOW max_wal_senders")).isEqualTo("3");
        }
    }

    @Test
    void showsTheServersOwnWordsWhenItCannotStart() {
        ServerOptions options = ServerOptions.of(18).with("wal_level", "nonsense");
        assertThatThrownBy(() -> EmbeddedServer.start(options))
                .rootCause()
                .hasMessageContaining("invalid value for parameter \"wal_level\"");
    }

    @Test
    void letsNobodyInAsSuperuserWithoutThePassword() throws SQLException {
        EmbeddedServer server = EmbeddedServer.shared(18);
        String url =
                "jdbc:postgresql://"
                        + server.host()
                        + ":"
                        + server.port()
                        + "/postgres?user="
                        + server.user();
        assertThatThrownBy(() -> DriverManager.getConnection(url + "&password=guess"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
    }

    private static void execute(Database database, String... statements) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static String query(Database database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            assertThat(result.next()).isTrue();
            return result.getString(1);
        }
    }
}
