package io.pgtrickle.dataflow;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A table's rows as they are after the changes so far.
sealed interface SourceRows permits KeyedSourceRows, WholeSourceRows {

    /// Says which changes come next.
    void prefetch(List<SourceChange> changes);

    /// False where a row of that key is there.
    boolean insert(Row row);

    /// A row that can't be there yet.
    void load(Row row);

    /// The full row that went; null where there is none.
    @Nullable Row remove(Row old);

    void removeAll(ZSet delta);
}
