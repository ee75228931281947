package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.Sessions;
import io.pgtrickle.postgres.SqlErrors;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/// A connection on which pgoutput streams.
///
/// @param recentXid a 64-bit transaction id of about now
record ReplicationSession(Connection connection, PGReplicationStream stream, long recentXid) {

    static final String APPLICATION_NAME = "pgtrickle stream";

    /// pgjdbc's own status interval also becomes a read timeout that can strike in the middle of a message and lose its
    /// place (pgjdbc issue 4356). It can't be 0 either: then pgjdbc looks for data only once a second. We report by
    /// ourselves.
    private static final int DRIVER_STATUS_HOURS = 24;

    /// @throws PgtrickleException where the stream can't bring everything since `startAt`
    static ReplicationSession start(StreamSettings settings, Lsn startAt) {
        try (Connection session = Sessions.open(settings.address(), APPLICATION_NAME)) {
            requireUsable(session, settings);
            long recentXid = recentXid(session);
            Connection connection = connection(settings);
            try {
                PGReplicationStream stream =
                        start(connection.unwrap(PGConnection.class), settings, startAt);
                requireNoGap(session, settings, startAt);
                return new ReplicationSession(connection, stream, recentXid);
            } catch (SQLException e) {
                abort(connection);
                throw StreamFailure.of(settings, e);
            } catch (PgtrickleException e) {
                abort(connection);
                throw e;
            }
        } catch (SQLException e) {
            throw SqlErrors.of(
                    e, "can't start to stream from replication slot \"" + settings.slot() + "\"");
        }
    }

    /// Cuts the connection; the server frees the slot within milliseconds. For any thread.
    void abort() {
        abort(connection);
    }

    private static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException _) {
            // it is closed then, one way or another
        }
    }

    private static Connection connection(StreamSettings settings) throws SQLException {
        PGConnection connection = Sessions.openReplication(settings.address(), APPLICATION_NAME);
        if (connection instanceof Connection plain) {
            return plain;
        }
        throw PgtrickleException.of(
                ErrorCode.INTERNAL, "pgjdbc's connection isn't a JDBC connection");
    }

    private static PGReplicationStream start(
            PGConnection connection, StreamSettings settings, Lsn startAt) throws SQLException {
        return connection
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName(Quoting.identifier(settings.slot()))
                .withStartPosition(LogSequenceNumber.valueOf(startAt.value()))
                .withStatusInterval(DRIVER_STATUS_HOURS, TimeUnit.HOURS)
                .withAutomaticFlush(false)
                .withSlotOption("proto_version", "1")
                .withSlotOption("publication_names", publicationList(settings.publication()))
                .withSlotOption("binary", "true")
                .withSlotOption("messages", "true")
                .start();
    }

    /// A quoted list of one name, inside a literal that pgjdbc writes without escaping.
    private static String publicationList(String publication) {
        return Quoting.identifier(publication).replace("'", "''");
    }

    private static void requireUsable(Connection session, StreamSettings settings)
            throws SQLException {
        Slot slot =
                new Slots(session)
                        .find(settings.slot())
                        .orElseThrow(() -> StreamFailure.slotMissing(settings));
        if (!slot.plugin().equals(Slots.PLUGIN)) {
            throw PgtrickleException.of(
                            ErrorCode.SETTING_WRONG,
                            "replication slot \""
                                    + slot.name()
                                    + "\" has the output plugin \""
                                    + slot.plugin()
                                    + "\" instead of \""
                                    + Slots.PLUGIN
                                    + "\"")
                    .withHint("choose another slot name, or drop that slot if nothing needs it");
        }
        if (!slot.database().equals(session.getCatalog())) {
            throw PgtrickleException.of(
                            ErrorCode.SETTING_WRONG,
                            "replication slot \""
                                    + slot.name()
                                    + "\" belongs to database \""
                                    + slot.database()
                                    + "\"")
                    .withHint("slot names are shared by a server's databases: choose another one");
        }
        StreamFailure.lost(slot)
                .ifPresent(lost -> {
                    throw lost;
                });
        if (new Publication(session, settings.publication()).oid().isEmpty()) {
            throw StreamFailure.publicationMissing(settings);
        }
    }

    private static long recentXid(Connection session) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /// The server silently starts at what was confirmed if it is asked for less. Looked at after the start, when nobody
    /// else can move it.
    private static void requireNoGap(Connection session, StreamSettings settings, Lsn startAt)
            throws SQLException {
        try (PreparedStatement statement =
                session.prepareStatement(
                        "SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = ?")) {
            statement.setString(1, settings.slot());
            try (ResultSet rows = statement.executeQuery()) {
                Optional<Lsn> confirmed =
                        rows.next()
                                ? Optional.ofNullable(rows.getString(1)).map(Lsn::parse)
                                : Optional.empty();
                if (confirmed.isEmpty() || confirmed.get().isAfter(startAt)) {
                    throw PgtrickleException.of(
                                    ErrorCode.SLOT_LOST,
                                    "replication slot \""
                                            + settings.slot()
                                            + "\" begins at "
                                            + confirmed.map(Lsn::toString).orElse("no position")
                                            + ", after the position "
                                            + startAt
                                            + " that is needed")
                            .withHint(
                                    "the views have to be rebuilt: the changes in between can't be had any more");
                }
            }
        }
    }
}
