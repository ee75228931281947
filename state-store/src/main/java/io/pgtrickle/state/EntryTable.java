package io.pgtrickle.state;

import io.pgtrickle.model.HashSlots;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What is known of some keys: their value, or that they have none. By hash, in the order in which the keys came. For one thread.
final class EntryTable {

    /// Receives what is known.
    interface Visitor<E extends Exception> {
        /// @param value null where the key has none
        void accept(byte[] key, byte @Nullable [] value) throws E;
    }

    static final int NONE = HashSlots.NONE;

    /// Two array headers, and the share of the tables.
    static final int ENTRY_OVERHEAD_BYTES = 64;

    private static final int MIN_ENTRIES = 8;

    private final HashSlots slots = new HashSlots();
    private byte[][] keys = new byte[MIN_ENTRIES][];
    private byte[] @Nullable [] values = new byte[MIN_ENTRIES][];
    private long bytes;

    /// The number of a key's entry, or `NONE`.
    int find(byte[] key) {
        return find(key, Arrays.hashCode(key));
    }

    private int find(byte[] key, int hash) {
        int slot = slots.first(hash);
        while (true) {
            int entry = slots.entry(slot);
            if (entry == NONE || slots.hash(entry) == hash && Arrays.equals(keys[entry], key)) {
                return entry;
            }
            slot = slots.next(slot);
        }
    }

    /// The value of an entry that was found; null where the key has none.
    byte @Nullable [] value(int entry) {
        return values[entry];
    }

    /// @return the bytes that the table has more (or less) of now
    long put(byte[] key, byte @Nullable [] value) {
        int hash = Arrays.hashCode(key);
        int entry = find(key, hash);
        long more = value == null ? 0 : value.length;
        if (entry == NONE) {
            entry = slots.add(hash);
            if (entry == keys.length) {
                keys = Arrays.copyOf(keys, 2 * entry);
                values = Arrays.copyOf(values, 2 * entry);
            }
            keys[entry] = key;
            more += ENTRY_OVERHEAD_BYTES + key.length;
        } else {
            byte[] before = values[entry];
            more -= before == null ? 0 : before.length;
        }
        values[entry] = value;
        bytes += more;
        return more;
    }

    <E extends Exception> void forEach(Visitor<E> visitor) throws E {
        for (int entry = 0; entry < slots.size(); entry++) {
            visitor.accept(keys[entry], values[entry]);
        }
    }

    boolean isEmpty() {
        return slots.size() == 0;
    }

    /// The memory that the entries take.
    long bytes() {
        return bytes;
    }

    void clear() {
        slots.clear();
        keys = new byte[MIN_ENTRIES][];
        values = new byte[MIN_ENTRIES][];
        bytes = 0;
    }
}
