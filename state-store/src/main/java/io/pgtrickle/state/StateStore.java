package io.pgtrickle.state;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// All durable state of one sidecar. A checkpoint is atomic and synced: after a crash the store is as it was at the last one.
///
/// May be used by several threads, `close` included; each space is for its owner. Errors: STATE_IO and STATE_CORRUPT of the
/// disk; use after `close`, of a dropped space or of another store's is a bug and INTERNAL.
public interface StateStore extends AutoCloseable {

    /// The space of that name, made where there is none.
    StateSpace space(String name);

    /// The names of the spaces that exist on disk, or were made since.
    Set<String> spaceNames();

    /// Deletes a space with all its arrangements, at once and for good; does nothing where there is none. A space of that name
    /// that is made later is empty, whatever crashed in between.
    void drop(String name);

    /// A value written by the last checkpoint that named it.
    Optional<byte[]> metadata(String key);

    /// Makes the pending writes of the spaces and the metadata durable, in one atomic and synced write. Spaces that aren't named
    /// keep their pending writes in memory.
    void checkpoint(Collection<StateSpace> spaces, Map<String, byte[]> metadata);

    /// Closes without a checkpoint: pending writes are lost.
    @Override
    void close();
}
