package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.dataflow.expression.IntervalArithmetic;
import io.pgtrickle.dataflow.expression.RowErrors;
import io.pgtrickle.model.Interval;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `percentile_disc`, the first value at or past the fraction of the rows, and `percentile_cont`, which interpolates; an array of fractions gives an
/// array of the same shape.
record Percentile(boolean continuous) implements RowsFunction {

    /// @param oid of the aggregate
    static Percentile of(int oid) {
        return new Percentile(oid != 3972 && oid != 3978);
    }

    @Override
    public @Nullable Object result(List<CountedRow> rows, Row direct) {
        Object fraction = direct.get(0);
        if (!(fraction instanceof SqlArray array)) {
            return fraction == null ? null : value(rows, (Double) fraction);
        }
        if (rows.isEmpty()) {
            return null;
        }
        List<@Nullable Object> values =
                array.elements().stream()
                        .<@Nullable Object>map(
                                element -> element == null ? null : value(rows, (Double) element))
                        .toList();
        return new SqlArray(array.dimensions(), values);
    }

    private @Nullable Object value(List<CountedRow> rows, double fraction) {
        if (!(fraction >= 0 && fraction <= 1)) {
            throw RowErrors.of("22003", "percentile value " + fraction + " is not between 0 and 1");
        }
        if (rows.isEmpty()) {
            return null;
        }
        long count = 0;
        for (CountedRow row : rows) {
            count = Math.addExact(count, row.count());
        }
        if (!continuous) {
            return nth(rows, Math.max((long) Math.ceil(fraction * count), 1) - 1);
        }
        double place = fraction * (count - 1);
        long low = (long) Math.floor(place);
        long high = (long) Math.ceil(place);
        Object first = nth(rows, low);
        return low == high ? first : between(first, nth(rows, high), place - low);
    }

    private static Object between(Object low, Object high, double share) {
        if (low instanceof Interval from && high instanceof Interval to) {
            return IntervalArithmetic.add(
                    IntervalArithmetic.multiply(IntervalArithmetic.subtract(to, from), share),
                    from);
        }
        double from = (Double) low;
        return from + share * ((Double) high - from);
    }

    /// @param place from 0 on
    private static Object nth(List<CountedRow> rows, long place) {
        long passed = 0;
        for (CountedRow row : rows) {
            passed += row.count();
            if (passed > place) {
                return RowsFunctions.value(row);
            }
        }
        throw new IllegalArgumentException("row " + place + " of " + passed);
    }
}
