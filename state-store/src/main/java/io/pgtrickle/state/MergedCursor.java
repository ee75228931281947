package io.pgtrickle.state;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is stored, as changed by what is pending: a merge of two ordered sequences in which the pending entry wins, and an
/// empty one hides what is stored.
final class MergedCursor implements Arrangement.Cursor {

    private final Arrangement.Cursor stored;
    private Iterator<Map.Entry<byte[], Optional<byte[]>>> pending;
    private boolean storedLeft;
    private Map.@Nullable Entry<byte[], Optional<byte[]>> firstPending;
    private Runnable onClose = () -> {};
    private boolean detached;
    private byte[] key = {};
    private byte[] value = {};

    /// @param pending mustn't change before `detach` was called
    MergedCursor(Arrangement.Cursor stored, NavigableMap<byte[], Optional<byte[]>> pending) {
        this.stored = stored;
        this.pending = pending.entrySet().iterator();
        storedLeft = stored.next();
        firstPending = nextPending();
    }

    void onClose(Runnable listener) {
        onClose = listener;
    }

    /// Copies what it needs of the pending entries, since they are about to change.
    void detach() {
        if (detached) {
            return;
        }
        detached = true;
        List<Map.Entry<byte[], Optional<byte[]>>> rest = new ArrayList<>();
        pending.forEachRemaining(entry -> rest.add(Map.entry(entry.getKey(), entry.getValue())));
        pending = rest.iterator();
        if (firstPending != null) {
            firstPending = Map.entry(firstPending.getKey(), firstPending.getValue());
        }
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
            byte[] ofCandidate = candidate.getKey();
            Optional<byte[]> change = candidate.getValue();
            firstPending = nextPending();
            if (change.isPresent()) {
                key = ofCandidate;
                value = change.get();
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
        onClose.run();
    }
}
