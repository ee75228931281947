package io.pgtrickle.state;

import org.jspecify.annotations.Nullable;

/// What RocksDB has of an arrangement's keys, as far as it was read or written lately: of a key also that it has nothing there. In
/// two generations: what is found in the older one moves to the younger. For one thread.
final class ReadCache {

    private final CacheBudget budget;
    private EntryTable young = new EntryTable();
    private EntryTable old = new EntryTable();
    private long generation;

    ReadCache(CacheBudget budget) {
        this.budget = budget;
        this.generation = budget.generation();
    }

    /// Whether something is known of the key, which `value` then gives.
    boolean knows(byte[] key) {
        age();
        return young.find(key) != EntryTable.NONE || promote(key);
    }

    private boolean promote(byte[] key) {
        int entry = old.find(key);
        if (entry == EntryTable.NONE) {
            return false;
        }
        budget.take(young.put(key, old.value(entry)));
        return true;
    }

    /// Of a key that is known; null where there is nothing.
    byte @Nullable [] value(byte[] key) {
        return young.value(young.find(key));
    }

    /// @param value null where there is nothing
    void put(byte[] key, byte @Nullable [] value) {
        age();
        budget.take(young.put(key, value));
    }

    /// Forgets what has become too old. Also to be called where the cache isn't used, else it would stay for ever.
    void age() {
        long now = budget.generation();
        if (now != generation) {
            old = now == generation + 1 ? young : new EntryTable();
            young = new EntryTable();
            generation = now;
        }
    }
}
