package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.model.Multirange;
import io.pgtrickle.model.Range;
import io.pgtrickle.model.Range.Between;
import io.pgtrickle.model.Range.Bound;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `range_intersect_agg` of ranges, or of multiranges.
final class RangeIntersection implements RowsFunction {

    private final RangeBounds bounds;
    private final boolean multirange;

    RangeIntersection(SqlType type) {
        this.bounds = RangeBounds.of(type);
        this.multirange = type instanceof SqlType.MultirangeType;
    }

    @Override
    public @Nullable Object result(List<CountedRow> rows, Row direct) {
        if (rows.isEmpty()) {
            return null;
        }
        List<Between> common = ranges(RowsFunctions.value(rows.getFirst()));
        for (CountedRow row : rows) {
            List<Between> both = new ArrayList<>();
            for (Between range : ranges(RowsFunctions.value(row))) {
                common.forEach(other -> intersect(range, other, both));
            }
            both.sort((a, b) -> bounds.compareLower(a.lower(), b.lower()));
            common = both;
        }
        if (multirange) {
            return new Multirange(common);
        }
        return common.isEmpty() ? Range.EMPTY : common.getFirst();
    }

    private static List<Between> ranges(Object value) {
        return switch (value) {
            case Between range -> List.of(range);
            case Multirange(List<Between> several) -> several;
            case Range.Empty _ -> List.of();
            case Object other -> throw new IllegalArgumentException("no range: " + other);
        };
    }

    private void intersect(Between a, Between b, List<Between> out) {
        Bound lower = bounds.compareLower(a.lower(), b.lower()) >= 0 ? a.lower() : b.lower();
        Bound upper = bounds.compareUpper(a.upper(), b.upper()) <= 0 ? a.upper() : b.upper();
        if (bounds.overlap(upper, lower)) {
            out.add(new Between(lower, upper));
        }
    }
}
