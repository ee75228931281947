package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.BitString;
import io.pgtrickle.model.Bytes;
import java.util.function.IntPredicate;

/// Functions of bit and varbit (`varbit.c`).
final class BitFunctions {

    /// `VARBITMAXLEN`.
    private static final long MAX_BITS = Integer.MAX_VALUE - 7L;

    private BitFunctions() {}

    static void register(FunctionRegistry registry) {
        registry.binary(
                1673,
                (a, b) -> {
                    BitString x = (BitString) a;
                    BitString y = sameLength(x, b, "AND");
                    return bits(x.length(), i -> x.bit(i) && y.bit(i));
                });
        registry.binary(
                1674,
                (a, b) -> {
                    BitString x = (BitString) a;
                    BitString y = sameLength(x, b, "OR");
                    return bits(x.length(), i -> x.bit(i) || y.bit(i));
                });
        registry.binary(
                1675,
                (a, b) -> {
                    BitString x = (BitString) a;
                    BitString y = sameLength(x, b, "XOR");
                    return bits(x.length(), i -> x.bit(i) != y.bit(i));
                });
        registry.unary(1676, a -> bits(((BitString) a).length(), i -> !((BitString) a).bit(i)));
        registry.binary(1677, (a, by) -> shifted((BitString) a, (Long) by));
        registry.binary(1678, (a, by) -> shifted((BitString) a, -(Long) by));
        registry.binary(1679, (a, b) -> concatenated((BitString) a, (BitString) b));
        registry.unary(1681, a -> (long) ((BitString) a).length());
        registry.unary(1682, a -> (long) ((BitString) a).bytes().length());
        registry.ternary(
                1680, (a, start, length) -> substring((BitString) a, (Long) start, (Long) length));
        registry.binary(
                1699,
                (a, start) -> part((BitString) a, Math.max((Long) start, 1) - 1, Long.MAX_VALUE));
        registry.binary(3032, (a, index) -> bitAt((BitString) a, (Long) index) ? 1L : 0L);
        registry.ternary(3033, (a, index, bit) -> withBit((BitString) a, (Long) index, (Long) bit));
        registry.binary(1698, (a, b) -> position((BitString) a, (BitString) b));
        registry.ternary(
                1685, (a, length, explicit) -> fixed((BitString) a, (Long) length, explicit));
        registry.ternary(
                1687, (a, length, explicit) -> limited((BitString) a, (Long) length, explicit));
        for (int fromInteger : new int[] {1683, 2075}) {
            registry.binary(fromInteger, (a, length) -> bits((Long) a, (Long) length));
        }
        registry.unary(1684, a -> (long) (int) number((BitString) a, 32, "integer"));
        registry.unary(2076, a -> number((BitString) a, 64, "bigint"));
    }

    private static BitString bits(int length, IntPredicate bit) {
        byte[] bytes = new byte[(int) ((length + 7L) / 8)];
        for (int i = 0; i < length; i++) {
            if (bit.test(i)) {
                bytes[i / 8] |= (byte) (0x80 >> i % 8);
            }
        }
        return new BitString(length, Bytes.of(bytes));
    }

    private static BitString sameLength(BitString a, Object b, String verb) {
        BitString other = (BitString) b;
        if (other.length() != a.length()) {
            throw RowErrors.of("22026", "cannot " + verb + " bit strings of different sizes");
        }
        return other;
    }

    /// To the left, or to the right if negative.
    private static BitString shifted(BitString a, long by) {
        int length = a.length();
        return bits(length, i -> i + by >= 0 && i + by < length && a.bit((int) (i + by)));
    }

    private static BitString concatenated(BitString a, BitString b) {
        if ((long) a.length() + b.length() > MAX_BITS) {
            throw RowErrors.of(
                    "54000", "bit string length exceeds the maximum allowed (" + MAX_BITS + ")");
        }
        int first = a.length();
        return bits(first + b.length(), i -> i < first ? a.bit(i) : b.bit(i - first));
    }

    private static BitString substring(BitString a, long start, long length) {
        if (length < 0) {
            throw RowErrors.of("22011", "negative substring length not allowed");
        }
        long from = Math.max(start, 1);
        return part(a, from - 1, start + length - from);
    }

    private static BitString part(BitString a, long from, long count) {
        if (from >= a.length() || count <= 0) {
            return bits(0, _ -> false);
        }
        int start = (int) from;
        return bits((int) Math.min(count, a.length() - from), i -> a.bit(start + i));
    }

    private static boolean bitAt(BitString a, long index) {
        checkIndex(a, index);
        return a.bit((int) index);
    }

    private static BitString withBit(BitString a, long index, long bit) {
        checkIndex(a, index);
        if (bit != 0 && bit != 1) {
            throw RowErrors.of("22023", "new bit must be 0 or 1");
        }
        return bits(a.length(), i -> i == index ? bit == 1 : a.bit(i));
    }

    private static void checkIndex(BitString a, long index) {
        if (index < 0 || index >= a.length()) {
            throw RowErrors.of(
                    "2202E",
                    "bit index " + index + " out of valid range (0.." + (a.length() - 1) + ")");
        }
    }

    private static Object position(BitString text, BitString part) {
        if (text.length() == 0 || part.length() > text.length()) {
            return 0L;
        }
        for (int at = 0; at <= text.length() - part.length(); at++) {
            if (matches(text, part, at)) {
                return at + 1L;
            }
        }
        return 0L;
    }

    private static boolean matches(BitString text, BitString part, int at) {
        for (int i = 0; i < part.length(); i++) {
            if (text.bit(at + i) != part.bit(i)) {
                return false;
            }
        }
        return true;
    }

    /// `bit(n)`: cut, or filled with zeros, by explicit casts only.
    private static BitString fixed(BitString a, long length, Object explicit) {
        if (length <= 0 || length > MAX_BITS || length == a.length()) {
            return a;
        }
        if (!(Boolean) explicit) {
            throw RowErrors.of(
                    "22026",
                    "bit string length " + a.length() + " does not match type bit(" + length + ")");
        }
        return bits((int) length, i -> i < a.length() && a.bit(i));
    }

    /// `varbit(n)`.
    private static BitString limited(BitString a, long length, Object explicit) {
        if (length <= 0 || length >= a.length()) {
            return a;
        }
        if (!(Boolean) explicit) {
            throw RowErrors.of("22001", "bit string too long for type bit varying(" + length + ")");
        }
        return part(a, 0, length);
    }

    /// The lowest bits of a number.
    private static BitString bits(long number, long length) {
        int count = (int) (length <= 0 || length > MAX_BITS ? 1 : length);
        return bits(count, i -> (number >> Math.min(count - 1 - i, 63) & 1) != 0);
    }

    private static long number(BitString a, int limit, String type) {
        if (a.length() > limit) {
            throw RowErrors.outOfRange(type);
        }
        long number = 0;
        for (int i = 0; i < a.length(); i++) {
            number = number << 1 | (a.bit(i) ? 1 : 0);
        }
        return number;
    }
}
