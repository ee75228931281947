package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.Numeric.Finite;
import io.pgtrickle.model.Numeric.Special;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/// Arithmetic of numeric as in PostgreSQL's `numeric.c`: the display scale of each result, rounding half away from zero, NaN
/// and the infinities, overflow.
public final class NumericArithmetic {

    /// `NUMERIC_MIN_SIG_DIGITS`: significant digits that a quotient has at least.
    private static final int MIN_SIGNIFICANT_DIGITS = 16;

    /// `NUMERIC_MAX_DISPLAY_SCALE`: a quotient's largest scale.
    private static final int MAX_DISPLAY_SCALE = 1000;

    /// `DEC_DIGITS`: decimal digits in one of PostgreSQL's base-10000 digits.
    private static final int DECIMAL_DIGITS = 4;

    /// `NUMERIC_DSCALE_MAX`: the largest scale that a value can have.
    private static final int MAX_SCALE = 0x3fff;

    /// Digits before the point that a value can have (`NUMERIC_WEIGHT_MAX`).
    private static final int MAX_WHOLE_DIGITS = (0x7fff + 1) * DECIMAL_DIGITS;

    private NumericArithmetic() {}

    /// The value as a numeric that PostgreSQL can hold.
    public static Numeric checked(BigDecimal value) {
        if (value.precision() - value.scale() > MAX_WHOLE_DIGITS && value.signum() != 0) {
            throw RowErrors.of("22003", "value overflows numeric format");
        }
        return Numeric.of(value);
    }

    static Numeric add(Numeric a, Numeric b) {
        if (a instanceof Finite(BigDecimal x) && b instanceof Finite(BigDecimal y)) {
            return checked(x.add(y));
        }
        if (a == Special.NAN || b == Special.NAN) {
            return Special.NAN;
        }
        if (a instanceof Special && b instanceof Special && !a.equals(b)) {
            return Special.NAN;
        }
        return a instanceof Special ? a : b;
    }

    static Numeric subtract(Numeric a, Numeric b) {
        return add(a, negate(b));
    }

    static Numeric negate(Numeric a) {
        return switch (a) {
            case Finite(BigDecimal x) -> Numeric.of(x.negate());
            case Special special ->
                    switch (special) {
                        case NAN -> Special.NAN;
                        case POSITIVE_INFINITY -> Special.NEGATIVE_INFINITY;
                        case NEGATIVE_INFINITY -> Special.POSITIVE_INFINITY;
                    };
        };
    }

    static Numeric abs(Numeric a) {
        return a != Special.NAN && sign(a) < 0 ? negate(a) : a;
    }

    /// The sign of a number or infinity.
    static int sign(Numeric a) {
        return switch (a) {
            case Finite(BigDecimal x) -> x.signum();
            case Special special -> special == Special.NEGATIVE_INFINITY ? -1 : 1;
        };
    }

    static Numeric multiply(Numeric a, Numeric b) {
        if (a instanceof Finite(BigDecimal x) && b instanceof Finite(BigDecimal y)) {
            BigDecimal product = x.multiply(y);
            return checked(
                    product.scale() > MAX_SCALE
                            ? product.setScale(MAX_SCALE, RoundingMode.HALF_UP)
                            : product);
        }
        if (a == Special.NAN || b == Special.NAN) {
            return Special.NAN;
        }
        return infinity(sign(a) * sign(b));
    }

    private static Numeric infinity(int sign) {
        return sign == 0
                ? Special.NAN
                : sign > 0 ? Special.POSITIVE_INFINITY : Special.NEGATIVE_INFINITY;
    }

    /// The quotient, with the scale that PostgreSQL chooses for it (`numeric_div`).
    ///
    /// @throws io.pgtrickle.model.PgtrickleException 22012 for a zero divisor
    public static Numeric divide(Numeric a, Numeric b) {
        return quotient(a, b, false);
    }

    /// The whole part of the quotient (`div`).
    static Numeric divideWhole(Numeric a, Numeric b) {
        return quotient(a, b, true);
    }

    private static Numeric quotient(Numeric a, Numeric b, boolean whole) {
        if (a == Special.NAN || b == Special.NAN) {
            return Special.NAN;
        }
        if (b instanceof Special) {
            return a instanceof Special ? Special.NAN : Numeric.of(0);
        }
        if (sign(b) == 0) {
            throw RowErrors.divisionByZero();
        }
        if (a instanceof Finite(BigDecimal x) && b instanceof Finite(BigDecimal y)) {
            return checked(
                    whole
                            ? x.divide(y, 0, RoundingMode.DOWN)
                            : x.divide(y, quotientScale(x, y), RoundingMode.HALF_UP));
        }
        return infinity(sign(a) * sign(b));
    }

    /// `select_div_scale`: at least 16 significant digits and no fewer than either operand shows, estimated from the first
    /// base-10000 digits.
    static int quotientScale(BigDecimal dividend, BigDecimal divisor) {
        int weight = weight(dividend) - weight(divisor);
        if (firstDigit(dividend) <= firstDigit(divisor)) {
            weight--;
        }
        int scale = MIN_SIGNIFICANT_DIGITS - weight * DECIMAL_DIGITS;
        scale = Math.max(scale, dividend.scale());
        scale = Math.max(scale, divisor.scale());
        return Math.clamp(scale, 0, MAX_DISPLAY_SCALE);
    }

    /// The place of the first base-10000 digit: 0 is the one before the point.
    static int weight(BigDecimal value) {
        return value.signum() == 0
                ? 0
                : Math.floorDiv(value.precision() - value.scale() - 1, DECIMAL_DIGITS);
    }

    private static int firstDigit(BigDecimal value) {
        if (value.signum() == 0) {
            return 0;
        }
        // the number of the value's decimal digits that belong to the first base-10000 digit
        int digits = Math.floorMod(value.precision() - value.scale() - 1, DECIMAL_DIGITS) + 1;
        int surplus = value.precision() - digits;
        BigInteger unscaled = value.unscaledValue().abs();
        return surplus >= 0
                ? unscaled.divide(BigInteger.TEN.pow(surplus)).intValue()
                : unscaled.multiply(BigInteger.TEN.pow(-surplus)).intValue();
    }

    /// The remainder of the truncated quotient: it has the dividend's sign.
    static Numeric remainder(Numeric a, Numeric b) {
        if (a == Special.NAN || b == Special.NAN) {
            return Special.NAN;
        }
        if (sign(b) == 0) {
            throw RowErrors.divisionByZero();
        }
        if (a instanceof Finite(BigDecimal x) && b instanceof Finite(BigDecimal y)) {
            return checked(x.remainder(y).setScale(Math.max(x.scale(), y.scale())));
        }
        return a instanceof Special ? Special.NAN : a;
    }

    /// Rounded to so many digits after the point, or before it if negative; shown with as many.
    static Numeric withScale(Numeric a, int scale, RoundingMode mode) {
        return a instanceof Finite(BigDecimal x) ? checked(x.setScale(scale, mode)) : a;
    }
}
