package io.pgtrickle.state;

import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/// One of RocksDB's iterators over the keys with a prefix, as of its making, with the native objects that it needs.
final class NativeIterator {

    private final Slice end;
    private final ReadOptions options;
    private final RocksIterator iterator;
    private boolean released;

    /// Called within `Database.call`.
    ///
    /// @param patience how many deleted entries it walks over in one go before it gives up as Incomplete; 0 for any number
    NativeIterator(RocksDB rocks, byte[] prefix, long patience) {
        end = new Slice(Prefixes.successor(prefix));
        options = new ReadOptions().setIterateUpperBound(end).setMaxSkippableInternalKeys(patience);
        iterator = rocks.newIterator(options);
    }

    RocksIterator iterator() {
        return iterator;
    }

    boolean isReleased() {
        return released;
    }

    /// Frees the native objects, those first that use others. Called under the database's lock.
    void release() {
        if (!released) {
            released = true;
            iterator.close();
            options.close();
            end.close();
        }
    }
}
