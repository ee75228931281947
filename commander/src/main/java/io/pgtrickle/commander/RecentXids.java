package io.pgtrickle.commander;

/// The ids of the transactions that were streamed last. A commit can be streamed before it is visible; a snapshot that lacks
/// one of these is taken anew. For one thread.
final class RecentXids {

    /// More than can have been streamed between a commit record's flush and its visibility.
    private static final int CAPACITY = 65_536;

    private final long[] ring = new long[CAPACITY];
    private long count;

    void add(long xid) {
        ring[(int) (count++ % CAPACITY)] = xid;
    }

    /// In no particular order.
    long[] toArray() {
        return java.util.Arrays.copyOf(ring, (int) Math.min(count, CAPACITY));
    }
}
