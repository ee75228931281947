package io.pgtrickle.cdc;

import io.pgtrickle.model.XidSnapshot;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/// The transactions that the stream brought and that snapshots may not see yet. A commit is in the stream before snapshots see
/// it (its record is flushed first), so a snapshot that doesn't see one of these would count it neither in its rows nor among
/// the transactions to come: such a snapshot must be taken anew (CDC.md, fact 3). Where a synchronous standby is waited for,
/// that lasts, even across a restart of the sidecar, after which the stream doesn't bring the transaction again: so those that
/// aren't visible are kept with each checkpoint. Thread-safe.
public final class StreamedXids {

    /// A commit becomes visible within moments as a rule; so many are looked at whatever was seen meanwhile.
    private static final int REMEMBERED = 1 << 16;

    private final long[] ring = new long[REMEMBERED];
    private long added;

    /// Older ones that weren't visible yet when last looked at: at most one for each session of the server.
    private final Set<Long> older = new HashSet<>();

    private XidSnapshot seen = new XidSnapshot(0, 0, new long[0]);

    public synchronized void add(long xid) {
        int place = (int) (added % REMEMBERED);
        if (added >= REMEMBERED && !seen.sees(ring[place])) {
            older.add(ring[place]);
        }
        ring[place] = xid;
        added++;
    }

    /// Adds transactions that may have been streamed before this start.
    public synchronized void addEarlier(long[] xids) {
        for (long xid : xids) {
            older.add(xid);
        }
    }

    /// Whether the snapshot sees all of them.
    public synchronized boolean areVisibleIn(XidSnapshot snapshot) {
        int count = (int) Math.min(added, REMEMBERED);
        for (int i = 0; i < count; i++) {
            if (!snapshot.sees(ring[i])) {
                return false;
            }
        }
        return older.stream().allMatch(snapshot::sees);
    }

    /// Those that a snapshot of now doesn't see, as `read` takes them. What the snapshot before this one saw is forgotten; not
    /// yet what this one sees, since another one may be looked at that was taken a moment earlier.
    public synchronized byte[] unseen(XidSnapshot now) {
        older.removeIf(seen::sees);
        seen = now;
        Set<Long> unseen = new HashSet<>(older);
        int count = (int) Math.min(added, REMEMBERED);
        for (int i = 0; i < count; i++) {
            unseen.add(ring[i]);
        }
        unseen.removeIf(now::sees);
        ByteBuffer bytes = ByteBuffer.allocate(unseen.size() * Long.BYTES);
        unseen.forEach(bytes::putLong);
        return bytes.array();
    }

    /// The transactions that `unseen` wrote.
    public static long[] read(byte[] unseen) {
        long[] xids = new long[unseen.length / Long.BYTES];
        ByteBuffer.wrap(unseen).asLongBuffer().get(xids);
        return xids;
    }
}
