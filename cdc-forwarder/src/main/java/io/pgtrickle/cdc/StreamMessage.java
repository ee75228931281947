package io.pgtrickle.cdc;

import io.pgtrickle.model.Lsn;
import java.time.Instant;

/// A message of pgoutput, protocol 1, as the server sends it inside the replication stream.
public sealed interface StreamMessage
        permits StreamMessage.Begin,
                StreamMessage.Commit,
                StreamMessage.Origin,
                StreamMessage.TypeName,
                Relation,
                Change {

    /// Opens a transaction that has committed.
    ///
    /// @param commitLsn where its commit record begins
    /// @param xid the low 32 bits of the top-level transaction's id
    record Begin(Lsn commitLsn, Instant commitTime, int xid) implements StreamMessage {}

    /// @param commitLsn as in `Begin`
    /// @param endLsn where the commit record ends: the position to resume from
    record Commit(Lsn commitLsn, Lsn endLsn, Instant commitTime) implements StreamMessage {}

    /// The transaction came from another node by replication.
    record Origin(Lsn commitLsn, String name) implements StreamMessage {}

    /// Names a type that isn't built in, before a relation that uses it.
    record TypeName(long oid, String schema, String name) implements StreamMessage {}
}
