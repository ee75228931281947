package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.HashMap;
import java.util.Map;

/// The tables as they stand at one place of the stream: a moment of the history, and what was described since.
/// For one thread.
final class RelationScope {

    private final RelationHistory history;
    private final long sequence;
    private final Map<Long, Relation> since = new HashMap<>();

    RelationScope(RelationHistory history, long sequence) {
        this.history = history;
        this.sequence = sequence;
    }

    void put(Relation relation) {
        since.put(relation.oid(), relation);
    }

    Relation get(long oid) {
        Relation relation = since.get(oid);
        if (relation != null) {
            return relation;
        }
        Relation earlier =
                history.find(oid, sequence)
                        .orElseThrow(() ->
                                PgtrickleException.of(
                                        ErrorCode.STREAM_MALFORMED,
                                        "the replication stream has a change of relation "
                                                + oid
                                                + ", which it hasn't described"));
        since.put(oid, earlier);
        return earlier;
    }
}
