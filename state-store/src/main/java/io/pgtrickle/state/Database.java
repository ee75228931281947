package io.pgtrickle.state;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Range;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SizeApproximationFlag;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;

/// One RocksDB, safe to use and to close from any thread.
///
/// A native object that is used after it was freed takes the whole JVM down. So each call into RocksDB is made under a shared
/// lock, `close` takes it alone, and afterwards every use is an error.
final class Database implements AutoCloseable {

    /// A call into RocksDB.
    interface Call<T> {
        T run(RocksDB rocks) throws RocksDBException;
    }

    private final DatabaseOptions options;
    private final RocksDB rocks;
    private final Set<NativeIterator> iterators = ConcurrentHashMap.newKeySet();
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Lock using = lock.readLock();
    private volatile boolean open = true;

    private Database(DatabaseOptions options, RocksDB rocks) {
        this.options = options;
        this.rocks = rocks;
    }

    static Database open(Path directory, StoreLimits limits, StoreDirectory.Condition condition) {
        DatabaseOptions options =
                new DatabaseOptions(limits, condition == StoreDirectory.Condition.NEW);
        try {
            RocksDB rocks = RocksDB.open(options.options(), directory.toString());
            Database database = new Database(options, rocks);
            if (condition == StoreDirectory.Condition.UNCLEAN) {
                database.verifyChecksums();
            }
            return database;
        } catch (RocksDBException e) {
            options.close();
            throw StoreErrors.opening(e);
        }
    }

    /// Reads every block of every file.
    private void verifyChecksums() {
        try {
            call(
                    "verifying",
                    rocks -> {
                        rocks.verifyChecksum();
                        return true;
                    });
        } catch (PgtrickleException e) {
            close();
            throw e;
        }
    }

    Optional<byte[]> get(byte[] key) {
        return call("reading", rocks -> Optional.ofNullable(rocks.get(key)));
    }

    /// What is at each of the keys, null where there is nothing.
    List<byte @Nullable []> getAll(List<byte[]> keys) {
        return call(
                "reading", rocks -> new ArrayList<byte @Nullable []>(rocks.multiGetAsList(keys)));
    }

    /// The entries whose key begins with the prefix as they are now, without the prefix.
    Arrangement.Cursor scan(byte[] prefix) {
        return new StoredCursor(this, iterator(prefix, 0), prefix, prefix.length, this::release);
    }

    /// An iterator that has to be released.
    NativeIterator iterator(byte[] prefix, long patience) {
        return call("reading", rocks -> iterator(rocks, prefix, patience));
    }

    /// The same, called within `call`.
    NativeIterator iterator(RocksDB rocks, byte[] prefix, long patience) {
        NativeIterator iterator = new NativeIterator(rocks, prefix, patience);
        iterators.add(iterator);
        return iterator;
    }

    void release(NativeIterator iterator) {
        using.lock();
        try {
            iterator.release();
            iterators.remove(iterator);
        } finally {
            using.unlock();
        }
    }

    /// @param sync whether it must have reached the disk when this returns
    void write(WriteBatch batch, boolean sync) {
        call(
                "writing",
                rocks -> {
                    rocks.write(options.write(sync), batch);
                    return true;
                });
    }

    /// Frees the files that hold nothing but keys of the range, which must have been deleted before.
    void releaseFiles(byte[] from, byte[] to) {
        call(
                "dropping from",
                rocks -> {
                    rocks.deleteFilesInRanges(
                            rocks.getDefaultColumnFamily(), List.of(from, to), false);
                    return true;
                });
    }

    long approximateBytes(byte[] from, byte[] to) {
        return call(
                "measuring",
                rocks -> {
                    try (Slice start = new Slice(from);
                            Slice end = new Slice(to)) {
                        return rocks.getApproximateSizes(
                                        List.of(new Range(start, end)),
                                        SizeApproximationFlag.INCLUDE_FILES,
                                        SizeApproximationFlag.INCLUDE_MEMTABLES)[0];
                    }
                });
    }

    <T> T call(String doing, Call<T> call) {
        using.lock();
        try {
            checkOpen();
            return call.run(rocks);
        } catch (RocksDBException e) {
            throw StoreErrors.of(doing, e);
        } finally {
            using.unlock();
        }
    }

    boolean isOpen() {
        return open;
    }

    void checkOpen() {
        if (!open) {
            throw PgtrickleException.of(ErrorCode.INTERNAL, "the state store is closed");
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!open) {
                return;
            }
            open = false;
            iterators.forEach(NativeIterator::release);
            try (options;
                    rocks) {
                rocks.closeE();
            } catch (RocksDBException e) {
                throw StoreErrors.of("closing", e);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
