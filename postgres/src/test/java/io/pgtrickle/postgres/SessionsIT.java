package io.pgtrickle.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TimeZone;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

final class SessionsIT {

    private static final Map<String, String> HOSTILE =
            new LinkedHashMap<>(
                    Map.ofEntries(
                            Map.entry("search_path", "evil, public"),
                            Map.entry("TimeZone", "'Asia/Kathmandu'"),
                            Map.entry("DateStyle", "'German, YMD'"),
                            Map.entry("IntervalStyle", "iso_8601"),
                            Map.entry("extra_float_digits", "'-15'"),
                            Map.entry("bytea_output", "escape"),
                            Map.entry("statement_timeout", "1"),
                            Map.entry("lock_timeout", "1"),
                            Map.entry("idle_in_transaction_session_timeout", "1"),
                            Map.entry("idle_session_timeout", "1"),
                            Map.entry("default_transaction_isolation", "serializable"),
                            Map.entry("default_transaction_read_only", "on"),
                            Map.entry("default_transaction_deferrable", "on"),
                            Map.entry("standard_conforming_strings", "off"),
                            Map.entry("row_security", "on"),
                            Map.entry("jit", "on")));

    private static final Map<String, String> PINNED =
            Map.ofEntries(
                    Map.entry("search_path", "pg_catalog"),
                    Map.entry("TimeZone", "UTC"),
                    Map.entry("DateStyle", "ISO, MDY"),
                    Map.entry("IntervalStyle", "postgres"),
                    Map.entry("extra_float_digits", "3"),
                    Map.entry("bytea_output", "hex"),
                    Map.entry("statement_timeout", "0"),
                    Map.entry("lock_timeout", "0"),
                    Map.entry("idle_in_transaction_session_timeout", "0"),
                    Map.entry("idle_session_timeout", "0"),
                    Map.entry("default_transaction_isolation", "read committed"),
                    Map.entry("default_transaction_read_only", "off"),
                    Map.entry("default_transaction_deferrable", "off"),
                    Map.entry("standard_conforming_strings", "on"),
                    Map.entry("row_security", "off"),
                    Map.entry("jit", "off"));

    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16, 17, 18})
    @ResourceLock(Resources.TIME_ZONE)
    void pinsItsSettingsAgainstHostileDefaults(int major) throws SQLException {
        Database database = EmbeddedServer.shared(major).createDatabase();
        ServerAddress address = hostileLogin(database, major);
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("America/St_Johns"));
        try (Connection session = Sessions.open(address, "my application")) {
            PINNED.forEach(
                    (name, value) -> assertThat(show(session, name)).as(name).isEqualTo(value));
            if (major >= 17) {
                assertThat(show(session, "transaction_timeout")).isEqualTo("0");
            }
            assertThat(show(session, "application_name")).isEqualTo("my application");
            assertThat(show(session, "transaction_isolation")).isEqualTo("read committed");
            assertThat(Sessions.serverVersion(session) / 10_000).isEqualTo(major);
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void opensReplicationSessions(int major) throws SQLException {
        Database database = EmbeddedServer.shared(major).createDatabase();
        PGConnection replication =
                Sessions.openReplication(hostileLogin(database, major), "streaming");
        try (Connection session = (Connection) replication;
                Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery("IDENTIFY_SYSTEM")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString("dbname")).isEqualTo(database.name());
            assertThat(show(session, "DateStyle")).isEqualTo("ISO, MDY");
            assertThat(show(session, "TimeZone")).isEqualTo("UTC");
            assertThat(session.getNetworkTimeout()).isZero();
        }
    }

    private static ServerAddress hostileLogin(Database database, int major) throws SQLException {
        String role = "hostile_" + database.name();
        try (Connection superuser = database.connect();
                Statement statement = superuser.createStatement()) {
            statement.execute("CREATE ROLE " + role + " LOGIN REPLICATION");
            for (Map.Entry<String, String> setting : HOSTILE.entrySet()) {
                statement.execute(
                        "ALTER ROLE "
                                + role
                                + " SET "
                                + setting.getKey()
                                + " = "
                                + setting.getValue());
            }
            if (major >= 17) {
                // in milliseconds: long enough for the server's own transaction of a login, within
                // which nothing can be set yet
                statement.execute("ALTER ROLE " + role + " SET transaction_timeout = 1000");
            }
        }
        return ServerAddress.parse(database.uri()).withLogin(role, "any");
    }

    private static String show(Connection session, String setting) {
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery("SHOW " + setting)) {
            assertThat(row.next()).isTrue();
            return row.getString(1);
        } catch (SQLException e) {
            throw new IllegalStateException(setting, e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = 18)
    void classesFailures(int major) {
        Database database = EmbeddedServer.shared(major).createDatabase();
        ServerAddress address = ServerAddress.parse(database.uri());
        assertFails(
                address.withLogin("postgres", "topsecret"), ErrorCode.PRIVILEGE_MISSING, "28P01");
        assertFails(address.withDatabase("no_such_database"), ErrorCode.PRIVILEGE_MISSING, "3D000");
        ServerAddress nowhere = ServerAddress.parse("postgresql://u:topsecret@127.0.0.1:1/d");
        assertFails(nowhere, ErrorCode.CONNECTION_LOST, "08001");
    }

    private static void assertFails(ServerAddress address, ErrorCode code, String state) {
        assertThatThrownBy(() -> Sessions.open(address, "test"))
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        error -> {
                            assertThat(error.code()).isEqualTo(code);
                            assertThat(error.sqlState()).isEqualTo(state);
                            assertThat(error.messageText())
                                    .contains(address.toString())
                                    .doesNotContain("topsecret");
                        });
    }
}
