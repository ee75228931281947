package io.pgtrickle.dataflow;

import io.pgtrickle.model.HashSlots;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/// A delta's rows by the key of an operator's state, in the order in which the keys came.
final class KeyGroups {

    /// Receives the groups.
    @FunctionalInterface
    interface Visitor {
        void accept(byte[] key, List<WeightedRow> rows);
    }

    private final HashSlots slots = new HashSlots();
    private final List<byte[]> keys = new ArrayList<>();
    private final List<List<WeightedRow>> rows = new ArrayList<>();

    void add(byte[] key, WeightedRow row) {
        of(key).add(row);
    }

    /// The rows of a key, which is there from now on.
    List<WeightedRow> of(byte[] key) {
        int hash = Arrays.hashCode(key);
        for (int slot = slots.first(hash); true; slot = slots.next(slot)) {
            int entry = slots.entry(slot);
            if (entry == HashSlots.NONE) {
                break;
            }
            if (slots.hash(entry) == hash && Arrays.equals(keys.get(entry), key)) {
                return rows.get(entry);
            }
        }
        slots.add(hash);
        keys.add(key);
        List<WeightedRow> group = new ArrayList<>(2);
        rows.add(group);
        return group;
    }

    List<byte[]> keys() {
        return Collections.unmodifiableList(keys);
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    void forEach(Visitor visitor) {
        for (int i = 0; i < keys.size(); i++) {
            visitor.accept(keys.get(i), rows.get(i));
        }
    }

    /// The rows of the key with that number in `keys`.
    List<WeightedRow> rows(int number) {
        return rows.get(number);
    }
}
