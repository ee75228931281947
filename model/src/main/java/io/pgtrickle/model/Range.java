package io.pgtrickle.model;

import java.util.Optional;

/// A value of a range type, in the canonical form that PostgreSQL gave it.
public sealed interface Range {

    Range EMPTY = new Empty();

    record Empty() implements Range {}

    record Between(Bound lower, Bound upper) implements Range {}

    /// @param value empty for a bound at infinity, which is never inclusive
    record Bound(Optional<Object> value, boolean inclusive) {

        public static final Bound INFINITE = new Bound(Optional.empty(), false);

        public Bound {
            if (value.isEmpty() && inclusive) {
                throw new IllegalArgumentException("an infinite bound is not inclusive");
            }
        }
    }
}
