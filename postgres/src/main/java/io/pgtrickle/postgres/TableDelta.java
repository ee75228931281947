package io.pgtrickle.postgres;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.RowCodec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A delta as the statements that bring it in: which rows are deleted, updated and inserted.
///
/// With a unique key the changes of one key come together: a retraction alone is a DELETE, an insertion alone an INSERT, both an
/// UPDATE. Since a Z-set is consolidated, both differ.
record TableDelta(
        ResultTable table, List<Change> deletes, List<Change> updates, List<Change> inserts) {

    /// @param count how many equal rows; always 1 where the table has a unique key
    record Change(Row row, long count) {}

    private static final class Pair {
        private @Nullable Row retracted;
        private @Nullable Row inserted;
    }

    static TableDelta of(ResultTable table, ZSet delta) {
        return table.hasHiddenKey() ? keyless(table, delta) : keyed(table, delta);
    }

    List<Change> changes(DeltaStatements.Verb verb) {
        return switch (verb) {
            case DELETE -> deletes;
            case UPDATE -> updates;
            case INSERT -> inserts;
        };
    }

    private static TableDelta keyless(ResultTable table, ZSet delta) {
        List<Change> deletes = new ArrayList<>();
        List<Change> inserts = new ArrayList<>();
        delta.forEach((row, weight) -> {
            if (weight < 0) {
                deletes.add(new Change(row, Math.negateExact(weight)));
            } else {
                inserts.add(new Change(row, weight));
            }
        });
        return new TableDelta(table, deletes, List.of(), inserts);
    }

    private static TableDelta keyed(ResultTable table, ZSet delta) {
        RowCodec codec = new RowCodec(table.types());
        int[] key = table.key().stream().mapToInt(Integer::intValue).toArray();
        ByteWriter bytes = new ByteWriter();
        Map<Bytes, Pair> pairs = new LinkedHashMap<>();
        delta.forEach((row, weight) -> {
            bytes.clear();
            codec.writeKey(row, key, bytes);
            Pair pair = pairs.computeIfAbsent(Bytes.of(bytes.toByteArray()), _ -> new Pair());
            if (weight == 1 && pair.inserted == null) {
                pair.inserted = row;
            } else if (weight == -1 && pair.retracted == null) {
                pair.retracted = row;
            } else {
                throw PgtrickleException.of(
                        ErrorCode.STATE_INCONSISTENT,
                        "a key of table "
                                + table.qualifiedName()
                                + " would be there more than once: "
                                + row);
            }
        });
        List<Change> deletes = new ArrayList<>();
        List<Change> updates = new ArrayList<>();
        List<Change> inserts = new ArrayList<>();
        for (Pair pair : pairs.values()) {
            if (pair.inserted == null) {
                deletes.add(new Change(present(pair.retracted), 1));
            } else {
                (pair.retracted == null ? inserts : updates).add(new Change(pair.inserted, 1));
            }
        }
        return new TableDelta(table, deletes, updates, inserts);
    }

    private static Row present(@Nullable Row row) {
        if (row == null) {
            throw PgtrickleException.of(ErrorCode.INTERNAL, "a key without a row");
        }
        return row;
    }
}
