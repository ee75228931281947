package io.pgtrickle.state;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Properties;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.HyperClockCache;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBufferManager;
import org.rocksdb.WriteOptions;

/// RocksDB's settings and the native objects behind them.
///
/// Memory: one cache holds blocks and is charged for the write buffers, so that both together stay within the limits.
/// Index and filter blocks are in that cache too, else they would be outside of every limit; but whole ones
/// next to data slightly larger than the cache made reads 250 times slower, since each eviction cost megabytes to
/// read again. So they are partitioned into blocks of a few KB with the top level pinned, and the cache is the
/// HyperClock cache.
///
/// A write-buffer manager that stalls writers would hang a thread that writes while its own cursor keeps an old buffer
/// alive; so the number of buffers is limited instead, which holds writers up only until a flush is done.
final class DatabaseOptions implements AutoCloseable {

    /// About 1 % false positives.
    private static final double BLOOM_BITS_A_KEY = 10;

    private static final int WRITE_BUFFERS = 4;
    private static final long MAX_WRITE_BUFFER_BYTES = 64L << 20;

    /// One flush and one compaction at a time: the machine is PostgreSQL's first of all.
    private static final int BACKGROUND_JOBS = 2;

    /// RocksDB's own text log.
    private static final long MAX_LOG_FILE_BYTES = 4L << 20;

    private static final long LOG_FILES = 4;

    static {
        RocksDB.loadLibrary();
    }

    private final Deque<AbstractNativeReference> natives = new ArrayDeque<>();
    private final Options options;
    private final WriteOptions synced;
    private final WriteOptions unsynced;

    DatabaseOptions(StoreLimits limits, boolean create) {
        Cache cache =
                own(
                        new HyperClockCache(
                                Math.addExact(limits.blockCacheBytes(), limits.writeBufferBytes()),
                                0,
                                -1,
                                false));
        WriteBufferManager buffers =
                own(new WriteBufferManager(limits.writeBufferBytes(), cache, false));
        BloomFilter filter = own(new BloomFilter(BLOOM_BITS_A_KEY));
        DBOptions database = own(databaseOptions(buffers, create));
        ColumnFamilyOptions family = own(familyOptions(limits, cache, filter));
        options = own(new Options(database, family));
        synced = own(new WriteOptions().setSync(true));
        unsynced = own(new WriteOptions());
    }

    Options options() {
        return options;
    }

    WriteOptions write(boolean sync) {
        return sync ? synced : unsynced;
    }

    private static DBOptions databaseOptions(WriteBufferManager buffers, boolean create) {
        // Java has no setter for it; without it a log that is missing goes unnoticed
        Properties properties = new Properties();
        properties.setProperty("track_and_verify_wals_in_manifest", "true");
        return DBOptions.getDBOptionsFromProps(properties)
                .setCreateIfMissing(create)
                .setErrorIfExists(create)
                .setParanoidChecks(true)
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setWriteBufferManager(buffers)
                .setMaxBackgroundJobs(BACKGROUND_JOBS)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(MAX_LOG_FILE_BYTES)
                .setKeepLogFileNum(LOG_FILES)
                .setStatsDumpPeriodSec(0);
    }

    private static ColumnFamilyOptions familyOptions(
            StoreLimits limits, Cache cache, BloomFilter filter) {
        BlockBasedTableConfig table =
                new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setFilterPolicy(filter)
                        .setIndexType(IndexType.kTwoLevelIndexSearch)
                        .setPartitionFilters(true)
                        .setCacheIndexAndFilterBlocks(true)
                        .setCacheIndexAndFilterBlocksWithHighPriority(true)
                        .setPinL0FilterAndIndexBlocksInCache(true)
                        .setPinTopLevelIndexAndFilter(true);
        return new ColumnFamilyOptions()
                .setTableFormatConfig(table)
                .setWriteBufferSize(
                        Math.min(limits.writeBufferBytes() / WRITE_BUFFERS, MAX_WRITE_BUFFER_BYTES))
                .setMaxWriteBufferNumber(WRITE_BUFFERS)
                .setCompressionType(CompressionType.LZ4_COMPRESSION);
    }

    private <T extends AbstractNativeReference> T own(T nativeObject) {
        natives.push(nativeObject);
        return nativeObject;
    }

    /// The last made is closed first: what uses another goes before it.
    @Override
    public void close() {
        while (!natives.isEmpty()) {
            natives.pop().close();
        }
    }
}
