package io.pgtrickle.dataflow;

import io.pgtrickle.state.Arrangement;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// An arrangement that all rounds of a recursion have in common, since what is in it doesn't depend on the recursion: e.g. the edges
/// that each round joins.
///
/// In a step each round finds it as it was before the step, and writes the same into it; what the first one wrote is kept back until
/// all have run. Within its round a write is seen at once.
final class SharedArrangement implements Arrangement {

    private final Arrangement kept;
    private SortedMap<byte[], Optional<byte[]>> written = new TreeMap<>(Arrays::compareUnsigned);
    private SortedMap<byte[], Optional<byte[]>> pending = written;

    SharedArrangement(Arrangement kept) {
        this.kept = kept;
    }

    void beginRound() {
        written = new TreeMap<>(Arrays::compareUnsigned);
    }

    void endRound() {
        if (!written.isEmpty()) {
            pending = written;
        }
    }

    void endStep() {
        pending.forEach((key, value) ->
                value.ifPresentOrElse(bytes -> kept.put(key, bytes), () -> kept.delete(key)));
        beginRound();
        pending = written;
    }

    @Override
    public Optional<byte[]> get(byte[] key) {
        Optional<byte[]> own = written.get(key);
        return own != null ? own : kept.get(key);
    }

    @Override
    public void prefetch(Collection<byte[]> keys) {
        kept.prefetch(keys);
    }

    @Override
    public void put(byte[] key, byte[] value) {
        written.put(key, Optional.of(value));
    }

    @Override
    public void delete(byte[] key) {
        written.put(key, Optional.empty());
    }

    @Override
    public Cursor scan(byte[] prefix) {
        Deque<Map.Entry<byte[], Optional<byte[]>>> own = new ArrayDeque<>();
        for (Map.Entry<byte[], Optional<byte[]>> entry : written.tailMap(prefix).entrySet()) {
            byte[] key = entry.getKey();
            if (key.length < prefix.length
                    || !Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length)) {
                break;
            }
            own.add(Map.entry(key, entry.getValue()));
        }
        Cursor base = kept.scan(prefix);
        return own.isEmpty() ? base : new Merged(base, own);
    }

    /// The entries of both in order; those of the round hide the others.
    private static final class Merged implements Cursor {

        private final Cursor base;
        private final Deque<Map.Entry<byte[], Optional<byte[]>>> own;
        private boolean baseIsAhead;
        private boolean baseHasEnded;
        private byte[] key = new byte[0];
        private byte[] value = new byte[0];

        Merged(Cursor base, Deque<Map.Entry<byte[], Optional<byte[]>>> own) {
            this.base = base;
            this.own = own;
        }

        @Override
        public boolean next() {
            while (true) {
                if (!baseIsAhead && !baseHasEnded) {
                    baseIsAhead = base.next();
                    baseHasEnded = !baseIsAhead;
                }
                Map.Entry<byte[], Optional<byte[]>> first = own.peek();
                if (first == null && !baseIsAhead) {
                    return false;
                }
                int order =
                        first == null
                                ? 1
                                : baseIsAhead
                                        ? Arrays.compareUnsigned(first.getKey(), base.key())
                                        : -1;
                if (first == null || order > 0) {
                    key = base.key();
                    value = base.value();
                    baseIsAhead = false;
                    return true;
                }
                own.remove();
                if (order == 0) {
                    baseIsAhead = false;
                }
                if (first.getValue().isPresent()) {
                    key = first.getKey();
                    value = first.getValue().get();
                    return true;
                }
            }
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
            base.close();
        }
    }
}
