package io.pgtrickle.model;

import java.math.BigDecimal;

/// A value of type numeric: a decimal with its display scale, or NaN, or an infinity.
///
/// Equality here is equality of images, so `1.0` and `1.00` differ; `compare` is PostgreSQL's order, in which they are
/// the same and −∞ < every number < ∞ < NaN.
public sealed interface Numeric {

    /// @param value its scale, never negative, is the display scale
    record Finite(BigDecimal value) implements Numeric {
        public Finite {
            if (value.scale() < 0) {
                value = value.setScale(0);
            }
        }

        @Override
        public String toString() {
            return value.toPlainString();
        }
    }

    /// NaN and the infinities, in PostgreSQL's spelling; numbers stand between the first and the second.
    enum Special implements Numeric {
        NEGATIVE_INFINITY("-Infinity"),
        POSITIVE_INFINITY("Infinity"),
        NAN("NaN");

        private final String text;

        Special(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    static Numeric of(BigDecimal value) {
        return new Finite(value);
    }

    static Numeric of(long value) {
        return new Finite(BigDecimal.valueOf(value));
    }

    /// In PostgreSQL's order; 0 for numbers that differ in scale only.
    static int compare(Numeric a, Numeric b) {
        if (a instanceof Finite(BigDecimal x) && b instanceof Finite(BigDecimal y)) {
            return x.compareTo(y);
        }
        return Integer.compare(rank(a), rank(b));
    }

    private static int rank(Numeric value) {
        return switch (value) {
            case Special special -> special == Special.NEGATIVE_INFINITY ? -1 : special.ordinal();
            case Finite _ -> 0;
        };
    }
}
