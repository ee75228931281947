package io.pgtrickle.state;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.Arrays;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/// A cursor over RocksDB's entries with a prefix, as of its making. The end of the prefix is given to RocksDB as a bound, so
/// that it never walks over a neighbour's deleted entries to find out that there is nothing more.
final class StoredCursor implements Arrangement.Cursor {

    private final Database database;
    private final int hidden;
    private final byte[] prefix;
    private final Slice end;
    private final ReadOptions options;
    private final RocksIterator iterator;
    private boolean begun;
    private boolean released;
    private byte[] key = {};

    /// Called within `Database.call`.
    StoredCursor(Database database, RocksDB rocks, byte[] prefix, int hidden) {
        this.database = database;
        this.hidden = hidden;
        this.prefix = prefix;
        end = new Slice(Prefixes.successor(prefix));
        options = new ReadOptions().setIterateUpperBound(end);
        iterator = rocks.newIterator(options);
    }

    @Override
    public boolean next() {
        return database.call("reading", _ -> advance());
    }

    private boolean advance() throws RocksDBException {
        if (released) {
            throw PgtrickleException.of(ErrorCode.INTERNAL, "the cursor is closed");
        }
        if (!begun) {
            begun = true;
            iterator.seek(prefix);
        } else if (iterator.isValid()) {
            iterator.next();
        }
        if (!iterator.isValid()) {
            iterator.status();
            return false;
        }
        byte[] full = iterator.key();
        key = Arrays.copyOfRange(full, hidden, full.length);
        return true;
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
                    if (released || !iterator.isValid()) {
                        throw PgtrickleException.of(
                                ErrorCode.INTERNAL, "the cursor stands at no entry");
                    }
                    return iterator.value();
                });
    }

    @Override
    public void close() {
        database.close(this);
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
