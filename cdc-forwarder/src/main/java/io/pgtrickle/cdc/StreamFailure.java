package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Sessions;
import io.pgtrickle.postgres.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/// Finds out why a stream ended. The walsender's last words often don't arrive (pgjdbc then tells of an EOF), and their
/// text differs by version and language; so SQLSTATE and the slot's state decide, read in a session of its own.
final class StreamFailure {

    private static final String IN_USE = "55006";

    private StreamFailure() {}

    static PgtrickleException of(StreamSettings settings, SQLException error) {
        PgtrickleException plain =
                SqlErrors.of(
                        error, "the stream of replication slot \"" + settings.slot() + "\" ended");
        try (Connection session =
                Sessions.open(settings.address(), ReplicationSession.APPLICATION_NAME)) {
            return withCause(explained(session, settings, error), error, plain);
        } catch (SQLException | PgtrickleException unreachable) {
            plain.addSuppressed(unreachable);
            return plain;
        }
    }

    private static PgtrickleException withCause(
            Optional<PgtrickleException> explanation,
            SQLException error,
            PgtrickleException plain) {
        explanation.ifPresent(found -> found.addSuppressed(error));
        return explanation.orElse(plain);
    }

    private static Optional<PgtrickleException> explained(
            Connection session, StreamSettings settings, SQLException error) throws SQLException {
        Optional<Slot> found = new Slots(session).find(settings.slot());
        if (found.isEmpty()) {
            return Optional.of(slotMissing(settings));
        }
        Slot slot = found.get();
        if (IN_USE.equals(error.getSQLState())) {
            return Optional.of(inUse(slot));
        }
        Optional<PgtrickleException> lost = lost(slot);
        if (lost.isPresent()) {
            return lost;
        }
        return new Publication(session, settings.publication()).oid().isEmpty()
                ? Optional.of(publicationMissing(settings))
                : Optional.empty();
    }

    static PgtrickleException slotMissing(StreamSettings settings) {
        return PgtrickleException.of(
                        ErrorCode.SLOT_LOST,
                        "replication slot \"" + settings.slot() + "\" does not exist")
                .withHint("the views have to be rebuilt with a new slot");
    }

    /// A dropped publication makes the stream fail at that point for ever up to PostgreSQL 17, and on 18 lets changes
    /// pass unsent: what it should have carried can't be had any more.
    static PgtrickleException publicationMissing(StreamSettings settings) {
        return PgtrickleException.of(
                        ErrorCode.SLOT_LOST,
                        "publication \""
                                + settings.publication()
                                + "\" does not exist, so replication slot \""
                                + settings.slot()
                                + "\" misses changes")
                .withHint("the views have to be rebuilt with a new slot and publication");
    }

    /// The error for a slot that can't be read any more.
    static Optional<PgtrickleException> lost(Slot slot) {
        if (!slot.isLost()) {
            return Optional.empty();
        }
        String reason = slot.invalidationReason().map(text -> " (" + text + ")").orElse("");
        return Optional.of(
                PgtrickleException.of(
                                ErrorCode.SLOT_LOST,
                                "replication slot \""
                                        + slot.name()
                                        + "\" was invalidated"
                                        + reason
                                        + ": wal_status is \""
                                        + slot.walStatus()
                                        + "\"")
                        .withHint(
                                "raise max_slot_wal_keep_size; the views have to be rebuilt with a new slot"));
    }

    private static PgtrickleException inUse(Slot slot) {
        String holder = slot.holder().map(Slot.Holder::toString).orElse("another process");
        return PgtrickleException.of(
                        ErrorCode.SLOT_IN_USE,
                        "replication slot \"" + slot.name() + "\" is in use by " + holder)
                .withHint(
                        slot.holder()
                                .map(process ->
                                        "stop the other sidecar, or SELECT pg_terminate_backend("
                                                + process.pid()
                                                + ")")
                                .orElse("try again"));
    }
}
