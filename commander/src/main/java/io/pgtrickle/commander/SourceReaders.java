package io.pgtrickle.commander;

import io.pgtrickle.cdc.Change;
import io.pgtrickle.cdc.Relation;
import io.pgtrickle.cdc.Tuple;
import io.pgtrickle.dataflow.SourceChange;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The sources of some views, fed from the stream; a source that several views share is decoded once. For one thread.
final class SourceReaders {

    /// What was read since the last time: the changes of each source that has any, and the sources that can't be read any more.
    ///
    /// @param newVersions whether a table came in a version that hadn't been seen before
    record Read(
            Map<Source, List<SourceChange>> changes,
            Map<Source, PgtrickleException> failures,
            boolean newVersions) {}

    private final Map<Long, List<SourceReader>> byRelation = new HashMap<>();
    private final Map<Source, PgtrickleException> failures = new LinkedHashMap<>();
    private long received;
    private long waiting;
    private long bytes;

    SourceReaders(Collection<Source> sources) {
        for (Source source : new java.util.LinkedHashSet<>(sources)) {
            byRelation
                    .computeIfAbsent(source.relationOid(), _ -> new ArrayList<>())
                    .add(new SourceReader(source));
        }
    }

    /// Takes a change where it concerns one of the sources.
    void accept(Change change) {
        switch (change) {
            case Change.Insert(Relation relation, _) -> read(relation, change);
            case Change.Update(Relation relation, _, _) -> read(relation, change);
            case Change.Delete(Relation relation, Tuple _) -> read(relation, change);
            case Change.Truncate(List<Relation> relations, _, _) ->
                    relations.forEach(relation -> read(relation, change));
            case Change.Message _ -> {}
        }
    }

    /// About the memory that the changes take which weren't drained yet.
    long bytes() {
        return bytes;
    }

    /// Drops the changes that weren't drained yet.
    void forget() {
        waiting = 0;
        bytes = 0;
        byRelation.values().forEach(readers -> readers.forEach(SourceReader::drain));
    }

    Read drain() {
        received += waiting;
        waiting = 0;
        bytes = 0;
        Map<Source, List<SourceChange>> changes = new LinkedHashMap<>();
        boolean newVersions = false;
        for (List<SourceReader> readers : byRelation.values()) {
            for (SourceReader reader : readers) {
                newVersions |= reader.drainNewVersion();
                List<SourceChange> drained = reader.drain();
                if (!drained.isEmpty() && !failures.containsKey(reader.source())) {
                    changes.put(reader.source(), drained);
                }
            }
        }
        return new Read(changes, Map.copyOf(failures), newVersions);
    }

    /// Row changes drained so far.
    long received() {
        return received;
    }

    private void read(Relation relation, Change change) {
        List<SourceReader> readers = byRelation.get(relation.oid());
        if (readers == null) {
            return;
        }
        waiting++;
        for (SourceReader reader : readers) {
            if (failures.containsKey(reader.source())) {
                continue;
            }
            try {
                bytes += reader.read(change);
            } catch (PgtrickleException e) {
                failures.put(reader.source(), e);
            } catch (RuntimeException e) {
                failures.put(
                        reader.source(),
                        PgtrickleException.of(
                                ErrorCode.INTERNAL, "a change could not be decoded: " + e, e));
            }
        }
    }
}
