package io.pgtrickle.model;

import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/// A Z-set: rows with signed weights, always consolidated, i.e. no row has weight 0 and no row appears twice.
/// A collection has positive weights only; a delta is a Z-set too (Budiu et al., "DBSP", VLDB 2023).
///
/// Iteration is in the order in which the rows were first added, so that one input gives one outcome. Mutable, for one
/// thread.
public final class ZSet {

    private static final int MIN_ENTRIES = 8;

    /// Receives the rows of a Z-set.
    @FunctionalInterface
    public interface Visitor {
        void accept(Row row, long weight);
    }

    private final HashSlots slots = new HashSlots();

    /// By the number of the entry; null where the row has gone. It may come back under another number.
    private @Nullable Row[] rows = new @Nullable Row[MIN_ENTRIES];

    private long[] weights = new long[MIN_ENTRIES];
    private int size;

    /// Adds to a row's weight.
    ///
    /// @throws ArithmeticException if the weight leaves 64 bits
    public void add(Row row, long weight) {
        if (weight == 0) {
            return;
        }
        int known = find(row);
        if (known == HashSlots.NONE) {
            append(row, weight);
            return;
        }
        long sum = Math.addExact(weights[known], weight);
        weights[known] = sum;
        if (sum == 0) {
            rows[known] = null;
            size--;
        }
    }

    private int find(Row row) {
        int hash = row.hashCode();
        int slot = slots.first(hash);
        while (true) {
            int entry = slots.entry(slot);
            if (entry == HashSlots.NONE || slots.hash(entry) == hash && row.equals(rows[entry])) {
                return entry;
            }
            slot = slots.next(slot);
        }
    }

    private void append(Row row, long weight) {
        if (slots.size() == rows.length) {
            makeRoom();
        }
        int entry = slots.add(row.hashCode());
        rows[entry] = row;
        weights[entry] = weight;
        size++;
    }

    /// Forgets the rows that have gone where they are many, else takes more memory.
    private void makeRoom() {
        if (size > rows.length / 2) {
            int capacity = Math.multiplyExact(rows.length, 2);
            rows = Arrays.copyOf(rows, capacity);
            weights = Arrays.copyOf(weights, capacity);
            return;
        }
        slots.clear();
        int kept = 0;
        for (int entry = 0; entry < rows.length; entry++) {
            Row row = rows[entry];
            if (row != null) {
                slots.add(row.hashCode());
                rows[kept] = row;
                weights[kept] = weights[entry];
                kept++;
            }
        }
        Arrays.fill(rows, kept, rows.length, null);
    }

    public void addAll(ZSet other) {
        other.forEach(this::add);
    }

    public long weight(Row row) {
        int entry = find(row);
        return entry == HashSlots.NONE ? 0 : weights[entry];
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /// The number of different rows.
    public int size() {
        return size;
    }

    /// Mustn't be changed meanwhile.
    public void forEach(Visitor visitor) {
        int entries = slots.size();
        for (int entry = 0; entry < entries; entry++) {
            Row row = rows[entry];
            if (row != null) {
                visitor.accept(row, weights[entry]);
            }
        }
        if (entries != slots.size()) {
            throw new ConcurrentModificationException();
        }
    }

    public void clear() {
        slots.clear();
        rows = new @Nullable Row[MIN_ENTRIES];
        weights = new long[MIN_ENTRIES];
        size = 0;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ZSet that && size == that.size && contains(that);
    }

    private boolean contains(ZSet other) {
        for (int entry = 0; entry < other.slots.size(); entry++) {
            Row row = other.rows[entry];
            if (row != null && weight(row) != other.weights[entry]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int sum = 0;
        for (int entry = 0; entry < slots.size(); entry++) {
            Row row = rows[entry];
            if (row != null) {
                sum += row.hashCode() ^ Long.hashCode(weights[entry]);
            }
        }
        return sum;
    }

    @Override
    public String toString() {
        StringJoiner entries = new StringJoiner(", ", "{", "}");
        forEach((row, weight) -> entries.add(row + "=" + weight));
        return entries.toString();
    }
}
