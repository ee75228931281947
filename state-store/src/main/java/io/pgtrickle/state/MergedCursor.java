package io.pgtrickle.state;

import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is stored, as changed by what is pending: a merge of two ordered sequences in which the pending entry wins, and an
/// empty one hides what is stored.
final class MergedCursor implements Arrangement.Cursor {

    private final Arrangement.Cursor stored;
    private final Iterator<Map.Entry<byte[], Optional<byte[]>>> pending;
    private boolean storedLeft;
    private Map.@Nullable Entry<byte[], Optional<byte[]>> firstPending;
    private byte[] key = {};
    private byte[] value = {};

    /// @param pending taken over; mustn't change any more
    MergedCursor(Arrangement.Cursor stored, NavigableMap<byte[], Optional<byte[]>> pending) {
        this.stored = stored;
        this.pending = pending.entrySet().iterator();
        storedLeft = stored.next();
        firstPending = nextPending();
    }

    @Override
    public boolean next() {
        while (true) {
            Map.Entry<byte[], Optional<byte[]>> candidate = firstPending;
            if (candidate == null) {
                return storedLeft && takeStored();
            }
            int order = storedLeft ? Arrays.compareUnsigned(stored.key(), candidate.getKey()) : 1;
            if (order < 0) {
                return takeStored();
            }
            if (order == 0) {
                storedLeft = stored.next();
            }
            firstPending = nextPending();
            if (candidate.getValue().isPresent()) {
                key = candidate.getKey();
                value = candidate.getValue().get();
                return true;
            }
        }
    }

    private boolean takeStored() {
        key = stored.key();
        value = stored.value();
        storedLeft = stored.next();
        return true;
    }

    private Map.@Nullable Entry<byte[], Optional<byte[]>> nextPending() {
        return pending.hasNext() ? pending.next() : null;
    }

    @Override
    public byte[] key() {
        return key;
    }

    @Override
    public byte[] value() {
        return value;
    }

    @Override
    public void close() {
        stored.close();
    }
}
