package io.pgtrickle.state;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The cursors of one arrangement. Between two checkpoints what RocksDB has of it doesn't change, so one iterator serves
/// one scan after the other. For one thread, but `refresh`, which is for any.
final class ArrangementScans {

    /// Deleted entries that cost less to walk over than a new iterator does.
    private static final long PATIENCE = 200;

    private final Database database;
    private final byte[] prefix;
    private final List<MergedCursor> merged = new ArrayList<>();
    private @Nullable NativeIterator idle;
    private int generation;

    ArrangementScans(Database database, byte[] prefix) {
        this.database = database;
        this.prefix = prefix;
    }

    /// A cursor over what is stored.
    Arrangement.Cursor open(byte[] keyPrefix) {
        NativeIterator iterator;
        int of;
        synchronized (this) {
            iterator = idle;
            idle = null;
            of = generation;
        }
        if (iterator == null) {
            iterator = database.iterator(prefix, PATIENCE);
        }
        return new StoredCursor(
                database,
                iterator,
                StoreKeys.join(prefix, keyPrefix),
                prefix.length,
                used -> giveBack(used, of));
    }

    private synchronized void giveBack(NativeIterator iterator, int of) {
        if (idle == null && of == generation) {
            idle = iterator;
        } else {
            database.release(iterator);
        }
    }

    /// A cursor over what is stored and what is pending.
    ///
    /// @param changed a view of the pending entries
    Arrangement.Cursor merge(
            Arrangement.Cursor stored, NavigableMap<byte[], Optional<byte[]>> changed) {
        try {
            MergedCursor cursor = new MergedCursor(stored, changed);
            merged.add(cursor);
            cursor.onClose(() -> merged.removeIf(each -> each.equals(cursor)));
            return cursor;
        } catch (RuntimeException e) {
            stored.close();
            throw e;
        }
    }

    /// What is pending is about to change.
    void beforeWrite() {
        if (!merged.isEmpty()) {
            merged.forEach(MergedCursor::detach);
        }
    }

    /// What is stored has changed: later cursors have to see it.
    synchronized void refresh() {
        generation++;
        if (idle != null) {
            database.release(idle);
            idle = null;
        }
    }
}
