package io.pgtrickle.commander;

import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.UUID;

/// The one right to serve a database: an advisory lock held by a session, whose end everybody sees at once. It also gives
/// signs of life. Another sidecar waits for the lock.
///
/// The lock keeps two sidecars apart as long as their sessions live; what makes two writers impossible is the epoch in
/// `pgtrickle.progress`, raised by each new holder.
final class Membership implements AutoCloseable {

    /// "pgtr" and the number of the lock.
    private static final String LOCK = "1886680180, 1";

    private final Connection connection;
    private final Sql sql;
    private final UUID instance;
    private long beats;

    Membership(Connection connection, UUID instance) {
        this.connection = connection;
        this.sql = new Sql(connection);
        this.instance = instance;
    }

    /// Whether this session serves the database now.
    boolean tryAcquire() {
        return sql.one("SELECT pg_try_advisory_lock(" + LOCK + ")", row -> row.getBoolean(1));
    }

    /// Fences every earlier holder out.
    ///
    /// @return the new epoch
    long raiseEpoch(SidecarSettings settings, String version) {
        return sql.transaction(() -> {
            sql.update(
                    """
                    INSERT INTO pgtrickle.progress (group_name, lsn, epoch) VALUES (?, '0/0', 0)
                    ON CONFLICT (group_name) DO NOTHING
                    """,
                    Group.DEFAULT);
            long epoch =
                    sql.one(
                            "UPDATE pgtrickle.progress SET epoch = epoch + 1 WHERE group_name = ? RETURNING epoch",
                            row -> row.getLong(1),
                            Group.DEFAULT);
            sql.update(
                    "UPDATE pgtrickle.progress SET epoch = ? WHERE group_name <> ?",
                    epoch,
                    Group.DEFAULT);
            sql.update(
                    """
                    WITH before AS (DELETE FROM pgtrickle.sidecar RETURNING last_error)
                    INSERT INTO pgtrickle.sidecar (instance, epoch, version, started_at, heartbeat, slot, publication, last_error)
                    SELECT ?, ?, ?, clock_timestamp(), clock_timestamp(), ?, ?, (SELECT max(last_error) FROM before)
                    """,
                    instance,
                    epoch,
                    version,
                    settings.slot(),
                    settings.publication());
            return epoch;
        });
    }

    /// A sign of life in the table and in the stream; the commit flushes whatever was written before it.
    void beat(SidecarStatus status) {
        beats++;
        sql.transaction(() -> {
            sql.update(
                    """
                    UPDATE pgtrickle.sidecar
                       SET heartbeat = clock_timestamp(), position = ?::pg_lsn, memory_bytes = ?
                     WHERE instance = ?
                    """,
                    status.applied().toString(),
                    Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory(),
                    instance);
            sql.query(
                    "SELECT pg_logical_emit_message(true, 'pgtrickle', ?)",
                    row -> row.getString(1),
                    "heartbeat:" + instance + ":" + beats);
        });
    }

    /// Leaves in the table what has ended the holder, as far as the server can still be told.
    void report(RuntimeException error) {
        try {
            sql.update(
                    "UPDATE pgtrickle.sidecar SET last_error = ?",
                    error instanceof PgtrickleException known
                            ? known.messageText()
                            : error.toString());
        } catch (PgtrickleException e) {
            error.addSuppressed(e);
        }
    }

    /// Says goodbye, so that calls fail at once and say why.
    void leave() {
        sql.update(
                "UPDATE pgtrickle.sidecar SET stopped_at = clock_timestamp() WHERE instance = ?",
                instance);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw SqlErrors.of(e, "closing a session");
        }
    }
}
