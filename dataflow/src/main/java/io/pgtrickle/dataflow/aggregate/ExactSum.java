package io.pgtrickle.dataflow.aggregate;

import java.math.BigInteger;

/// A sum of doubles without any rounding: `mantissa` × 2^`exponent`, the mantissa odd or 0. Every finite double is such a number, and
/// so is every sum of them, in at most some 2,100 bits plus those of the count; sums of values of like size need few.
///
/// @param exponent 0 where the mantissa is 0
record ExactSum(BigInteger mantissa, int exponent) {

    static final ExactSum ZERO = new ExactSum(BigInteger.ZERO, 0);

    private static final int SMALLEST_EXPONENT = -1074;
    private static final int MANTISSA_BITS = 52;

    /// More bits than any double has, so that one further bit may stand for all that were cut.
    private static final int KEPT_BITS = 66;

    /// @param value finite
    ExactSum plus(double value, long weight) {
        return plus(of(value).times(weight));
    }

    /// @param value finite
    static ExactSum of(double value) {
        if (value == 0) {
            return ZERO;
        }
        long bits = Double.doubleToLongBits(value);
        int biased = (int) (bits >>> MANTISSA_BITS) & 0x7ff;
        long fraction = bits & (1L << MANTISSA_BITS) - 1;
        long significand = biased == 0 ? fraction : fraction | 1L << MANTISSA_BITS;
        int scale = Math.max(biased, 1) - 1 + SMALLEST_EXPONENT;
        return normalized(BigInteger.valueOf(value < 0 ? -significand : significand), scale);
    }

    ExactSum plus(ExactSum other) {
        if (mantissa.signum() == 0 || other.mantissa.signum() == 0) {
            return mantissa.signum() == 0 ? other : this;
        }
        int common = Math.min(exponent, other.exponent);
        return normalized(
                mantissa.shiftLeft(exponent - common)
                        .add(other.mantissa.shiftLeft(other.exponent - common)),
                common);
    }

    ExactSum minus(ExactSum other) {
        return plus(other.times(-1));
    }

    ExactSum times(long factor) {
        return normalized(mantissa.multiply(BigInteger.valueOf(factor)), exponent);
    }

    ExactSum times(ExactSum other) {
        return normalized(mantissa.multiply(other.mantissa), exponent + other.exponent);
    }

    int signum() {
        return mantissa.signum();
    }

    /// The quotient to more digits than a double has; the last bit stands for those that were cut.
    ///
    /// @param divisor not 0
    ExactSum dividedBy(ExactSum divisor) {
        int shift = Math.max(0, KEPT_BITS + divisor.mantissa.bitLength() - mantissa.bitLength());
        BigInteger[] parts =
                mantissa.abs().shiftLeft(shift).divideAndRemainder(divisor.mantissa.abs());
        BigInteger quotient = parts[0].shiftLeft(1);
        quotient = parts[1].signum() == 0 ? quotient : quotient.setBit(0);
        return normalized(
                signum() * divisor.signum() < 0 ? quotient.negate() : quotient,
                exponent - divisor.exponent - shift - 1);
    }

    /// The root to more digits than a double has; the last bit stands for those that were cut.
    ExactSum root() {
        int shift = Math.max(0, 2 * KEPT_BITS - mantissa.bitLength());
        shift += (exponent - shift) & 1;
        BigInteger[] parts = mantissa.shiftLeft(shift).sqrtAndRemainder();
        BigInteger root = parts[0].shiftLeft(1);
        return normalized(
                parts[1].signum() == 0 ? root : root.setBit(0), (exponent - shift) / 2 - 1);
    }

    private static ExactSum normalized(BigInteger mantissa, int exponent) {
        if (mantissa.signum() == 0) {
            return ZERO;
        }
        int zeros = mantissa.getLowestSetBit();
        return new ExactSum(mantissa.shiftRight(zeros), exponent + zeros);
    }

    /// Rounded once, half to even; infinite where the sum is too large.
    double toDouble() {
        ExactSum cut = cut();
        // below the normal range the scaling is exact too, since sums are multiples of the smallest
        // double
        return Math.scalb(cut.mantissa.doubleValue(), cut.exponent);
    }

    /// Rounded once, half to even; the summed values must have been floats.
    float toFloat() {
        ExactSum cut = cut();
        return Math.scalb(cut.mantissa.floatValue(), cut.exponent);
    }

    private ExactSum cut() {
        int surplus = mantissa.bitLength() - KEPT_BITS;
        if (surplus <= 0) {
            return this;
        }
        // odd, so something was cut, and a last bit set stands for it
        BigInteger shortened = mantissa.abs().shiftRight(surplus).setBit(0);
        return new ExactSum(
                mantissa.signum() < 0 ? shortened.negate() : shortened, exponent + surplus);
    }
}
