package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.postgres.Sessions;
import io.pgtrickle.postgres.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.postgresql.PGConnection;

/// Makes a logical slot. The server waits for every transaction of the whole cluster that has an id, prepared ones
/// included; so this has a timeout and says for whom it waits.
final class SlotCreation {

    private static final Duration WATCH_INTERVAL = Duration.ofMillis(200);

    /// Who holds the transaction id that a process waits for.
    private static final String BLOCKERS =
            "SELECT "
                    + Blocker.COLUMNS
                    + """

                     FROM pg_locks w
                     JOIN pg_locks l ON l.locktype = 'transactionid' AND l.transactionid = w.transactionid AND l.granted
                     LEFT JOIN pg_stat_activity a ON a.pid = l.pid
                     LEFT JOIN pg_prepared_xacts p ON l.pid IS NULL AND p.transaction = l.transactionid
                    WHERE w.pid = ? AND w.locktype = 'transactionid' AND NOT w.granted\
                    """;

    /// Standbys that synchronize slots keep it, so that a promoted one goes on where the primary was.
    private static final int FAILOVER_SINCE = 170_000;

    /// @param timeout after which the creation is given up
    record Request(String name, Duration timeout, Consumer<List<Blocker>> onWaiting) {}

    private final Connection watcher;
    private final Request request;
    private List<Blocker> blockers = List.of();

    SlotCreation(Connection watcher, Request request) {
        this.watcher = watcher;
        this.request = request;
    }

    /// @return where the slot begins
    Lsn run(ServerAddress address) {
        requireLogicalLog();
        try (Connection worker = Sessions.open(address, "pgtrickle slot creation")) {
            FutureTask<Lsn> creation = new FutureTask<>(() -> create(worker));
            Thread.ofVirtual().name("pgtrickle-slot-creation").start(creation);
            try {
                return watch(creation, worker.unwrap(PGConnection.class).getBackendPID());
            } catch (InterruptedException e) {
                worker.abort(Runnable::run);
                Thread.currentThread().interrupt();
                throw PgtrickleException.of(
                        ErrorCode.CANCELLED, "interrupted while creating a replication slot", e);
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private Lsn watch(FutureTask<Lsn> creation, int pid) throws SQLException, InterruptedException {
        while (true) {
            try {
                return creation.get(WATCH_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException _) {
                lookForBlockers(pid);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof SQLException error) {
                    throw error;
                }
                throw PgtrickleException.of(
                        ErrorCode.INTERNAL, "creating a replication slot failed: " + e, e);
            }
        }
    }

    private Lsn create(Connection worker) throws SQLException {
        try (Statement statement = worker.createStatement()) {
            statement.execute(
                    "SET statement_timeout = " + Math.max(1, request.timeout().toMillis()));
        }
        try (PreparedStatement statement =
                worker.prepareStatement(
                        "SELECT lsn::text FROM pg_create_logical_replication_slot(?, '"
                                + Slots.PLUGIN
                                + "'"
                                + (Sessions.serverVersion(worker) >= FAILOVER_SINCE
                                        ? ", failover => true"
                                        : "")
                                + ")")) {
            statement.setString(1, request.name());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return Lsn.parse(rows.getString(1));
            }
        }
    }

    private void lookForBlockers(int pid) throws SQLException {
        try (PreparedStatement statement = watcher.prepareStatement(BLOCKERS)) {
            statement.setInt(1, pid);
            try (ResultSet rows = statement.executeQuery()) {
                List<Blocker> found = Blocker.read(rows);
                if (!found.isEmpty() && !found.equals(blockers)) {
                    blockers = found;
                    request.onWaiting().accept(found);
                }
            }
        }
    }

    private void requireLogicalLog() {
        try (Statement statement = watcher.createStatement();
                ResultSet rows = statement.executeQuery("SELECT current_setting('wal_level')")) {
            rows.next();
            if (!rows.getString(1).equals("logical")) {
                throw PgtrickleException.of(
                                ErrorCode.SETTING_WRONG,
                                "wal_level is \"" + rows.getString(1) + "\" instead of \"logical\"")
                        .withHint("ALTER SYSTEM SET wal_level = logical; then restart the server");
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private PgtrickleException failed(SQLException error) {
        String what = "can't create replication slot \"" + request.name() + "\"";
        String state = error.getSQLState();
        if (state == null) {
            return SqlErrors.of(error, what);
        }
        return switch (state) {
            case "57014" -> timedOut(error, what);
            case "42710" ->
                    PgtrickleException.of(
                            ErrorCode.NAME_TAKEN,
                            "replication slot \"" + request.name() + "\" already exists",
                            error);
            case "53400" ->
                    SqlErrors.of(error, what)
                            .withHint(
                                    "drop a slot that nobody needs, or raise max_replication_slots and restart the server");
            case "42501" ->
                    SqlErrors.of(error, what)
                            .withHint(
                                    "ALTER ROLE … REPLICATION for the role that pgtrickle logs in as");
            default -> SqlErrors.of(error, what);
        };
    }

    private PgtrickleException timedOut(SQLException error, String what) {
        String waitedFor = blockers.isEmpty() ? "" : ": it waits for " + Blocker.describe(blockers);
        return PgtrickleException.of(
                        ErrorCode.CANCELLED,
                        what + " within " + request.timeout().toMillis() + " ms" + waitedFor,
                        error)
                .withHint(Blocker.hint(blockers));
    }
}
