package io.pgtrickle.cdc;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Every version of every table that one connection's stream has described, each with its place in the order of
/// descriptions. So a transaction that is read later, or again, finds the versions of its own time, and nothing is
/// copied. Descriptions are sent again after each reconnection and whenever PostgreSQL's caches are flushed; those that
/// repeat the last one cost nothing.
///
/// Put by one thread, read by any.
final class RelationHistory {

    private record Version(long sequence, Relation relation) {}

    private final ConcurrentHashMap<Long, List<Version>> versions = new ConcurrentHashMap<>();
    private volatile long sequence;

    /// How many versions there are; names the moment after the last of them.
    long sequence() {
        return sequence;
    }

    void put(Relation relation) {
        List<Version> known = versions.getOrDefault(relation.oid(), List.of());
        if (!known.isEmpty() && known.getLast().relation().equals(relation)) {
            return;
        }
        long next = sequence + 1;
        versions.put(
                relation.oid(),
                Stream.concat(known.stream(), Stream.of(new Version(next, relation))).toList());
        sequence = next;
    }

    /// The version that held at a moment that `sequence` named.
    Optional<Relation> find(long oid, long atSequence) {
        List<Version> known = versions.getOrDefault(oid, List.of());
        for (Version version : known.reversed()) {
            if (version.sequence() <= atSequence) {
                return Optional.of(version.relation());
            }
        }
        return Optional.empty();
    }
}
