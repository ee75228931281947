package io.pgtrickle.state;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/// An arrangement on RocksDB: entries written since the last checkpoint are kept in memory and lie over those on disk.
///
/// Cost: a write is one into a tree in memory; a read is one there and, where that has nothing to say, one of RocksDB; opening a
/// cursor copies the pending entries that it covers.
final class RocksArrangement implements Arrangement {

    /// A tree node, an Optional and the headers of two arrays.
    private static final int ENTRY_OVERHEAD_BYTES = 112;

    private final RocksSpace space;
    private final Database database;
    private final byte[] prefix;

    /// Empty where the entry is deleted.
    private final NavigableMap<byte[], Optional<byte[]>> pending = Prefixes.newMap();

    private long pendingBytes;

    RocksArrangement(RocksSpace space, Database database, byte[] prefix) {
        this.space = space;
        this.database = database;
        this.prefix = prefix;
    }

    @Override
    public Optional<byte[]> get(byte[] key) {
        space.checkUsable();
        Optional<byte[]> known = pending.get(key);
        if (known != null) {
            return known;
        }
        return space.isOnDisk() ? database.get(StoreKeys.join(prefix, key)) : Optional.empty();
    }

    @Override
    public void put(byte[] key, byte[] value) {
        write(key, Optional.of(value));
    }

    @Override
    public void delete(byte[] key) {
        write(key, Optional.empty());
    }

    private void write(byte[] key, Optional<byte[]> value) {
        space.checkUsable();
        Optional<byte[]> before = pending.put(key, value);
        pendingBytes +=
                before == null
                        ? ENTRY_OVERHEAD_BYTES + key.length + length(value)
                        : length(value) - length(before);
    }

    private static int length(Optional<byte[]> value) {
        return value.map(bytes -> bytes.length).orElse(0);
    }

    @Override
    public Cursor scan(byte[] keyPrefix) {
        space.checkUsable();
        NavigableMap<byte[], Optional<byte[]>> changed = Prefixes.newMap();
        changed.putAll(Prefixes.within(pending, keyPrefix));
        Cursor stored =
                space.isOnDisk()
                        ? database.scan(StoreKeys.join(prefix, keyPrefix), prefix.length)
                        : EmptyCursor.INSTANCE;
        return changed.isEmpty() ? stored : merge(stored, changed);
    }

    private static Cursor merge(Cursor stored, NavigableMap<byte[], Optional<byte[]>> changed) {
        try {
            return new MergedCursor(stored, changed);
        } catch (RuntimeException e) {
            stored.close();
            throw e;
        }
    }

    long pendingBytes() {
        return pendingBytes;
    }

    /// Adds what is pending to a batch that will be written whole.
    void addTo(WriteBatch batch) throws RocksDBException {
        for (Map.Entry<byte[], Optional<byte[]>> entry : pending.entrySet()) {
            add(entry, batch);
        }
    }

    /// Writes what is pending in batches of about the given size.
    void writeInParts(WriteBatch batch, long partBytes) throws RocksDBException {
        for (Map.Entry<byte[], Optional<byte[]>> entry : pending.entrySet()) {
            add(entry, batch);
            if (batch.getDataSize() >= partBytes) {
                database.write(batch, false);
                batch.clear();
            }
        }
    }

    private void add(Map.Entry<byte[], Optional<byte[]>> entry, WriteBatch batch)
            throws RocksDBException {
        byte[] key = StoreKeys.join(prefix, entry.getKey());
        if (entry.getValue().isPresent()) {
            batch.put(key, entry.getValue().get());
        } else {
            batch.delete(key);
        }
    }

    /// What was pending is on disk now, or of no interest any more.
    void forgetPending() {
        pending.clear();
        pendingBytes = 0;
    }
}
