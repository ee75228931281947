package io.pgtrickle.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What `pg_current_snapshot()` tells: which transactions a snapshot sees. Transaction ids are 64 bits wide and
/// name top-level transactions.
public final class XidSnapshot {

    private final long xmin;
    private final long xmax;
    private final long[] inProgress;

    /// @param xmin every id below it was finished
    /// @param xmax every id from it on had not begun or isn't visible
    /// @param inProgress ids between the two that were running, in any order
    public XidSnapshot(long xmin, long xmax, long[] inProgress) {
        if (Long.compareUnsigned(xmin, xmax) > 0) {
            throw new IllegalArgumentException(
                    "snapshot with xmin " + xmin + " above xmax " + xmax);
        }
        this.xmin = xmin;
        this.xmax = xmax;
        this.inProgress = inProgress.clone();
        Arrays.sort(this.inProgress);
    }

    /// Reads `xmin:xmax:xip,xip,…`.
    public static XidSnapshot parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not a snapshot: \"" + text + "\"");
        }
        long[] running =
                parts[2].isEmpty()
                        ? new long[0]
                        : Arrays.stream(parts[2].split(",", -1))
                                .mapToLong(Long::parseUnsignedLong)
                                .toArray();
        return new XidSnapshot(
                Long.parseUnsignedLong(parts[0]), Long.parseUnsignedLong(parts[1]), running);
    }

    public long xmin() {
        return xmin;
    }

    public long xmax() {
        return xmax;
    }

    /// Sorted; a copy.
    public long[] inProgress() {
        return inProgress.clone();
    }

    /// Whether the snapshot sees what the transaction, if it committed, has written.
    public boolean sees(long xid) {
        if (Long.compareUnsigned(xid, xmin) < 0) {
            return true;
        }
        return Long.compareUnsigned(xid, xmax) < 0 && Arrays.binarySearch(inProgress, xid) < 0;
    }

    /// Widens a 32-bit id as pgoutput carries it: the 64-bit id with these low bits that is nearest to `xmax`.
    public long widen(int xid32) {
        return widen(xid32, xmax);
    }

    /// The 64-bit transaction id with the given low 32 bits that is nearest to a known recent one.
    public static long widen(int xid32, long near) {
        return near + (xid32 - (int) near);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof XidSnapshot that
                && xmin == that.xmin
                && xmax == that.xmax
                && Arrays.equals(inProgress, that.inProgress);
    }

    @Override
    public int hashCode() {
        return (Long.hashCode(xmin) * 31 + Long.hashCode(xmax)) * 31 + Arrays.hashCode(inProgress);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(Long.toUnsignedString(xmin))
                .append(':')
                .append(Long.toUnsignedString(xmax))
                .append(':');
        for (int i = 0; i < inProgress.length; i++) {
            text.append(i == 0 ? "" : ",").append(Long.toUnsignedString(inProgress[i]));
        }
        return text.toString();
    }
}
