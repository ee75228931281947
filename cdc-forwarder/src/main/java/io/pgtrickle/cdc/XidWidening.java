package io.pgtrickle.cdc;

/// Makes 64-bit transaction ids of the stream's 32 bits: of all ids with these low bits, the one nearest to the last.
/// Right as long as fewer than 2^31 ids pass between two transactions that the stream brings; the heartbeat is one every
/// few seconds. For one thread.
final class XidWidening {

    private long recent;

    /// @param recent an id of about now, e.g. the `xmax` of `pg_current_snapshot()`
    XidWidening(long recent) {
        this.recent = recent;
    }

    long widen(int xid32) {
        long wide = recent + (xid32 - (int) recent);
        if (wide > recent) {
            recent = wide;
        }
        return wide;
    }
}
