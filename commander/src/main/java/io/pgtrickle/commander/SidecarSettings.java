package io.pgtrickle.commander;

import io.pgtrickle.postgres.ServerAddress;
import java.nio.file.Path;

/// What a sidecar is started with.
///
/// @param stateDirectory holds the state store and spools; belongs to this sidecar alone
/// @param memoryBytes the budget for heap and native memory together
public record SidecarSettings(
        ServerAddress address,
        Path stateDirectory,
        String slot,
        String publication,
        long memoryBytes) {

    public static final String DEFAULT_SLOT = "pgtrickle";
    public static final String DEFAULT_PUBLICATION = "pgtrickle";
    public static final long DEFAULT_MEMORY_BYTES = 1L << 30;

    /// Below this the caches are so small that every read goes to disk.
    public static final long MIN_MEMORY_BYTES = 128L << 20;

    public SidecarSettings {
        if (memoryBytes < MIN_MEMORY_BYTES) {
            throw new IllegalArgumentException(
                    "memory of "
                            + memoryBytes
                            + " bytes, at least "
                            + MIN_MEMORY_BYTES
                            + " are needed");
        }
    }

    /// RocksDB's block cache: a quarter.
    long blockCacheBytes() {
        return memoryBytes / 4;
    }

    /// RocksDB's memtables: a sixteenth.
    long writeBufferBytes() {
        return memoryBytes / 16;
    }

    /// State that was read or written lately, on the heap: an eighth.
    long readCacheBytes() {
        return memoryBytes / 8;
    }

    /// State changes kept on the heap between two checkpoints: a sixteenth.
    long pendingBytes() {
        return memoryBytes / 16;
    }

    /// Decoded transactions that wait for their step: a sixteenth.
    long queueBytes() {
        return memoryBytes / 16;
    }
}
