package io.pgtrickle.model.type;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.model.BitString;
import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.Interval;
import io.pgtrickle.model.Jsonb;
import io.pgtrickle.model.Labelled;
import io.pgtrickle.model.Multirange;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.Range;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.TimeWithZone;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;

/// The canonical, order-preserving, prefix-free key bytes of values; the only order in the system.
///
/// - Whole numbers: big-endian with the sign bit flipped.
/// - Floats: the IEEE bits, made to sort as unsigned; −0 as 0, one NaN above all.
/// - Strings and byte strings: each 00 byte as 00 FF, then 00 00 at the end.
/// - Numerics: a byte for the class (−∞, negative, zero, positive, ∞, NaN); then the decimal exponent and the significant
///   digits, two a byte plus one, closed by a 00 byte; all inverted for negative numbers.
/// - Containers: the keys of their parts, with bytes between them that tell the end, NULL and the kind.
final class KeyEncoding {

    private static final int NUMERIC_NEGATIVE_INFINITY = 1;
    private static final int NUMERIC_NEGATIVE = 2;
    private static final int NUMERIC_ZERO = 3;
    private static final int NUMERIC_POSITIVE = 4;
    private static final int NUMERIC_POSITIVE_INFINITY = 5;
    private static final int NUMERIC_NAN = 6;

    private KeyEncoding() {}

    static void write(SqlType type, Object value, ByteWriter out) {
        switch (type) {
            case SqlType.Bool _ -> out.writeByte((Boolean) value ? 1 : 0);
            case SqlType.Integral(_, int width, boolean signed) -> {
                BinaryCodec.checkRange(type, width, signed, (Long) value);
                writeIntegral(width, signed, (Long) value, out);
            }
            case SqlType.Real _ -> writeFloat((Float) value, out);
            case SqlType.DoublePrecision _ -> writeDouble((Double) value, out);
            case SqlType.NumericType _ -> writeNumeric((Numeric) value, out);
            case SqlType.Text(_, boolean blankPadded, _) ->
                    writeEscaped(
                            (blankPadded
                                            ? Ordering.withoutTrailingBlanks((String) value)
                                            : (String) value)
                                    .getBytes(UTF_8),
                            out);
            case SqlType.ByteString _, SqlType.Opaque _ ->
                    writeEscaped(((Bytes) value).array(), out);
            case SqlType.LabelledType _ -> writeEscaped(((Labelled) value).label().array(), out);
            case SqlType.IntervalType _ -> writeSpan((Interval) value, out);
            case SqlType.EnumType(_, List<String> labels) ->
                    out.writeInt(Ordering.rank(type, labels, value));
            case SqlType.TimeTzType _ -> {
                TimeWithZone time = (TimeWithZone) value;
                out.writeLong(Ordering.instant(time) ^ Long.MIN_VALUE)
                        .writeInt(time.zone() ^ Integer.MIN_VALUE);
            }
            case SqlType.BitType _ -> {
                BitString bits = (BitString) value;
                writeEscaped(bits.bytes().array(), out);
                out.writeInt(bits.length());
            }
            case SqlType.NetworkType _ -> NetworkOrder.writeKey((Bytes) value, out);
            case SqlType.JsonbType _ -> JsonbOrder.writeKey((Jsonb) value, out);
            case SqlType.ArrayType(_, _, SqlType element) ->
                    ContainerOrder.writeArrayKey(element, (SqlArray) value, out);
            case SqlType.CompositeType(_, List<SqlType.Field> fields) ->
                    ContainerOrder.writeCompositeKey(fields, (Row) value, out);
            case SqlType.RangeType(_, SqlType subtype) ->
                    RangeOrder.writeKey(subtype, (Range) value, out);
            case SqlType.MultirangeType(_, SqlType.RangeType range) ->
                    RangeOrder.writeKey(range.subtype(), (Multirange) value, out);
        }
    }

    private static void writeIntegral(int width, boolean signed, long value, ByteWriter out) {
        switch (width) {
            case 1 -> out.writeByte((int) (signed ? value ^ 0x80 : value));
            case 2 -> out.writeShort((int) (signed ? value ^ 0x8000 : value));
            case 4 -> out.writeInt((int) (signed ? value ^ 0x80000000L : value));
            default -> out.writeLong(signed ? value ^ Long.MIN_VALUE : value);
        }
    }

    private static void writeFloat(float value, ByteWriter out) {
        int bits = Float.floatToIntBits(value == 0 ? 0.0f : value);
        out.writeInt(bits < 0 ? ~bits : bits ^ Integer.MIN_VALUE);
    }

    private static void writeDouble(double value, ByteWriter out) {
        long bits = Double.doubleToLongBits(value == 0 ? 0.0 : value);
        out.writeLong(bits < 0 ? ~bits : bits ^ Long.MIN_VALUE);
    }

    static void writeEscaped(byte[] bytes, ByteWriter out) {
        for (byte b : bytes) {
            out.writeByte(b);
            if (b == 0) {
                out.writeByte(0xff);
            }
        }
        out.writeShort(0);
    }

    static void writeNumeric(Numeric value, ByteWriter out) {
        switch (value) {
            case Numeric.Special special ->
                    out.writeByte(
                            switch (special) {
                                case NEGATIVE_INFINITY -> NUMERIC_NEGATIVE_INFINITY;
                                case POSITIVE_INFINITY -> NUMERIC_POSITIVE_INFINITY;
                                case NAN -> NUMERIC_NAN;
                            });
            case Numeric.Finite(BigDecimal decimal) -> {
                if (decimal.signum() == 0) {
                    out.writeByte(NUMERIC_ZERO);
                } else {
                    writeDigits(decimal, out);
                }
            }
        }
    }

    private static void writeDigits(BigDecimal decimal, ByteWriter out) {
        boolean negative = decimal.signum() < 0;
        int flip = negative ? -1 : 0;
        out.writeByte(negative ? NUMERIC_NEGATIVE : NUMERIC_POSITIVE);
        String digits = decimal.unscaledValue().abs().toString();
        // the value is 0.d1d2d3… × 10^exponent
        out.writeInt((digits.length() - decimal.scale() ^ Integer.MIN_VALUE) ^ flip);
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        for (int i = 0; i < end; i += 2) {
            int pair =
                    (digits.charAt(i) - '0') * 10 + (i + 1 < end ? digits.charAt(i + 1) - '0' : 0);
            out.writeByte((pair + 1) ^ flip);
        }
        out.writeByte(flip);
    }

    /// A span in microseconds needs up to 80 bits: 16 bytes, big-endian, sign bit flipped.
    private static void writeSpan(Interval value, ByteWriter out) {
        BigInteger span = Ordering.span(value);
        out.writeLong(span.shiftRight(64).longValue() ^ Long.MIN_VALUE).writeLong(span.longValue());
    }
}
