package io.pgtrickle.state;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// A store on the heap, for tests and for state that nobody needs after the process. It has checkpoints like any
/// other: `reopen` shows what a restart would find.
///
/// Each arrangement is one tree, and one more with what the entries written since the last checkpoint were before.
public final class MemoryStateStore implements StateStore {

    private final Map<String, MemorySpace> spaces = new HashMap<>();
    private final Map<String, byte[]> metadata = new HashMap<>();
    private volatile boolean open = true;

    /// Closes this store and gives what is left of it: the spaces and the metadata as they were made durable last.
    public synchronized MemoryStateStore reopen() {
        open = false;
        MemoryStateStore next = new MemoryStateStore();
        next.metadata.putAll(metadata);
        for (MemorySpace space : spaces.values()) {
            if (space.standing() != Standing.MADE) {
                next.spaces.put(space.name(), space.rolledBack(next));
            }
        }
        return next;
    }

    @Override
    public synchronized StateSpace space(String name) {
        checkOpen();
        return spaces.computeIfAbsent(
                name, unknown -> new MemorySpace(this, unknown, Standing.MADE));
    }

    @Override
    public synchronized Set<String> spaceNames() {
        checkOpen();
        return new TreeSet<>(spaces.keySet());
    }

    @Override
    public synchronized void drop(String name) {
        checkOpen();
        MemorySpace space = spaces.remove(name);
        if (space != null) {
            space.become(Standing.DROPPED);
        }
    }

    @Override
    public synchronized Optional<byte[]> metadata(String key) {
        checkOpen();
        return Optional.ofNullable(metadata.get(key));
    }

    @Override
    public synchronized void checkpoint(Collection<StateSpace> named, Map<String, byte[]> values) {
        checkOpen();
        List<MemorySpace> mine = new ArrayList<>();
        named.forEach(space -> mine.add(ownUsable(space)));
        mine.forEach(space -> space.keep(Standing.CHECKPOINTED));
        metadata.putAll(values);
    }

    private MemorySpace ownUsable(StateSpace space) {
        if (space instanceof MemorySpace own && own.isOf(this)) {
            own.checkUsable();
            return own;
        }
        throw PgtrickleException.of(
                ErrorCode.INTERNAL, "state space \"" + space.name() + "\" is of another store");
    }

    void checkOpen() {
        if (!open) {
            throw PgtrickleException.of(ErrorCode.INTERNAL, "the state store is closed");
        }
    }

    @Override
    public void close() {
        open = false;
    }
}
