package io.pgtrickle.model;

import java.util.HexFormat;
import java.util.Locale;

/// A position in PostgreSQL's write-ahead log: an unsigned 64-bit byte offset, printed as `16/B374D848`.
public record Lsn(long value) implements Comparable<Lsn> {

    /// Before every record: PostgreSQL's "invalid" position.
    public static final Lsn ZERO = new Lsn(0);

    /// Reads PostgreSQL's text form, two hexadecimal halves with a slash between them.
    public static Lsn parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 1 || slash > 8 || text.length() - slash < 2 || text.length() - slash > 9) {
            throw new IllegalArgumentException("not an LSN: \"" + text + "\"");
        }
        // which takes digits only, no signs
        long high = HexFormat.fromHexDigitsToLong(text, 0, slash);
        long low = HexFormat.fromHexDigitsToLong(text, slash + 1, text.length());
        return new Lsn(high << 32 | low);
    }

    /// The bytes of log between an earlier position and this one; 0 where the other isn't earlier.
    public long bytesSince(Lsn earlier) {
        return isAfter(earlier) ? value - earlier.value : 0;
    }

    public boolean isAfter(Lsn other) {
        return compareTo(other) > 0;
    }

    public static Lsn max(Lsn a, Lsn b) {
        return a.isAfter(b) ? a : b;
    }

    public static Lsn min(Lsn a, Lsn b) {
        return a.isAfter(b) ? b : a;
    }

    @Override
    public int compareTo(Lsn other) {
        return Long.compareUnsigned(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toHexString(value >>> 32).toUpperCase(Locale.ROOT)
                + "/"
                + Long.toHexString(value & 0xffffffffL).toUpperCase(Locale.ROOT);
    }
}
