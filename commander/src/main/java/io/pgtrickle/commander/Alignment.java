package io.pgtrickle.commander;

import io.pgtrickle.cdc.StreamedXids;
import io.pgtrickle.cdc.Transaction;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.XidSnapshot;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.postgres.Sessions;
import io.pgtrickle.postgres.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;

/// Two exported snapshots of one commit position: one that sees the sources there, one that sees the views there. What a
/// verification compares.
///
/// The first is taken, then the group is led to just the transactions that it sees, then the second is taken.
final class Alignment implements AutoCloseable {

    private final long commandId;
    private final ServerAddress address;
    private final Connection sources;
    private final String sourcesSnapshot;
    private final XidSnapshot visibility;
    private final Lsn until;
    private final Instant expires;
    private Connection views;
    private String viewsSnapshot = "";

    private Alignment(long commandId, ServerAddress address, Connection sources, Instant expires)
            throws SQLException {
        this.commandId = commandId;
        this.address = address;
        this.sources = sources;
        this.views = sources;
        this.expires = expires;
        try (var statement = sources.createStatement()) {
            statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            try (var row =
                    statement.executeQuery(
                            "SELECT pg_current_snapshot()::text, pg_export_snapshot()")) {
                row.next();
                this.visibility = XidSnapshot.parse(row.getString(1));
                this.sourcesSnapshot = row.getString(2);
            }
            try (var row = statement.executeQuery("SELECT pg_current_wal_insert_lsn()::text")) {
                row.next();
                this.until = Lsn.parse(row.getString(1));
            }
        }
    }

    /// @param expires when the snapshots are given up
    static Alignment begin(long commandId, ServerAddress address, Instant expires) {
        Connection connection = Sessions.open(address, "pgtrickle verification");
        try {
            return new Alignment(commandId, address, connection, expires);
        } catch (SQLException e) {
            throw SqlErrors.of(e, "taking a snapshot");
        }
    }

    long commandId() {
        return commandId;
    }

    boolean sees(Transaction transaction) {
        return visibility.sees(transaction.xid());
    }

    /// Whether the snapshot sees all that was streamed so far.
    boolean seesAll(StreamedXids streamed) {
        return streamed.areVisibleIn(visibility);
    }

    /// All transactions that the snapshot sees have committed before this position.
    Lsn until() {
        return until;
    }

    boolean isExpired(Instant now) {
        return now.isAfter(expires);
    }

    /// The group is where the snapshot is: takes the second one.
    ///
    /// @return the command's result, as JSON
    String complete() {
        views = Sessions.open(address, "pgtrickle verification");
        try (var statement = views.createStatement()) {
            statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            try (var row = statement.executeQuery("SELECT pg_export_snapshot()")) {
                row.next();
                viewsSnapshot = row.getString(1);
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e, "taking a snapshot");
        }
        return "{\"query_snapshot\": \""
                + sourcesSnapshot
                + "\", \"view_snapshot\": \""
                + viewsSnapshot
                + "\"}";
    }

    /// Both transactions end with their connections.
    @Override
    public void close() {
        try {
            views.close();
            sources.close();
        } catch (SQLException e) {
            throw SqlErrors.of(e, "ending a verification");
        }
    }
}
