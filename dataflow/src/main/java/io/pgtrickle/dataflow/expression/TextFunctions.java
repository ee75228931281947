package io.pgtrickle.dataflow.expression;

import io.pgtrickle.dataflow.expression.FunctionRegistry.Requirement;
import io.pgtrickle.model.Bytes;
import java.util.Arrays;
import java.util.Locale;

/// Functions of text, varchar, bpchar, name and bytea. Characters are code points. What depends on the server's encoding (lengths
/// in bytes, code numbers, names cut to 63 bytes) isn't here.
final class TextFunctions {

    /// PostgreSQL's largest value (`MaxAllocSize`).
    private static final long MAX_BYTES = 0x3fffffff;

    private static final int HEADER_BYTES = 4;
    private static final int MAX_BYTES_A_CHARACTER = 4;

    private TextFunctions() {}

    static void register(FunctionRegistry registry) {
        registry.binary(1258, (a, b) -> (String) a + b);
        for (int length : new int[] {1317, 1381, 1369}) {
            registry.unary(length, a -> length((String) a));
        }
        for (int length : new int[] {1318, 1372, 1367}) {
            registry.unary(length, a -> length(withoutTrailingBlanks((String) a)));
        }
        for (int substring : new int[] {936, 877}) {
            registry.ternary(
                    substring,
                    (a, start, length) -> substring((String) a, (Long) start, (Long) length));
        }
        for (int substring : new int[] {937, 883}) {
            registry.binary(
                    substring,
                    (a, start) -> part((String) a, Math.max((Long) start, 1) - 1, Long.MAX_VALUE));
        }
        registry.binary(3060, (a, count) -> left((String) a, (Long) count));
        registry.binary(3061, (a, count) -> right((String) a, (Long) count));
        registry.unary(3062, a -> new StringBuilder((String) a).reverse().toString());
        registry.binary(1622, (a, count) -> repeat((String) a, (Long) count));
        registry.ternary(878, (a, from, to) -> translate((String) a, (String) from, (String) to));
        registry.ternary(1405, (a, b, start) -> overlaid((String) a, (String) b, (Long) start));
        registry.unary(1283, a -> quoted((String) a));
        registry.unary(2089, a -> Integer.toHexString(((Long) a).intValue()));
        registry.unary(2090, a -> Long.toHexString((Long) a));
        registry.unary(2010, a -> (long) ((Bytes) a).length());
        registry.unary(720, a -> (long) ((Bytes) a).length());
        registry.binary(2011, (a, b) -> concat((Bytes) a, (Bytes) b));
        asciiCase(registry);
        trimming(registry);
        padding(registry);
        searching(registry);
        casts(registry);
    }

    private static void asciiCase(FunctionRegistry registry) {
        registry.define(
                870,
                Requirement.ASCII_CASE,
                _ -> (NativeFunction.Unary) a -> asciiLower((String) a));
        registry.define(
                871,
                Requirement.ASCII_CASE,
                _ -> (NativeFunction.Unary) a -> asciiUpper((String) a));
        registry.define(
                872,
                Requirement.ASCII_CASE,
                _ -> (NativeFunction.Unary) a -> asciiCapitals((String) a));
        // text, bpchar, name
        for (int like : new int[] {1633, 1660, 1635}) {
            registry.define(
                    like,
                    Requirement.ASCII_CASE,
                    _ -> (NativeFunction.Binary) TextFunctions::matchesIgnoringCase);
        }
        for (int notLike : new int[] {1634, 1661, 1636}) {
            registry.define(
                    notLike,
                    Requirement.ASCII_CASE,
                    _ -> (NativeFunction.Binary) (a, b) -> !matchesIgnoringCase(a, b));
        }
    }

    private static boolean matchesIgnoringCase(Object text, Object pattern) {
        return LikePattern.matches(asciiLower((String) text), asciiLower((String) pattern));
    }

    /// Each letter that follows neither letter nor digit.
    private static String asciiCapitals(String text) {
        StringBuilder out = new StringBuilder(asciiLower(text));
        boolean within = false;
        for (int i = 0; i < out.length(); i++) {
            char c = out.charAt(i);
            boolean letter = c >= 'a' && c <= 'z';
            if (letter && !within) {
                out.setCharAt(i, (char) (c - 32));
            }
            within = letter || c >= '0' && c <= '9';
        }
        return out.toString();
    }

    private static void trimming(FunctionRegistry registry) {
        registry.binary(884, (a, set) -> trim((String) a, (String) set, true, true));
        registry.binary(875, (a, set) -> trim((String) a, (String) set, true, false));
        registry.binary(876, (a, set) -> trim((String) a, (String) set, false, true));
        registry.unary(885, a -> trim((String) a, " ", true, true));
        registry.unary(881, a -> trim((String) a, " ", true, false));
        registry.unary(882, a -> trim((String) a, " ", false, true));
    }

    private static void padding(FunctionRegistry registry) {
        registry.ternary(
                873, (a, length, fill) -> pad((String) a, (Long) length, (String) fill, true));
        registry.binary(879, (a, length) -> pad((String) a, (Long) length, " ", true));
        registry.ternary(
                874, (a, length, fill) -> pad((String) a, (Long) length, (String) fill, false));
        registry.binary(880, (a, length) -> pad((String) a, (Long) length, " ", false));
    }

    private static void searching(FunctionRegistry registry) {
        for (int position : new int[] {849, 868}) {
            deterministic(registry, position, (a, b) -> position((String) a, (String) b));
        }
        deterministic(registry, 3696, (a, b) -> ((String) a).startsWith((String) b));
        registry.define(
                2087,
                Requirement.DETERMINISTIC,
                _ ->
                        (NativeFunction.Ternary)
                                (a, b, c) -> replace((String) a, (String) b, (String) c));
        registry.define(
                2088,
                Requirement.DETERMINISTIC,
                _ ->
                        (NativeFunction.Ternary)
                                (a, b, c) -> splitPart((String) a, (String) b, (Long) c));
        // text, bpchar, name, and the functions of the same name
        for (int like : new int[] {850, 1631, 858, 1569, 1571}) {
            deterministic(registry, like, (a, b) -> LikePattern.matches((String) a, (String) b));
        }
        for (int notLike : new int[] {851, 1632, 859, 1570, 1572}) {
            deterministic(
                    registry, notLike, (a, b) -> !LikePattern.matches((String) a, (String) b));
        }
        registry.binary(
                1637,
                (pattern, escape) -> LikePattern.withEscape((String) pattern, (String) escape));
    }

    private static void deterministic(
            FunctionRegistry registry, int oid, NativeFunction.Binary function) {
        registry.define(oid, Requirement.DETERMINISTIC, _ -> function);
    }

    private static void casts(FunctionRegistry registry) {
        registry.unary(401, a -> withoutTrailingBlanks((String) a));
        for (int fromName : new int[] {406, 408, 1401}) {
            registry.unary(fromName, a -> a);
        }
        registry.ternary(
                669,
                (a, modifier, explicit) -> {
                    String text = (String) a;
                    long limit = (Long) modifier - HEADER_BYTES;
                    return limit < 0 || length(text) <= limit
                            ? text
                            : cut(text, limit, (Boolean) explicit, "character varying");
                });
        registry.ternary(
                668,
                (a, modifier, explicit) -> {
                    String text = (String) a;
                    long limit = (Long) modifier - HEADER_BYTES;
                    if (limit < 0) {
                        return text;
                    }
                    long length = length(text);
                    return length > limit
                            ? cut(text, limit, (Boolean) explicit, "character")
                            : text + " ".repeat((int) (limit - length));
                });
    }

    private static long length(String text) {
        return text.codePointCount(0, text.length());
    }

    static String withoutTrailingBlanks(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(0, end);
    }

    /// The code points from one place on, so many of them or fewer.
    private static String part(String text, long from, long count) {
        long length = length(text);
        if (from >= length || count <= 0) {
            return "";
        }
        int start = text.offsetByCodePoints(0, (int) from);
        return text.substring(
                start, text.offsetByCodePoints(start, (int) Math.min(count, length - from)));
    }

    private static String substring(String text, long start, long length) {
        if (length < 0) {
            throw RowErrors.of("22011", "negative substring length not allowed");
        }
        long from = Math.max(start, 1);
        // PostgreSQL's end has 32 bits: where it overflows the substring runs to the end, as it
        // does here
        return part(text, from - 1, start + length - from);
    }

    private static String overlaid(String text, String inner, long start) {
        if (start <= 0) {
            throw RowErrors.of("22011", "negative substring length not allowed");
        }
        long after = start + length(inner);
        if (after > Integer.MAX_VALUE) {
            throw RowErrors.outOfRange("integer");
        }
        return part(text, 0, start - 1) + inner + part(text, after - 1, Long.MAX_VALUE);
    }

    /// `quote_literal`.
    private static String quoted(String text) {
        return (text.indexOf('\\') < 0 ? "'" : "E'")
                + text.replace("\\", "\\\\").replace("'", "''")
                + "'";
    }

    private static String left(String text, long count) {
        return part(text, 0, count < 0 ? length(text) + count : count);
    }

    private static String right(String text, long count) {
        long from = count < 0 ? -count : Math.max(length(text) - count, 0);
        // −count overflows in PostgreSQL, and nothing is left out
        return part(text, count == Integer.MIN_VALUE ? 0 : from, Long.MAX_VALUE);
    }

    private static String repeat(String text, long count) {
        // an upper bound of the bytes would refuse too much: only what has the right size is made
        long bytes = Math.max(count, 0) * utf8Length(text) + HEADER_BYTES;
        if (bytes > MAX_BYTES) {
            throw RowErrors.of("54000", "requested length too large");
        }
        return text.isEmpty() ? "" : text.repeat((int) Math.max(count, 0));
    }

    private static long utf8Length(String text) {
        return text.codePoints()
                .mapToLong(c -> c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4)
                .sum();
    }

    private static String pad(String text, long wanted, String fill, boolean left) {
        String kept = part(text, 0, wanted);
        if (fill.isEmpty()) {
            return kept;
        }
        if (wanted * MAX_BYTES_A_CHARACTER + HEADER_BYTES > MAX_BYTES) {
            throw RowErrors.of("54000", "requested length too large");
        }
        int missing = (int) (Math.max(wanted, 0) - length(kept));
        int[] fillPoints = fill.codePoints().toArray();
        StringBuilder padding = new StringBuilder(missing);
        for (int i = 0; i < missing; i++) {
            padding.appendCodePoint(fillPoints[i % fillPoints.length]);
        }
        return left ? padding + kept : kept + padding;
    }

    private static String translate(String text, String from, String to) {
        int[] source = from.codePoints().toArray();
        int[] target = to.codePoints().toArray();
        StringBuilder out = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    int place = indexOf(source, c);
                    if (place < 0) {
                        out.appendCodePoint(c);
                    } else if (place < target.length) {
                        out.appendCodePoint(target[place]);
                    }
                });
        return out.toString();
    }

    private static int indexOf(int[] points, int point) {
        for (int i = 0; i < points.length; i++) {
            if (points[i] == point) {
                return i;
            }
        }
        return -1;
    }

    private static Bytes concat(Bytes a, Bytes b) {
        byte[] both = Arrays.copyOf(a.array(), a.length() + b.length());
        System.arraycopy(b.array(), 0, both, a.length(), b.length());
        return Bytes.of(both);
    }

    private static String asciiLower(String text) {
        StringBuilder out = new StringBuilder(text);
        for (int i = 0; i < out.length(); i++) {
            char c = out.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                out.setCharAt(i, (char) (c + 32));
            }
        }
        return out.toString();
    }

    private static String asciiUpper(String text) {
        StringBuilder out = new StringBuilder(text);
        for (int i = 0; i < out.length(); i++) {
            char c = out.charAt(i);
            if (c >= 'a' && c <= 'z') {
                out.setCharAt(i, (char) (c - 32));
            }
        }
        return out.toString();
    }

    private static String trim(String text, String set, boolean start, boolean end) {
        int[] points = text.codePoints().toArray();
        int[] trimmed = set.codePoints().toArray();
        int from = 0;
        int to = points.length;
        while (start && from < to && indexOf(trimmed, points[from]) >= 0) {
            from++;
        }
        while (end && from < to && indexOf(trimmed, points[to - 1]) >= 0) {
            to--;
        }
        return new String(points, from, to - from);
    }

    private static Object position(String text, String part) {
        int index = text.indexOf(part);
        return index < 0 ? 0L : text.codePointCount(0, index) + 1L;
    }

    private static String replace(String text, String from, String to) {
        return from.isEmpty() ? text : text.replace(from, to);
    }

    private static String splitPart(String text, String separator, long field) {
        if (field == 0) {
            throw RowErrors.of("22023", "field position must not be zero");
        }
        if (text.isEmpty()) {
            return "";
        }
        if (separator.isEmpty()) {
            return field == 1 || field == -1 ? text : "";
        }
        return field > 0
                ? fieldFromStart(text, separator, field)
                : fieldFromEnd(text, separator, field);
    }

    private static String fieldFromStart(String text, String separator, long field) {
        int from = 0;
        for (long i = 1; i < field; i++) {
            int next = text.indexOf(separator, from);
            if (next < 0) {
                return "";
            }
            from = next + separator.length();
        }
        int end = text.indexOf(separator, from);
        return end < 0 ? text.substring(from) : text.substring(from, end);
    }

    /// Separators are found from the start, so that overlapping ones count as in a search from there.
    private static String fieldFromEnd(String text, String separator, long field) {
        long fields = 1;
        for (int i = text.indexOf(separator);
                i >= 0;
                i = text.indexOf(separator, i + separator.length())) {
            fields++;
        }
        long fromStart = fields + field + 1;
        return fromStart < 1 ? "" : fieldFromStart(text, separator, fromStart);
    }

    /// A text that is too long: blanks may be cut off, anything else only by an explicit cast.
    private static String cut(String text, long limit, boolean explicit, String type) {
        String kept = part(text, 0, limit);
        if (!explicit && !text.substring(kept.length()).chars().allMatch(c -> c == ' ')) {
            throw RowErrors.of(
                    "22001",
                    String.format(Locale.ROOT, "value too long for type %s(%d)", type, limit));
        }
        return kept;
    }
}
