package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `mode`: the most frequent value, the first in the order among equally frequent ones; of values that are equal in SQL the one with the least
/// image.
record Mode(SqlType type) implements RowsFunction {

    @Override
    public @Nullable Object result(List<CountedRow> rows, Row direct) {
        Object best = null;
        long bestCount = 0;
        Object current = null;
        long count = 0;
        for (CountedRow row : rows) {
            Object value = RowsFunctions.value(row);
            if (current == null || type.compare(current, value) != 0) {
                current = value;
                count = 0;
            }
            count = Math.addExact(count, row.count());
            if (count > bestCount) {
                best = current;
                bestCount = count;
            }
        }
        return best;
    }
}
