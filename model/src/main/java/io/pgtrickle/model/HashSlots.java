package io.pgtrickle.model;

import java.util.Arrays;

/// The index of a hash table whose entries lie elsewhere, in arrays, numbered in the order in which they came: from an entry's
/// hash to its number. Whoever has the entries compares them:
///
///     for (int slot = slots.first(hash); ; slot = slots.next(slot)) {
///         int entry = slots.entry(slot);
///         if (entry == HashSlots.NONE) { … not there … }
///         if (slots.hash(entry) == hash && equal(entry)) { … found … }
///     }
///
/// Linear probing over a table that is at most half full. Entries aren't removed: their owner marks them, and rebuilds. For one
/// thread.
public final class HashSlots {

    public static final int NONE = -1;

    private static final int MIN_SLOTS = 16;

    /// The golden ratio's bits: spreads hashes that differ in few bits over the table.
    private static final int SPREAD = 0x9e3779b9;

    private int[] slots = new int[MIN_SLOTS];
    private int[] hashes = new int[MIN_SLOTS / 2];
    private int shift = Integer.numberOfLeadingZeros(MIN_SLOTS) + 1;
    private int size;

    /// Where to look first.
    public int first(int hash) {
        return (hash * SPREAD) >>> shift;
    }

    /// Where to look after that.
    public int next(int slot) {
        return (slot + 1) & (slots.length - 1);
    }

    /// The number of the entry in a slot, or `NONE`.
    public int entry(int slot) {
        return slots[slot] - 1;
    }

    public int hash(int entry) {
        return hashes[entry];
    }

    /// The number of entries, those included that their owner has marked.
    public int size() {
        return size;
    }

    /// Adds an entry that isn't there yet.
    ///
    /// @return its number: those before count from 0
    public int add(int hash) {
        if (size == hashes.length) {
            grow();
        }
        hashes[size] = hash;
        place(size);
        return size++;
    }

    public void clear() {
        if (size > 0) {
            slots = new int[MIN_SLOTS];
            hashes = new int[MIN_SLOTS / 2];
            shift = Integer.numberOfLeadingZeros(MIN_SLOTS) + 1;
            size = 0;
        }
    }

    private void grow() {
        hashes = Arrays.copyOf(hashes, Math.multiplyExact(hashes.length, 2));
        slots = new int[Math.multiplyExact(hashes.length, 2)];
        shift--;
        for (int entry = 0; entry < size; entry++) {
            place(entry);
        }
    }

    private void place(int entry) {
        int slot = first(hashes[entry]);
        while (slots[slot] != 0) {
            slot = next(slot);
        }
        slots[slot] = entry + 1;
    }
}
