package io.pgtrickle.dataflow;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.state.Arrangement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The row's image → how often it is there.
record WholeSourceRows(WeightedArrangement rows, RowCodec codec) implements SourceRows {

    @Override
    public void prefetch(List<SourceChange> changes) {}

    @Override
    public boolean insert(Row row) {
        rows.tryAdd(codec.encode(row), 1);
        return true;
    }

    @Override
    public void load(Row row) {
        insert(row);
    }

    @Override
    public @Nullable Row remove(Row old) {
        return rows.tryAdd(codec.encode(old), -1) < 0 ? null : old;
    }

    @Override
    public void removeAll(ZSet delta) {
        try (Arrangement.Cursor cursor = rows.scan(new byte[0])) {
            while (cursor.next()) {
                delta.add(codec.decode(cursor.key()), -WeightedArrangement.weight(cursor.value()));
                rows.delete(cursor.key());
            }
        }
    }
}
