package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.model.Range.Bound;
import io.pgtrickle.model.type.SqlType;

/// The order of the bounds of ranges over one type (`range_cmp_bounds`).
record RangeBounds(SqlType subtype) {

    /// @param type a range or multirange type
    static RangeBounds of(SqlType type) {
        return new RangeBounds(
                switch (type) {
                    case SqlType.RangeType(_, SqlType subtype) -> subtype;
                    case SqlType.MultirangeType(_, SqlType.RangeType range) -> range.subtype();
                    default -> throw new IllegalArgumentException("no ranges in " + type);
                });
    }

    int compareLower(Bound a, Bound b) {
        if (a.value().isEmpty() || b.value().isEmpty()) {
            return Boolean.compare(a.value().isPresent(), b.value().isPresent());
        }
        int order = subtype.compare(a.value().get(), b.value().get());
        return order != 0 ? order : Boolean.compare(b.inclusive(), a.inclusive());
    }

    int compareUpper(Bound a, Bound b) {
        if (a.value().isEmpty() || b.value().isEmpty()) {
            return Boolean.compare(b.value().isPresent(), a.value().isPresent());
        }
        int order = subtype.compare(a.value().get(), b.value().get());
        return order != 0 ? order : Boolean.compare(a.inclusive(), b.inclusive());
    }

    /// Whether a range that ends so and one that begins so have a value in common.
    boolean overlap(Bound upper, Bound lower) {
        if (upper.value().isEmpty() || lower.value().isEmpty()) {
            return true;
        }
        int order = subtype.compare(upper.value().get(), lower.value().get());
        return order > 0 || order == 0 && upper.inclusive() && lower.inclusive();
    }

    /// Whether nothing lies between them.
    boolean touch(Bound upper, Bound lower) {
        if (upper.value().isEmpty() || lower.value().isEmpty()) {
            return true;
        }
        int order = subtype.compare(upper.value().get(), lower.value().get());
        return order > 0 || order == 0 && (upper.inclusive() || lower.inclusive());
    }
}
