package io.pgtrickle.state;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.Map;
import java.util.TreeMap;

/// A space of a `MemoryStateStore`.
final class MemorySpace implements StateSpace {

    private static final int MAX_ORDINAL = 0xffff;

    private final MemoryStateStore store;
    private final String name;
    private final Map<Integer, MemoryArrangement> arrangements = new TreeMap<>();

    /// Volatile since a space may be dropped by another thread than its owner.
    private volatile Standing standing;

    MemorySpace(MemoryStateStore store, String name, Standing standing) {
        this.store = store;
        this.name = name;
        this.standing = standing;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Arrangement arrangement(int ordinal) {
        checkUsable();
        if (ordinal < 0 || ordinal > MAX_ORDINAL) {
            throw PgtrickleException.of(ErrorCode.INTERNAL, "there is no arrangement " + ordinal);
        }
        return arrangements.computeIfAbsent(ordinal, _ -> new MemoryArrangement(this));
    }

    @Override
    public void flush() {
        checkUsable();
        if (standing == Standing.CHECKPOINTED) {
            throw PgtrickleException.of(
                    ErrorCode.INTERNAL,
                    "state space \"" + name + "\" belongs to a checkpoint: it is not flushed");
        }
        keep(Standing.FLUSHED);
    }

    @Override
    public void release() {
        checkUsable();
        if (standing == Standing.CHECKPOINTED) {
            become(Standing.FLUSHED);
        }
    }

    @Override
    public void revert() {
        checkUsable();
        arrangements.values().forEach(MemoryArrangement::revert);
    }

    @Override
    public long pendingBytes() {
        return arrangements.values().stream().mapToLong(MemoryArrangement::pendingBytes).sum();
    }

    @Override
    public long storedBytes() {
        checkUsable();
        return arrangements.values().stream().mapToLong(MemoryArrangement::storedBytes).sum();
    }

    Standing standing() {
        return standing;
    }

    boolean isOf(MemoryStateStore other) {
        return store == other;
    }

    void checkUsable() {
        if (standing == Standing.DROPPED) {
            throw PgtrickleException.of(
                    ErrorCode.INTERNAL, "state space \"" + name + "\" was dropped");
        }
        store.checkOpen();
    }

    void become(Standing next) {
        standing = next;
    }

    /// What is written stays.
    void keep(Standing next) {
        arrangements.values().forEach(MemoryArrangement::keep);
        standing = next;
    }

    /// This space without what was pending, in another store.
    MemorySpace rolledBack(MemoryStateStore next) {
        MemorySpace space = new MemorySpace(next, name, standing);
        arrangements.forEach((ordinal, arrangement) ->
                space.arrangements.put(ordinal, arrangement.rolledBack(space)));
        return space;
    }
}
