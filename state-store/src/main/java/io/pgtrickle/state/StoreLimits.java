package io.pgtrickle.state;

/// How much memory a store may take. Pending writes are on the heap and not counted: `StateSpace` tells how much they are.
///
/// @param blockCacheBytes blocks of data, indexes and filters read from disk
/// @param writeBufferBytes writes that are in the log and not yet in sorted files
/// @param readCacheBytes entries on the heap that were read or written lately
public record StoreLimits(long blockCacheBytes, long writeBufferBytes, long readCacheBytes) {

    /// Below that RocksDB spends its time flushing.
    public static final long MIN_BYTES = 1L << 20;

    public StoreLimits {
        if (blockCacheBytes < MIN_BYTES || writeBufferBytes < MIN_BYTES) {
            throw new IllegalArgumentException(
                    "a block cache of "
                            + blockCacheBytes
                            + " and write buffers of "
                            + writeBufferBytes
                            + " bytes: less than "
                            + MIN_BYTES);
        }
    }
}
