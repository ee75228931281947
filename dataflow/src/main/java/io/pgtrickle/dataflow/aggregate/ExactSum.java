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
        if (value == 0) {
            return this;
        }
        long bits = Double.doubleToLongBits(value);
        int biased = (int) (bits >>> MANTISSA_BITS) & 0x7ff;
        long fraction = bits & (1L << MANTISSA_BITS) - 1;
        long significand = biased == 0 ? fraction : fraction | 1L << MANTISSA_BITS;
        int scale = Math.max(biased, 1) - 1 + SMALLEST_EXPONENT;
        BigInteger term =
                BigInteger.valueOf(value < 0 ? -significand : significand)
                        .multiply(BigInteger.valueOf(weight));
        int common = Math.min(scale, exponent);
        return normalized(
                term.shiftLeft(scale - common).add(mantissa.shiftLeft(exponent - common)), common);
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
