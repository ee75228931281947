package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.Numeric.Finite;
import io.pgtrickle.model.Numeric.Special;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/// Functions of numeric that PostgreSQL computes exactly and then rounds, whatever way it goes: square roots, common divisors and
/// multiples. `exp`, `ln`, `log` and `power` aren't here: PostgreSQL rounds within, and not alike in all versions.
final class NumericRoots {

    /// `NUMERIC_MIN_SIG_DIGITS` and `NUMERIC_MAX_DISPLAY_SCALE`.
    private static final int MIN_SIGNIFICANT_DIGITS = 16;

    private static final int MAX_DISPLAY_SCALE = 1000;
    private static final int DECIMAL_DIGITS = 4;

    private NumericRoots() {}

    static Numeric squareRoot(Numeric a) {
        if (a == Special.NAN || a == Special.POSITIVE_INFINITY) {
            return a;
        }
        if (!(a instanceof Finite(BigDecimal x)) || x.signum() < 0) {
            throw RowErrors.of("2201F", "cannot take square root of a negative number");
        }
        // as many digits as the root will have before the point, estimated (`numeric_sqrt`)
        int weight = NumericArithmetic.weight(x);
        int whole =
                weight >= 0
                        ? weight * DECIMAL_DIGITS / 2 + 1
                        : 1 - (-weight * DECIMAL_DIGITS + 1) / 2;
        int scale =
                Math.clamp(
                        Math.max(MIN_SIGNIFICANT_DIGITS - whole, x.scale()), 0, MAX_DISPLAY_SCALE);
        // the integer root of x · 10^2(scale+1), which is cut off, rounds as the root itself does
        BigInteger shifted =
                x.movePointRight(2 * (scale + 1)).setScale(0, RoundingMode.DOWN).toBigInteger();
        return Numeric.of(
                new BigDecimal(shifted.sqrt(), scale + 1).setScale(scale, RoundingMode.HALF_UP));
    }

    static Numeric divisor(Numeric a, Numeric b) {
        return a instanceof Finite(BigDecimal x) && b instanceof Finite(BigDecimal y)
                ? Numeric.of(divisor(x, y))
                : Special.NAN;
    }

    private static BigDecimal divisor(BigDecimal a, BigDecimal b) {
        int scale = Math.max(a.scale(), b.scale());
        return new BigDecimal(
                a.setScale(scale).unscaledValue().gcd(b.setScale(scale).unscaledValue()), scale);
    }

    static Numeric multiple(Numeric a, Numeric b) {
        if (!(a instanceof Finite(BigDecimal x) && b instanceof Finite(BigDecimal y))) {
            return Special.NAN;
        }
        int scale = Math.max(x.scale(), y.scale());
        if (x.signum() == 0 || y.signum() == 0) {
            return Numeric.of(BigDecimal.ZERO.setScale(scale));
        }
        BigDecimal divisor = divisor(x, y);
        return NumericArithmetic.checked(
                x.divide(divisor).multiply(y).abs().setScale(scale, RoundingMode.UNNECESSARY));
    }
}
