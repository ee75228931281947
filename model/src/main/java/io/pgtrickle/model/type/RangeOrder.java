package io.pgtrickle.model.type;

import io.pgtrickle.model.Multirange;
import io.pgtrickle.model.Range;
import io.pgtrickle.model.Range.Between;
import io.pgtrickle.model.Range.Bound;
import java.util.List;

/// The order of ranges (`range_cmp`): the empty one first, then by lower and upper bound; and of multiranges, range by range.
final class RangeOrder {

    /// In keys: before a range, the end of a multirange.
    private static final int END = 0;

    private static final int EMPTY = 1;
    private static final int BETWEEN = 2;

    /// In keys: before a bound.
    private static final int MINUS_INFINITE = 0;

    private static final int FINITE = 1;
    private static final int INFINITE = 2;

    private RangeOrder() {}

    static int compare(SqlType subtype, Range a, Range b) {
        if (a instanceof Between x && b instanceof Between y) {
            return compareBounds(subtype, x, y);
        }
        return Boolean.compare(a instanceof Between, b instanceof Between);
    }

    private static int compareBounds(SqlType subtype, Between a, Between b) {
        int lower = compareBounds(subtype, a.lower(), b.lower(), true);
        return lower != 0 ? lower : compareBounds(subtype, a.upper(), b.upper(), false);
    }

    /// Of bounds at one value an inclusive lower one is below an exclusive one, an inclusive upper one above.
    static int compareBounds(SqlType subtype, Bound a, Bound b, boolean lower) {
        if (a.value().isEmpty() || b.value().isEmpty()) {
            int sign = Boolean.compare(a.value().isEmpty(), b.value().isEmpty());
            return lower ? -sign : sign;
        }
        int values = subtype.compare(a.value().get(), b.value().get());
        if (values != 0) {
            return values;
        }
        int inclusive = Boolean.compare(a.inclusive(), b.inclusive());
        return lower ? -inclusive : inclusive;
    }

    static int compare(SqlType subtype, Multirange a, Multirange b) {
        List<Between> left = a.ranges();
        List<Between> right = b.ranges();
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            int sign = compareBounds(subtype, left.get(i), right.get(i));
            if (sign != 0) {
                return sign;
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    static void writeKey(SqlType subtype, Range range, ByteWriter out) {
        switch (range) {
            case Range.Empty _ -> out.writeByte(EMPTY);
            case Between(Bound lower, Bound upper) -> {
                out.writeByte(BETWEEN);
                writeKey(subtype, lower, true, out);
                writeKey(subtype, upper, false, out);
            }
        }
    }

    private static void writeKey(SqlType subtype, Bound bound, boolean lower, ByteWriter out) {
        if (bound.value().isEmpty()) {
            out.writeByte(lower ? MINUS_INFINITE : INFINITE);
        } else {
            out.writeByte(FINITE);
            subtype.writeKey(bound.value().get(), out);
            out.writeByte(bound.inclusive() == lower ? 0 : 1);
        }
    }

    static void writeKey(SqlType subtype, Multirange multirange, ByteWriter out) {
        for (Between range : multirange.ranges()) {
            writeKey(subtype, range, out);
        }
        out.writeByte(END);
    }
}
