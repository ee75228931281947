package io.pgtrickle.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/// An arrangement on RocksDB: entries written since the last checkpoint are kept in memory and lie over those on disk, of which those
/// that were read or written lately are in memory too.
///
/// Cost: a write is one into a hash table; a read is one or two there and, where those have nothing to say, one of RocksDB. The first
/// scan after a checkpoint sorts what is pending.
final class RocksArrangement implements Arrangement {

    /// A tree node and an Optional, where there are scans.
    private static final int SORTED_OVERHEAD_BYTES = 64;

    private final RocksSpace space;
    private final Database database;
    private final byte[] prefix;
    private final EntryTable pending = new EntryTable();
    private final ArrangementScans scans;

    /// What is pending, in order, once somebody has scanned; empty where the entry is deleted.
    private @Nullable NavigableMap<byte[], Optional<byte[]>> sorted;

    /// Null while nobody has read by key.
    private @Nullable ReadCache cache;

    RocksArrangement(RocksSpace space, Database database, byte[] prefix) {
        this.space = space;
        this.database = database;
        this.prefix = prefix;
        this.scans = new ArrangementScans(database, prefix);
    }

    @Override
    public Optional<byte[]> get(byte[] key) {
        space.checkUsable();
        int entry = pending.find(key);
        if (entry != EntryTable.NONE) {
            return Optional.ofNullable(pending.value(entry));
        }
        if (!space.isOnDisk()) {
            return Optional.empty();
        }
        ReadCache known = cache();
        if (!known.knows(key)) {
            known.put(key, database.get(StoreKeys.join(prefix, key)).orElse(null));
        }
        return Optional.ofNullable(known.value(key));
    }

    private ReadCache cache() {
        ReadCache known = cache;
        if (known == null) {
            known = new ReadCache(space.cacheBudget());
            cache = known;
        }
        return known;
    }

    @Override
    public void prefetch(Collection<byte[]> keys) {
        space.checkUsable();
        if (!space.isOnDisk()) {
            return;
        }
        ReadCache known = cache();
        List<byte[]> unknown = new ArrayList<>();
        for (byte[] key : keys) {
            if (pending.find(key) == EntryTable.NONE && !known.knows(key)) {
                unknown.add(key);
            }
        }
        if (unknown.size() > 1) {
            List<byte[]> places = unknown.stream().map(key -> StoreKeys.join(prefix, key)).toList();
            List<byte @Nullable []> values = database.getAll(places);
            for (int i = 0; i < values.size(); i++) {
                known.put(unknown.get(i), values.get(i));
            }
        }
    }

    @Override
    public void put(byte[] key, byte[] value) {
        write(key, value);
    }

    @Override
    public void delete(byte[] key) {
        write(key, null);
    }

    private void write(byte[] key, byte @Nullable [] value) {
        space.checkUsable();
        scans.beforeWrite();
        pending.put(key, value);
        if (sorted != null) {
            sorted.put(key, Optional.ofNullable(value));
        }
    }

    @Override
    public Cursor scan(byte[] keyPrefix) {
        space.checkUsable();
        Cursor stored = space.isOnDisk() ? scans.open(keyPrefix) : EmptyCursor.INSTANCE;
        NavigableMap<byte[], Optional<byte[]>> changed =
                Prefixes.within(sortedPending(), keyPrefix);
        return changed.isEmpty() ? stored : scans.merge(stored, changed);
    }

    private NavigableMap<byte[], Optional<byte[]>> sortedPending() {
        NavigableMap<byte[], Optional<byte[]>> known = sorted;
        if (known == null) {
            NavigableMap<byte[], Optional<byte[]>> made = Prefixes.newMap();
            pending.forEach((key, value) -> made.put(key, Optional.ofNullable(value)));
            sorted = made;
            known = made;
        }
        return known;
    }

    long pendingBytes() {
        return pending.bytes()
                + (sorted == null ? 0 : (long) SORTED_OVERHEAD_BYTES * sorted.size());
    }

    /// Adds what is pending to a batch that will be written whole.
    void addTo(WriteBatch batch) throws RocksDBException {
        pending.forEach((key, value) -> add(key, value, batch));
    }

    /// Writes what is pending in batches of about the given size.
    void writeInParts(WriteBatch batch, long partBytes) throws RocksDBException {
        pending.<RocksDBException>forEach((key, value) -> {
            add(key, value, batch);
            if (batch.getDataSize() >= partBytes) {
                database.write(batch, false);
                batch.clear();
            }
        });
    }

    private void add(byte[] key, byte @Nullable [] value, WriteBatch batch)
            throws RocksDBException {
        byte[] place = StoreKeys.join(prefix, key);
        if (value == null) {
            batch.delete(place);
        } else {
            batch.put(place, value);
        }
    }

    /// What was pending is on disk now.
    void keepPending() {
        ReadCache known = cache;
        if (known != null) {
            pending.forEach(known::put);
            known.age();
        }
        forgetPending();
        scans.refresh();
    }

    /// What was pending is of no interest any more.
    void forgetPending() {
        scans.beforeWrite();
        pending.clear();
        sorted = null;
    }

    /// Nobody will use it any more.
    void release() {
        scans.refresh();
    }
}
