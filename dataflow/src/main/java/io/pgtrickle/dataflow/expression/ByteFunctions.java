package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.IntBinaryOperator;

/// More functions of bytea (`varlena.c`, `cryptohashfuncs.c`, `encode.c`), of "char" and of MAC addresses.
final class ByteFunctions {

    private static final int BASE64_LINE = 76;
    private static final int FIRST_HIGH = 0x80;

    private ByteFunctions() {}

    static void register(FunctionRegistry registry) {
        for (int substring : new int[] {2012, 2085}) {
            registry.ternary(
                    substring,
                    (a, start, length) -> substring((Bytes) a, (Long) start, (Long) length));
        }
        for (int substring : new int[] {2013, 2086}) {
            registry.binary(
                    substring,
                    (a, start) -> part((Bytes) a, Math.max((Long) start, 1) - 1, Long.MAX_VALUE));
        }
        registry.binary(2014, (a, b) -> position((Bytes) a, (Bytes) b));
        registry.binary(2015, (a, set) -> trimmed((Bytes) a, (Bytes) set, true, true));
        registry.binary(6195, (a, set) -> trimmed((Bytes) a, (Bytes) set, true, false));
        registry.binary(6196, (a, set) -> trimmed((Bytes) a, (Bytes) set, false, true));
        registry.binary(721, (a, index) -> (long) (byteAt((Bytes) a, (Long) index) & 0xff));
        registry.binary(723, (a, index) -> bitAt((Bytes) a, (Long) index));
        registry.unary(2321, a -> HexFormat.of().formatHex(digest("MD5", (Bytes) a)));
        registry.unary(3419, a -> Bytes.of(digest("SHA-224", (Bytes) a)));
        registry.unary(3420, a -> Bytes.of(digest("SHA-256", (Bytes) a)));
        registry.unary(3421, a -> Bytes.of(digest("SHA-384", (Bytes) a)));
        registry.unary(3422, a -> Bytes.of(digest("SHA-512", (Bytes) a)));
        registry.binary(1946, (a, form) -> encoded((Bytes) a, (String) form));
        // macaddr, macaddr8
        for (int not : new int[] {3144, 4120}) {
            registry.unary(not, a -> combined((Bytes) a, (Bytes) a, (x, _) -> ~x));
        }
        for (int and : new int[] {3145, 4121}) {
            registry.binary(and, (a, b) -> combined((Bytes) a, (Bytes) b, (x, y) -> x & y));
        }
        for (int or : new int[] {3146, 4122}) {
            registry.binary(or, (a, b) -> combined((Bytes) a, (Bytes) b, (x, y) -> x | y));
        }
        for (int trunc : new int[] {753, 4112}) {
            registry.unary(trunc, a -> manufacturer((Bytes) a));
        }
    }

    private static Bytes substring(Bytes a, long start, long length) {
        if (length < 0) {
            throw RowErrors.of("22011", "negative substring length not allowed");
        }
        long from = Math.max(start, 1);
        return part(a, from - 1, start + length - from);
    }

    private static Bytes part(Bytes a, long from, long count) {
        return from >= a.length() || count <= 0
                ? Bytes.of()
                : Bytes.copyOf(a.array(), (int) from, (int) Math.min(count, a.length() - from));
    }

    private static Object position(Bytes text, Bytes part) {
        for (int at = 0; at <= text.length() - part.length(); at++) {
            if (Arrays.equals(
                    text.array(), at, at + part.length(), part.array(), 0, part.length())) {
                return at + 1L;
            }
        }
        return 0L;
    }

    private static Bytes trimmed(Bytes a, Bytes set, boolean start, boolean end) {
        int from = 0;
        int to = a.length();
        while (start && from < to && has(set, a.array()[from])) {
            from++;
        }
        while (end && from < to && has(set, a.array()[to - 1])) {
            to--;
        }
        return Bytes.copyOf(a.array(), from, to - from);
    }

    private static boolean has(Bytes set, byte wanted) {
        for (byte b : set.array()) {
            if (b == wanted) {
                return true;
            }
        }
        return false;
    }

    private static byte byteAt(Bytes a, long index) {
        checkIndex(index, a.length());
        return a.array()[(int) index];
    }

    private static Object bitAt(Bytes a, long index) {
        checkIndex(index, a.length() * 8L);
        return (long) (a.array()[(int) (index / 8)] >> index % 8 & 1);
    }

    private static void checkIndex(long index, long length) {
        if (index < 0 || index >= length) {
            throw RowErrors.of(
                    "2202E", "index " + index + " out of valid range, 0.." + (length - 1));
        }
    }

    private static byte[] digest(String algorithm, Bytes a) {
        try {
            return MessageDigest.getInstance(algorithm).digest(a.array());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(algorithm, e);
        }
    }

    private static Object encoded(Bytes a, String form) {
        return switch (form.toLowerCase(Locale.ROOT)) {
            case "hex" -> HexFormat.of().formatHex(a.array());
            case "base64" ->
                    java.util.Base64.getMimeEncoder(BASE64_LINE, new byte[] {'\n'})
                            .encodeToString(a.array());
            case "escape" -> escaped(a);
            default -> throw RowErrors.of("22023", "unrecognized encoding: \"" + form + "\"");
        };
    }

    private static String escaped(Bytes a) {
        StringBuilder out = new StringBuilder();
        for (byte b : a.array()) {
            int value = b & 0xff;
            if (value == 0 || value >= FIRST_HIGH) {
                out.append(String.format(Locale.ROOT, "\\%03o", value));
            } else {
                out.append(value == '\\' ? "\\\\" : String.valueOf((char) value));
            }
        }
        return out.toString();
    }

    private static Bytes combined(Bytes a, Bytes b, IntBinaryOperator operation) {
        byte[] bytes = new byte[a.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) operation.applyAsInt(a.array()[i], b.array()[i]);
        }
        return Bytes.of(bytes);
    }

    /// The first three bytes, the others zero.
    private static Bytes manufacturer(Bytes a) {
        return Bytes.of(Arrays.copyOf(Arrays.copyOf(a.array(), 3), a.length()));
    }
}
