package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.SqlErrors;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// Waits for the transactions that hold a writer's lock on some tables at one moment (`WaitForLockers` in PostgreSQL's
/// `lmgr.c`); those that come later don't matter. A transaction that is prepared meanwhile may change its virtual id, so
/// the prepared ones are looked for once more at the end.
final class WriterWait {

    /// `pg_locks` tells when asked and at no other time; PostgreSQL has nothing to wait on for the end of several others' transactions.
    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

    private static final String HOLDERS =
            """
            SELECT DISTINCT l.virtualtransaction, l.pid IS NULL
              FROM pg_locks l
             WHERE l.locktype = 'relation' AND l.granted
               AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
               AND l.mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
               AND l.pid IS DISTINCT FROM pg_backend_pid()
               AND l.relation IN (SELECT unnest(?::bigint[])::oid
                                  UNION SELECT p.relid FROM unnest(?::bigint[]) t, pg_partition_tree(t::oid::regclass) p)\
            """;

    private static final String ALIVE =
            "SELECT DISTINCT "
                    + Blocker.COLUMNS
                    + """

                     FROM pg_locks l
                     LEFT JOIN pg_stat_activity a ON a.pid = l.pid
                     LEFT JOIN pg_prepared_xacts p ON l.pid IS NULL AND p.transaction = l.transactionid
                    WHERE l.virtualtransaction = ANY (?)
                      AND CASE WHEN l.pid IS NULL THEN l.locktype = 'transactionid' ELSE l.locktype = 'virtualxid' END
                    ORDER BY 1\
                    """;

    private final Connection connection;
    private final List<Long> relationOids;

    WriterWait(Connection connection, List<Long> relationOids) {
        this.connection = connection;
        this.relationOids = relationOids;
    }

    void run(Consumer<List<Blocker>> onWaiting) {
        try {
            waitFor(holders(false), onWaiting);
            waitFor(holders(true), onWaiting);
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't wait for the writers of tables " + relationOids);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PgtrickleException.of(
                    ErrorCode.CANCELLED, "interrupted while waiting for writers", e);
        }
    }

    private void waitFor(Set<String> transactions, Consumer<List<Blocker>> onWaiting)
            throws SQLException, InterruptedException {
        List<Blocker> told = List.of();
        while (!transactions.isEmpty()) {
            List<Blocker> alive = alive(transactions);
            if (alive.isEmpty()) {
                return;
            }
            if (!alive.equals(told)) {
                told = alive;
                onWaiting.accept(alive);
            }
            // PostgreSQL tells of the end of somebody else's transaction only who asks
            Thread.sleep(POLL_INTERVAL);
        }
    }

    private Set<String> holders(boolean preparedOnly) throws SQLException {
        Array oids = connection.createArrayOf("bigint", relationOids.toArray());
        try (PreparedStatement statement = connection.prepareStatement(HOLDERS)) {
            statement.setArray(1, oids);
            statement.setArray(2, oids);
            try (ResultSet rows = statement.executeQuery()) {
                Set<String> transactions = new HashSet<>();
                while (rows.next()) {
                    if (!preparedOnly || rows.getBoolean(2)) {
                        transactions.add(rows.getString(1));
                    }
                }
                return transactions;
            }
        }
    }

    private List<Blocker> alive(Set<String> transactions) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ALIVE)) {
            statement.setArray(1, connection.createArrayOf("text", transactions.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                return Blocker.read(rows);
            }
        }
    }
}
