package io.pgtrickle.commander;

import io.pgtrickle.cdc.StreamedXids;
import io.pgtrickle.model.XidSnapshot;
import io.pgtrickle.state.StateStore;
import java.util.Map;

/// The streamed transactions that snapshots may not see yet, across restarts: those that aren't visible at a checkpoint are kept
/// with it. Owned by the engine's thread.
final class StreamedCommits {

    private static final String METADATA_KEY = "streamed";

    private final Sql sql;
    private final StreamedXids xids = new StreamedXids();

    /// @param stateUsable whether the stream goes on from the state, so that the state knows what was streamed
    StreamedCommits(Sql sql, StateStore store, boolean stateUsable) {
        this.sql = sql;
        xids.addEarlier(
                store.metadata(METADATA_KEY)
                        .filter(_ -> stateUsable)
                        .map(StreamedXids::read)
                        .orElseGet(this::suspects));
    }

    /// What may have been streamed to somebody before, where that isn't known: any transaction that isn't over, if there are
    /// standbys for which commits wait.
    private long[] suspects() {
        boolean waiting =
                sql.one(
                        "SELECT current_setting('synchronous_standby_names') <> ''",
                        row -> row.getBoolean(1));
        return waiting ? snapshot().inProgress() : new long[0];
    }

    /// To be asked by any thread.
    StreamedXids xids() {
        return xids;
    }

    /// By a checkpoint, before it: what a start from it must know of what was streamed so far.
    Map<String, byte[]> metadata() {
        return Map.of(METADATA_KEY, xids.unseen(snapshot()));
    }

    private XidSnapshot snapshot() {
        return sql.one(
                "SELECT pg_current_snapshot()::text", row -> XidSnapshot.parse(row.getString(1)));
    }
}
