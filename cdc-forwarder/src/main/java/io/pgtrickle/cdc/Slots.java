package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.postgres.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The server's replication slots, over one ordinary connection in autocommit mode. For one thread.
public final class Slots {

    static final String PLUGIN = "pgoutput";

    private static final Pattern NAME = Pattern.compile("[a-z0-9_]{1,63}");

    /// Columns that not every version has are taken from the row's JSON.
    private static final String LIST =
            """
            SELECT s.slot_name, coalesce(s.plugin, '') AS plugin, coalesce(s.database, '') AS database, s.temporary,
                   s.active_pid, coalesce(a.usename, '') AS usename, coalesce(a.application_name, '') AS application_name,
                   coalesce(host(a.client_addr), '') AS client_addr,
                   s.restart_lsn::text AS restart_lsn, s.confirmed_flush_lsn::text AS confirmed_lsn,
                   coalesce(pg_wal_lsn_diff(w.lsn, s.restart_lsn), 0)::bigint AS retained,
                   greatest(coalesce(pg_wal_lsn_diff(w.lsn, s.confirmed_flush_lsn), 0), 0)::bigint AS lag,
                   coalesce(s.wal_status, '') AS wal_status, s.safe_wal_size,
                   coalesce(age(s.catalog_xmin), 0)::bigint AS catalog_xmin_age,
                   j ->> 'invalidation_reason' AS invalidation_reason,
                   (j ->> 'conflicting')::boolean AS conflicting, (j ->> 'failover')::boolean AS failover
              FROM pg_replication_slots s
              LEFT JOIN pg_stat_activity a ON a.pid = s.active_pid
             CROSS JOIN LATERAL to_jsonb(s) j
             CROSS JOIN (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                                     ELSE pg_current_wal_lsn() END AS lsn) w
             WHERE s.slot_name = ? OR ?
             ORDER BY s.slot_name\
            """;

    private final Connection connection;

    public Slots(Connection connection) {
        this.connection = connection;
    }

    /// Refuses a name that isn't a slot's; gives it back.
    public static String checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw PgtrickleException.of(
                            ErrorCode.BAD_ARGUMENT,
                            "invalid name of a replication slot: \"" + name + "\"")
                    .withHint("1 to 63 small letters, digits and underscores");
        }
        return name;
    }

    public List<Slot> list() {
        return read("", true);
    }

    public Optional<Slot> find(String name) {
        return read(name, false).stream().findFirst();
    }

    /// Makes a logical slot with pgoutput, through a session of its own. The server first waits for every transaction of
    /// the whole cluster that has written something, prepared ones included.
    ///
    /// @param onWaiting told for whom, whenever that changes
    /// @return where the slot begins: the position to open its stream at
    /// @throws PgtrickleException CANCELLED after the timeout, naming the transactions in the way; NAME_TAKEN,
    ///     SETTING_WRONG, PRIVILEGE_MISSING
    public Lsn create(
            ServerAddress address,
            String name,
            Duration timeout,
            Consumer<List<Blocker>> onWaiting) {
        SlotCreation.Request request =
                new SlotCreation.Request(checkName(name), timeout, onWaiting);
        return new SlotCreation(connection, request).run(address);
    }

    /// @throws PgtrickleException NAME_UNKNOWN, SLOT_IN_USE for an active slot
    public void drop(String name) {
        requireIdle(name);
        execute(
                "SELECT pg_drop_replication_slot(?)",
                "can't drop replication slot \"" + name + "\"",
                name);
    }

    /// Moves the confirmed position on; changes before it are gone for the slot.
    ///
    /// @return the position reached
    public Lsn advance(String name, Lsn to) {
        requireIdle(name);
        String sql = "SELECT end_lsn::text FROM pg_replication_slot_advance(?, ?::pg_lsn)";
        return Lsn.parse(
                execute(
                        sql,
                        "can't advance replication slot \"" + name + "\"",
                        name,
                        to.toString()));
    }

    /// Decodes what a slot would send next, without consuming it, into a line for each message.
    ///
    /// @param limit of lines; a last line says where there is more
    public List<String> peek(String name, String publication, int limit) {
        requireIdle(name);
        return new SlotPeek(connection).lines(name, publication, limit);
    }

    private void requireIdle(String name) {
        Slot slot =
                find(checkName(name))
                        .orElseThrow(() ->
                                PgtrickleException.of(
                                        ErrorCode.NAME_UNKNOWN,
                                        "replication slot \"" + name + "\" does not exist"));
        if (slot.holder().isPresent()) {
            throw PgtrickleException.of(
                            ErrorCode.SLOT_IN_USE,
                            "replication slot \"" + name + "\" is in use by " + slot.holder().get())
                    .withHint("stop its consumer first");
        }
    }

    private String execute(String sql, String what, String... arguments) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setString(i + 1, arguments[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.ofNullable(rows.getString(1)).orElse("") : "";
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e, what);
        }
    }

    private List<Slot> read(String name, boolean all) {
        try (PreparedStatement statement = connection.prepareStatement(LIST)) {
            statement.setString(1, name);
            statement.setBoolean(2, all);
            try (ResultSet rows = statement.executeQuery()) {
                List<Slot> slots = new ArrayList<>();
                while (rows.next()) {
                    slots.add(slot(rows));
                }
                return slots;
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't read the replication slots");
        }
    }

    private static Slot slot(ResultSet row) throws SQLException {
        return new Slot(
                row.getString("slot_name"),
                row.getString("plugin"),
                row.getString("database"),
                row.getBoolean("temporary"),
                holder(row),
                lsn(row.getString("restart_lsn")),
                lsn(row.getString("confirmed_lsn")),
                row.getLong("retained"),
                row.getLong("lag"),
                row.getString("wal_status"),
                Optional.ofNullable((Long) row.getObject("safe_wal_size")),
                row.getLong("catalog_xmin_age"),
                Optional.ofNullable(row.getString("invalidation_reason")),
                Optional.ofNullable((Boolean) row.getObject("conflicting")),
                Optional.ofNullable((Boolean) row.getObject("failover")));
    }

    private static Optional<Slot.Holder> holder(ResultSet row) throws SQLException {
        int pid = row.getInt("active_pid");
        return row.wasNull()
                ? Optional.empty()
                : Optional.of(
                        new Slot.Holder(
                                pid,
                                row.getString("usename"),
                                row.getString("application_name"),
                                row.getString("client_addr")));
    }

    private static Optional<Lsn> lsn(@Nullable String text) {
        return Optional.ofNullable(text).map(Lsn::parse);
    }

    /// The publication's name as an element of `publication_names`.
    static String publicationList(String publication) {
        return Quoting.identifier(publication);
    }
}
