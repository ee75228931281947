package io.pgtrickle.dataflow;

import io.pgtrickle.model.ZSet;
import io.pgtrickle.state.Arrangement;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// The integral of one input of a join, by the join's key.
final class JoinRows {

    private static final String OWNER = "a join";

    private final JoinInput input;
    private final WeightedArrangement rows;

    JoinRows(JoinInput input, Arrangement rows) {
        this.input = input;
        this.rows = new WeightedArrangement(rows, input.isDistinct());
    }

    /// The rows of a key; streamed, not gathered.
    void forEach(byte[] key, ZSet.Visitor visitor) {
        try (Arrangement.Cursor cursor = rows.scan(key)) {
            while (cursor.next()) {
                visitor.accept(
                        input.row(key, cursor.key()), WeightedArrangement.weight(cursor.value()));
            }
        }
    }

    void add(KeyGroups changes) {
        List<byte[]> entries = new ArrayList<>();
        changes.forEach(
                (key, changed) -> changed.forEach(row -> entries.add(input.entry(key, row.row()))));
        rows.prefetch(entries);
        Iterator<byte[]> next = entries.iterator();
        changes.forEach(
                (_, changed) -> changed.forEach(row -> rows.add(next.next(), row.weight(), OWNER)));
    }

    void add(byte[] key, List<WeightedRow> changed) {
        for (WeightedRow row : changed) {
            rows.add(input.entry(key, row.row()), row.weight(), OWNER);
        }
    }
}
