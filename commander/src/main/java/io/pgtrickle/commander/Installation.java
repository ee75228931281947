package io.pgtrickle.commander;

import io.pgtrickle.cdc.Blocker;
import io.pgtrickle.cdc.Publication;
import io.pgtrickle.cdc.Slots;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.postgres.Sessions;
import io.pgtrickle.postgres.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a database needs for a sidecar: the SQL objects, the publication, the slot. Made where it is missing.
public final class Installation {

    private static final int OLDEST_SERVER = 140_000;
    private static final int NEWEST_SERVER = 189_999;

    private static final Logger LOG = LoggerFactory.getLogger(Installation.class);

    /// How long the slot's creation may wait for other transactions.
    private static final Duration SLOT_LIMIT = Duration.ofMinutes(5);

    /// Statements here are quick, but may wait for somebody who reads the catalog of views.
    private static final int SILENCE_SECONDS = 60;

    private Installation() {}

    /// The SQL that makes the objects; it may be run again.
    public static String installSql() {
        return SqlScripts.install();
    }

    /// The SQL that removes them.
    public static String uninstallSql() {
        return SqlScripts.uninstall();
    }

    /// Checks the server and makes what is missing.
    ///
    /// @throws PgtrickleException naming what is wrong and the statement that mends it
    public static void install(ServerAddress address, String slot, String publication) {
        try (Connection connection = Sessions.open(address, "pgtrickle install")) {
            Sessions.limitSilence(connection, SILENCE_SECONDS);
            install(address, connection, slot, publication);
        } catch (SQLException e) {
            throw SqlErrors.of(e, "installing");
        }
    }

    private static void install(
            ServerAddress address, Connection connection, String slot, String publication) {
        Sql sql = new Sql(connection);
        checkServer(sql);
        sql.transaction(() -> sql.execute(installSql()));
        new Publication(connection, publication).ensure();
        Slots slots = new Slots(connection);
        if (slots.find(slot).isEmpty()) {
            createSlot(slots, address, slot);
        }
    }

    /// Makes the slot, which waits for every open transaction of the cluster.
    static void createSlot(Slots slots, ServerAddress address, String slot) {
        slots.create(
                address,
                slot,
                SLOT_LIMIT,
                blockers ->
                        LOG.info(
                                "creating replication slot \"{}\" waits for {}",
                                slot,
                                blockers.stream()
                                        .map(Blocker::description)
                                        .collect(Collectors.joining(", "))));
    }

    /// Removes slot, publication and SQL objects; result tables stay as ordinary tables.
    public static void uninstall(Connection connection, String slot, String publication) {
        Sql sql = new Sql(connection);
        Slots slots = new Slots(connection);
        if (slots.find(slot).isPresent()) {
            slots.drop(slot);
        }
        sql.transaction(() -> {
            sql.execute("DROP PUBLICATION IF EXISTS " + Quoting.identifier(publication));
            sql.execute(uninstallSql());
        });
    }

    private static void checkServer(Sql sql) {
        int version = Integer.parseInt(setting(sql, "server_version_num"));
        if (version < OLDEST_SERVER || version > NEWEST_SERVER) {
            throw PgtrickleException.of(
                            ErrorCode.SERVER_UNSUPPORTED,
                            "PostgreSQL " + version / 10_000 + " isn't supported")
                    .withHint("use PostgreSQL 14 to 18");
        }
        if (sql.one("SELECT pg_is_in_recovery()", row -> row.getBoolean(1))) {
            throw PgtrickleException.of(ErrorCode.CONNECTION_LOST, "the server is a standby")
                    .withHint("connect to the primary");
        }
        String walLevel = setting(sql, "wal_level");
        if (!walLevel.equals("logical")) {
            throw PgtrickleException.of(
                            ErrorCode.SETTING_WRONG,
                            "wal_level is \"" + walLevel + "\", \"logical\" is needed")
                    .withHint("ALTER SYSTEM SET wal_level = 'logical'; then restart PostgreSQL");
        }
        String encoding = setting(sql, "server_encoding");
        if (!encoding.equals("UTF8")) {
            throw PgtrickleException.of(
                            ErrorCode.SERVER_UNSUPPORTED,
                            "the database's encoding is \"" + encoding + "\", \"UTF8\" is needed")
                    .withHint("use a database that was made with ENCODING 'UTF8'");
        }
    }

    private static String setting(Sql sql, String name) {
        return sql.one("SELECT current_setting(?)", row -> row.getString(1), name);
    }
}
