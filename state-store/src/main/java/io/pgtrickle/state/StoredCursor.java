package io.pgtrickle.state;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;

/// A cursor over RocksDB's entries with a prefix. The iterator may be over more, and be used again by others: making one costs much more than
/// moving one. Where it would have to walk over many deleted entries, which may be a neighbour's, the cursor takes one
/// of its own, to which the end of the prefix is a bound.
final class StoredCursor implements Arrangement.Cursor {

    private final Database database;
    private final byte[] prefix;
    private final int hidden;
    private final Consumer<NativeIterator> giveBack;
    private final NativeIterator shared;
    private @Nullable NativeIterator own;
    private boolean closed;
    private byte @Nullable [] full;
    private byte[] key = {};
    private boolean ended;

    /// @param hidden how many bytes of each key aren't shown
    /// @param giveBack takes the iterator when the cursor is closed
    StoredCursor(
            Database database,
            NativeIterator shared,
            byte[] prefix,
            int hidden,
            Consumer<NativeIterator> giveBack) {
        this.database = database;
        this.shared = shared;
        this.prefix = prefix;
        this.hidden = hidden;
        this.giveBack = giveBack;
    }

    @Override
    public boolean next() {
        return database.call(
                "reading",
                rocks -> {
                    check();
                    if (ended) {
                        return false;
                    }
                    RocksIterator iterator = (own == null ? shared : own).iterator();
                    move(iterator);
                    if (!iterator.isValid() && own == null && gaveUp(iterator)) {
                        NativeIterator bounded = database.iterator(rocks, prefix, 0);
                        own = bounded;
                        iterator = bounded.iterator();
                        iterator.seek(full == null ? prefix : Arrays.copyOf(full, full.length + 1));
                    }
                    return show(iterator);
                });
    }

    private void move(RocksIterator iterator) {
        if (full == null) {
            iterator.seek(prefix);
        } else {
            iterator.next();
        }
    }

    private static boolean gaveUp(RocksIterator iterator) throws RocksDBException {
        try {
            iterator.status();
            return false;
        } catch (RocksDBException e) {
            Status status = e.getStatus();
            if (status != null && status.getCode() == Status.Code.Incomplete) {
                return true;
            }
            throw e;
        }
    }

    private boolean show(RocksIterator iterator) throws RocksDBException {
        if (!iterator.isValid()) {
            iterator.status();
            ended = true;
            return false;
        }
        byte[] found = iterator.key();
        if (found.length < prefix.length
                || !Arrays.equals(found, 0, prefix.length, prefix, 0, prefix.length)) {
            ended = true;
            return false;
        }
        full = found;
        key = Arrays.copyOfRange(found, hidden, found.length);
        return true;
    }

    private void check() {
        if (closed || shared.isReleased()) {
            throw PgtrickleException.of(ErrorCode.INTERNAL, "the cursor is closed");
        }
    }

    @Override
    public byte[] key() {
        return key;
    }

    @Override
    public byte[] value() {
        return database.call(
                "reading",
                _ -> {
                    RocksIterator iterator = (own == null ? shared : own).iterator();
                    if (closed || shared.isReleased() || ended || full == null) {
                        throw PgtrickleException.of(
                                ErrorCode.INTERNAL, "the cursor stands at no entry");
                    }
                    return iterator.value();
                });
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (own != null) {
                database.release(own);
            }
            giveBack.accept(shared);
        }
    }
}
