package io.pgtrickle.model.type;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.PgtrickleException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;

/// The binary image of numeric: count of base-10000 digits, weight of the first, sign, display scale, digits
/// (`numeric_send` in PostgreSQL's `numeric.c`).
final class NumericCodec {

    private static final int NEGATIVE = 0x4000;
    private static final int NAN = 0xc000;
    private static final int POSITIVE_INFINITY = 0xd000;
    private static final int NEGATIVE_INFINITY = 0xf000;
    private static final BigInteger BASE = BigInteger.valueOf(10_000);

    /// So many base-10000 digits fit a long.
    private static final int DIGITS_IN_LONG = 4;

    /// A magnitude of so many decimal digits, filled up to whole base-10000 digits, fits a long.
    private static final int PRECISION_IN_LONG = 15;

    private static final long[] POWERS_OF_TEN = new long[PRECISION_IN_LONG + 1];

    static {
        POWERS_OF_TEN[0] = 1;
        for (int i = 1; i < POWERS_OF_TEN.length; i++) {
            POWERS_OF_TEN[i] = POWERS_OF_TEN[i - 1] * 10;
        }
    }

    private NumericCodec() {}

    static Numeric decode(byte[] source, int offset, int length) {
        if (length < 8) {
            throw PgtrickleException.of(
                    ErrorCode.STREAM_MALFORMED, "a numeric of " + length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(source, offset, length);
        int digits = in.getShort();
        int weight = in.getShort();
        int sign = in.getShort() & 0xffff;
        int scale = in.getShort();
        if (digits < 0 || length != 8 + 2 * digits || scale < 0) {
            throw PgtrickleException.of(
                    ErrorCode.STREAM_MALFORMED,
                    "a numeric of " + digits + " digits in " + length + " bytes");
        }
        return switch (sign) {
            case NAN -> Numeric.Special.NAN;
            case POSITIVE_INFINITY -> Numeric.Special.POSITIVE_INFINITY;
            case NEGATIVE_INFINITY -> Numeric.Special.NEGATIVE_INFINITY;
            case 0, NEGATIVE -> finite(in, digits, weight, sign == NEGATIVE, scale);
            default ->
                    throw PgtrickleException.of(
                            ErrorCode.STREAM_MALFORMED,
                            "a numeric with sign " + Integer.toHexString(sign));
        };
    }

    private static Numeric finite(
            ByteBuffer in, int digits, int weight, boolean negative, int scale) {
        int exponent = 4 * (weight - digits + 1);
        BigDecimal magnitude;
        if (digits <= DIGITS_IN_LONG) {
            long value = 0;
            for (int i = 0; i < digits; i++) {
                value = value * 10_000 + digit(in);
            }
            int surplus = -exponent - scale;
            if (surplus >= 0 && surplus < POWERS_OF_TEN.length) {
                long shown = value / POWERS_OF_TEN[surplus];
                return Numeric.of(BigDecimal.valueOf(negative ? -shown : shown, scale));
            }
            magnitude = BigDecimal.valueOf(negative ? -value : value, -exponent);
        } else {
            BigInteger value = BigInteger.ZERO;
            for (int i = 0; i < digits; i++) {
                value = value.multiply(BASE).add(BigInteger.valueOf(digit(in)));
            }
            magnitude = new BigDecimal(negative ? value.negate() : value, -exponent);
        }
        // digits beyond the display scale don't occur in values that PostgreSQL sends
        return Numeric.of(magnitude.setScale(scale, java.math.RoundingMode.DOWN));
    }

    private static int digit(ByteBuffer in) {
        int digit = in.getShort();
        if (digit < 0 || digit > 9_999) {
            throw PgtrickleException.of(
                    ErrorCode.STREAM_MALFORMED, "a numeric with the digit " + digit);
        }
        return digit;
    }

    static void encode(Numeric value, ByteWriter out) {
        switch (value) {
            case Numeric.Special special -> {
                int sign =
                        switch (special) {
                            case NAN -> NAN;
                            case POSITIVE_INFINITY -> POSITIVE_INFINITY;
                            case NEGATIVE_INFINITY -> NEGATIVE_INFINITY;
                        };
                out.writeInt(0)
                        .writeShort(sign)
                        .writeShort(special == Numeric.Special.NAN ? 0 : 0x20);
            }
            case Numeric.Finite(BigDecimal decimal) -> encodeFinite(decimal, out);
        }
    }

    private static void encodeFinite(BigDecimal decimal, ByteWriter out) {
        int scale = decimal.scale();
        // a whole number of base-10000 digits on either side of the point
        int fraction = (scale + 3) / 4;
        if (decimal.precision() <= PRECISION_IN_LONG) {
            encodeLong(decimal, fraction, out);
            return;
        }
        BigInteger rest =
                decimal.unscaledValue().abs().multiply(BigInteger.TEN.pow(fraction * 4 - scale));
        short[] reversed = new short[rest.bitLength() / 13 + 1];
        int count = 0;
        while (rest.signum() != 0) {
            BigInteger[] parts = rest.divideAndRemainder(BASE);
            reversed[count++] = parts[1].shortValue();
            rest = parts[0];
        }
        write(reversed, count, fraction, decimal, out);
    }

    private static void encodeLong(BigDecimal decimal, int fraction, ByteWriter out) {
        int scale = decimal.scale();
        long unscaled = decimal.scaleByPowerOfTen(scale).longValue();
        long rest = Math.abs(unscaled) * POWERS_OF_TEN[fraction * 4 - scale];
        short[] reversed = new short[5];
        int count = 0;
        while (rest != 0) {
            reversed[count++] = (short) (rest % 10_000);
            rest /= 10_000;
        }
        write(reversed, count, fraction, decimal, out);
    }

    /// @param reversed base-10000 digits, the last first
    /// @param fraction how many of them are behind the point
    private static void write(
            short[] reversed, int count, int fraction, BigDecimal decimal, ByteWriter out) {
        int trailing = 0;
        while (trailing < count && reversed[trailing] == 0) {
            trailing++;
        }
        out.writeShort(count - trailing);
        out.writeShort(count == 0 ? 0 : count - fraction - 1);
        out.writeShort(decimal.signum() < 0 ? NEGATIVE : 0);
        out.writeShort(decimal.scale());
        for (int i = count - 1; i >= trailing; i--) {
            out.writeShort(reversed[i]);
        }
    }
}
