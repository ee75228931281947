package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.model.Multirange;
import io.pgtrickle.model.Range;
import io.pgtrickle.model.Range.Between;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `range_agg` of ranges and multiranges: the multirange of everything that is in one of them.
final class RangeUnion implements RowsFunction {

    private final RangeBounds bounds;

    RangeUnion(SqlType type) {
        this.bounds = RangeBounds.of(type);
    }

    @Override
    public @Nullable Object result(List<CountedRow> rows, Row direct) {
        if (rows.isEmpty()) {
            return null;
        }
        List<Between> ranges = new ArrayList<>();
        for (CountedRow row : rows) {
            switch (RowsFunctions.value(row)) {
                case Between range -> ranges.add(range);
                case Multirange(List<Between> several) -> ranges.addAll(several);
                case Range.Empty _ -> {}
                case Object other -> throw new IllegalArgumentException("no range: " + other);
            }
        }
        ranges.sort((a, b) -> bounds.compareLower(a.lower(), b.lower()));
        List<Between> united = new ArrayList<>();
        for (Between range : ranges) {
            if (united.isEmpty() || !bounds.touch(united.getLast().upper(), range.lower())) {
                united.add(range);
            } else if (bounds.compareUpper(range.upper(), united.getLast().upper()) > 0) {
                united.set(united.size() - 1, new Between(united.getLast().lower(), range.upper()));
            }
        }
        return new Multirange(united);
    }
}
