package io.pgtrickle.state;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/// A space of a `RocksStateStore`.
final class RocksSpace implements StateSpace {

    private static final int MAX_ORDINAL = 0xffff;

    private final RocksStateStore store;
    private final Database database;
    private final String name;
    private final int id;
    private final Map<Integer, RocksArrangement> arrangements = new ConcurrentSkipListMap<>();

    /// Volatile since a space may be dropped by another thread than its owner.
    private volatile Standing standing;

    RocksSpace(RocksStateStore store, Database database, String name, int id, Standing standing) {
        this.store = store;
        this.database = database;
        this.name = name;
        this.id = id;
        this.standing = standing;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Arrangement arrangement(int ordinal) {
        checkUsable();
        if (ordinal < 0 || ordinal > MAX_ORDINAL) {
            throw PgtrickleException.of(ErrorCode.INTERNAL, "there is no arrangement " + ordinal);
        }
        return arrangements.computeIfAbsent(
                ordinal,
                number -> new RocksArrangement(this, database, StoreKeys.arrangement(id, number)));
    }

    @Override
    public void flush() {
        checkUsable();
        store.flush(this);
    }

    @Override
    public void release() {
        checkUsable();
        if (standing == Standing.CHECKPOINTED) {
            become(Standing.FLUSHED);
        }
    }

    @Override
    public void revert() {
        checkUsable();
        forgetPending();
    }

    @Override
    public long pendingBytes() {
        return arrangements.values().stream().mapToLong(RocksArrangement::pendingBytes).sum();
    }

    @Override
    public long storedBytes() {
        checkUsable();
        return database.approximateBytes(StoreKeys.space(id), StoreKeys.space(id + 1));
    }

    boolean isOf(RocksStateStore other) {
        return store == other;
    }

    int id() {
        return id;
    }

    Standing standing() {
        return standing;
    }

    boolean isOnDisk() {
        return standing != Standing.MADE;
    }

    void checkUsable() {
        if (standing == Standing.DROPPED) {
            throw PgtrickleException.of(
                    ErrorCode.INTERNAL, "state space \"" + name + "\" was dropped");
        }
        database.checkOpen();
    }

    void become(Standing next) {
        standing = next;
    }

    /// Nobody may use it any more; what it holds outside of the heap is given back.
    void becomeDropped() {
        standing = Standing.DROPPED;
        arrangements.values().forEach(RocksArrangement::release);
    }

    void addTo(WriteBatch batch) throws RocksDBException {
        for (RocksArrangement arrangement : arrangements.values()) {
            arrangement.addTo(batch);
        }
    }

    void writeInParts(WriteBatch batch, long partBytes) throws RocksDBException {
        for (RocksArrangement arrangement : arrangements.values()) {
            arrangement.writeInParts(batch, partBytes);
        }
    }

    void keepPending() {
        arrangements.values().forEach(RocksArrangement::keepPending);
    }

    private void forgetPending() {
        arrangements.values().forEach(RocksArrangement::forgetPending);
    }

    CacheBudget cacheBudget() {
        return store.cacheBudget();
    }
}
