package io.pgtrickle.cdc;

import io.pgtrickle.model.XidSnapshot;

/// The transactions that the stream brought lately. A commit is in the stream before snapshots see it (its record is
/// flushed first), so a snapshot that doesn't see one of these would count it neither in its rows nor among the
/// transactions to come: such a snapshot must be taken anew (CDC.md, fact 3). Thread-safe.
public final class StreamedXids {

    /// A commit becomes visible within moments, unless a synchronous standby is waited for; so many are looked at.
    private static final int REMEMBERED = 1 << 16;

    private final long[] ring = new long[REMEMBERED];
    private long added;

    public synchronized void add(long xid) {
        ring[(int) (added % REMEMBERED)] = xid;
        added++;
    }

    /// Whether the snapshot sees all of them.
    public synchronized boolean areVisibleIn(XidSnapshot snapshot) {
        int count = (int) Math.min(added, REMEMBERED);
        for (int i = 0; i < count; i++) {
            if (!snapshot.sees(ring[i])) {
                return false;
            }
        }
        return true;
    }
}
