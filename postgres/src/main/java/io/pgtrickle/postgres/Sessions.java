package io.pgtrickle.postgres;

import io.pgtrickle.model.PgtrickleException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;

/// Opens sessions in which every setting that bends our statements or their results is pinned, whatever the role's or the
/// database's defaults are.
///
/// Timeouts are pinned in the start-up packet already, since a role's `statement_timeout` of a millisecond could end the very
/// statement that resets it; all of it is set again after connecting, since pgjdbc and poolers have settings of their own.
public final class Sessions {

    /// How long the TCP connection and the login may take, in seconds, where the address doesn't say it.
    private static final int CONNECT_SECONDS = 10;

    private static final int TRANSACTION_TIMEOUT_SINCE = 170_000;

    private static final Map<String, String> TIMEOUTS =
            ordered(
                    "statement_timeout", "0",
                    "lock_timeout", "0",
                    "idle_in_transaction_session_timeout", "0",
                    "idle_session_timeout", "0");

    private static final Map<String, String> PINNED =
            ordered(
                    "search_path", "pg_catalog",
                    "TimeZone", "UTC",
                    "DateStyle", "ISO, MDY",
                    "IntervalStyle", "postgres",
                    "extra_float_digits", "3",
                    "bytea_output", "hex",
                    "xmlbinary", "base64",
                    "xmloption", "content",
                    "standard_conforming_strings", "on",
                    "escape_string_warning", "off",
                    "quote_all_identifiers", "off",
                    "row_security", "off",
                    "default_transaction_isolation", "read committed",
                    "default_transaction_read_only", "off",
                    "default_transaction_deferrable", "off",
                    "client_min_messages", "warning",
                    "default_table_access_method", "heap",
                    "jit", "off");

    private Sessions() {}

    /// A session for ordinary statements, in autocommit mode.
    ///
    /// @throws PgtrickleException CONNECTION_LOST where the server can't be reached, PRIVILEGE_MISSING where it refuses the login
    public static Connection open(ServerAddress address, String applicationName) {
        return connect(address, properties(address, applicationName));
    }

    /// A session that speaks the replication protocol on the address's database. It has no `socketTimeout`, with which pgjdbc
    /// breaks off idle streams (CDC.md, fact 5).
    public static PGConnection openReplication(ServerAddress address, String applicationName) {
        Properties properties = properties(address, applicationName);
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
        properties.remove(PGProperty.SOCKET_TIMEOUT.getName());
        properties.putIfAbsent(
                PGProperty.SOCKET_FACTORY.getName(), ReplicationSocketFactory.class.getName());
        Connection connection = connect(address, properties);
        try {
            return connection.unwrap(PGConnection.class);
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't open a replication session");
        }
    }

    private static Properties properties(ServerAddress address, String applicationName) {
        Properties properties = new Properties();
        properties.putAll(address.properties());
        PGProperty.PG_DBNAME.set(properties, address.database());
        PGProperty.USER.set(properties, address.user());
        address.currentPassword()
                .ifPresent(password -> PGProperty.PASSWORD.set(properties, password));
        PGProperty.APPLICATION_NAME.set(properties, applicationName);
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        properties.putIfAbsent(
                PGProperty.CONNECT_TIMEOUT.getName(), Integer.toString(CONNECT_SECONDS));
        properties.putIfAbsent(
                PGProperty.LOGIN_TIMEOUT.getName(), Integer.toString(2 * CONNECT_SECONDS));
        String given = PGProperty.OPTIONS.getOrDefault(properties);
        String pinned =
                TIMEOUTS.entrySet().stream()
                        .map(setting -> "-c " + setting.getKey() + "=" + setting.getValue())
                        .collect(Collectors.joining(" "));
        PGProperty.OPTIONS.set(properties, given == null ? pinned : given + " " + pinned);
        return properties;
    }

    private static Connection connect(ServerAddress address, Properties properties) {
        String what = "can't connect to " + address;
        Connection connection;
        try {
            connection = DriverManager.getConnection(address.jdbcUrl(), properties);
        } catch (SQLException e) {
            throw SqlErrors.of(e, what);
        }
        try {
            limitSilence(connection, CONNECT_SECONDS);
            pin(connection);
            limitSilence(connection, 0);
            return connection;
        } catch (SQLException e) {
            abandon(connection, e);
            throw SqlErrors.of(e, what);
        } catch (PgtrickleException e) {
            abandon(connection, e);
            throw e;
        }
    }

    /// Answers that take longer mean that the network is dead. For statements that are quick.
    ///
    /// @param seconds 0 for no limit
    public static void limitSilence(Connection connection, int seconds) throws SQLException {
        connection.setNetworkTimeout(Runnable::run, seconds * 1_000);
    }

    private static void pin(Connection connection) throws SQLException {
        int version = serverVersion(connection);
        StringBuilder sql = new StringBuilder();
        TIMEOUTS.forEach((name, value) -> set(sql, name, value));
        PINNED.forEach((name, value) -> set(sql, name, value));
        if (version >= TRANSACTION_TIMEOUT_SINCE) {
            set(sql, "transaction_timeout", "0");
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql.toString());
        }
    }

    private static void set(StringBuilder sql, String name, String value) {
        // a list of names must be no single literal
        String text = name.equals("DateStyle") ? value : Quoting.literal(value);
        sql.append("SET SESSION ").append(name).append(" = ").append(text).append(";\n");
    }

    /// In the form of `server_version_num`, e.g. 180004.
    public static int serverVersion(Connection connection) {
        try {
            int major = connection.getMetaData().getDatabaseMajorVersion();
            int minor = connection.getMetaData().getDatabaseMinorVersion();
            return major * 10_000 + minor;
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't read the server's version");
        }
    }

    private static void abandon(Connection connection, Exception reason) {
        try {
            connection.close();
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    private static Map<String, String> ordered(String... namesAndValues) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return Collections.unmodifiableMap(map);
    }
}
