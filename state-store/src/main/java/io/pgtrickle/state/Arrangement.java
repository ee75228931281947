package io.pgtrickle.state;

import java.util.Collection;
import java.util.Optional;

/// State indexed by a key: an ordered map from byte strings to byte strings. Keys are in the order of their bytes without
/// sign, which by the canonical key encoding is the order of the values. What is written is seen by later reads at
/// once and is durable with the next checkpoint.
///
/// For the one thread that owns its `StateSpace`. Arrays that are handed over or returned must not be changed.
public interface Arrangement {

    Optional<byte[]> get(byte[] key);

    /// Says that these keys will be read next, so that they may be fetched together. Changes nothing else.
    default void prefetch(Collection<byte[]> keys) {}

    void put(byte[] key, byte[] value);

    /// Deletes the entry where there is one.
    void delete(byte[] key);

    /// The entries whose key begins with the prefix, in order. The arrangement may be written while the cursor is open; the
    /// cursor then shows what was there when it was opened.
    Cursor scan(byte[] prefix);

    /// Stands before the first entry until `next` has been called.
    interface Cursor extends AutoCloseable {

        /// Moves on; false at the end.
        boolean next();

        byte[] key();

        byte[] value();

        @Override
        void close();
    }
}
