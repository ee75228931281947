package io.pgtrickle.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The state on disk, in one RocksDB with one column family, so that one log orders every write. `StoreKeys` tells what
/// lies where, `StoreDirectory` which files are around it.
///
/// May be used by several threads; each space is for its owner only.
public final class RocksStateStore implements StateStore {

    /// Contents of a write to RocksDB.
    private interface Filling {
        void fill(WriteBatch batch) throws RocksDBException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(RocksStateStore.class);

    /// A flush of a large space goes in parts of about that size: a batch is in memory twice, here and in RocksDB.
    private static final long FLUSH_PART_BYTES = 4L << 20;

    private static final int NAME_RECORD_BYTES = 5;

    private final StoreDirectory directory;
    private final Database database;
    private final CacheBudget cacheBudget;
    private final Map<String, RocksSpace> spaces = new HashMap<>();
    private int nextId;

    private RocksStateStore(StoreDirectory directory, Database database, CacheBudget cacheBudget) {
        this.directory = directory;
        this.database = database;
        this.cacheBudget = cacheBudget;
        nextId = database.get(StoreKeys.NEXT_ID).map(RocksStateStore::number).orElse(1);
        try (Arrangement.Cursor names = database.scan(StoreKeys.NAMES)) {
            while (names.next()) {
                RocksSpace space = readSpace(new String(names.key(), UTF_8), names.value());
                spaces.put(space.name(), space);
            }
        }
    }

    /// Opens the store in a directory, which is made where it doesn't exist, and keeps other processes out. After a
    /// crash every checksum is verified first, which reads the whole state once.
    ///
    /// @throws PgtrickleException STATE_FOREIGN for a directory of something else or another format; STATE_CORRUPT where files
    ///     are damaged or missing; STATE_IO where another process has the store, or the disk fails
    public static RocksStateStore open(Path directory, StoreLimits limits) {
        StoreDirectory claimed = StoreDirectory.claim(directory);
        try {
            StoreDirectory.Condition condition = claimed.begin();
            if (condition == StoreDirectory.Condition.UNCLEAN) {
                LOG.info(
                        "state directory \"{}\" was not closed in order: verifying all its checksums",
                        directory);
            }
            if (condition != StoreDirectory.Condition.NEW) {
                claimed.seal().breakOpen();
            }
            Database database = Database.open(claimed.database(), limits, condition);
            return open(claimed, database, new CacheBudget(limits.readCacheBytes()), condition);
        } catch (RuntimeException e) {
            claimed.close();
            throw e;
        }
    }

    private static RocksStateStore open(
            StoreDirectory directory,
            Database database,
            CacheBudget cacheBudget,
            StoreDirectory.Condition condition) {
        try {
            if (condition == StoreDirectory.Condition.NEW) {
                directory.complete();
            }
            directory.seal().renew();
            return new RocksStateStore(directory, database, cacheBudget);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    @Override
    public synchronized StateSpace space(String name) {
        database.checkOpen();
        return spaces.computeIfAbsent(name, this::make);
    }

    private RocksSpace make(String name) {
        int id = nextId;
        nextId = Math.incrementExact(nextId);
        return new RocksSpace(this, database, name, id, Standing.MADE);
    }

    private RocksSpace readSpace(String name, byte[] value) {
        ByteBuffer record = ByteBuffer.wrap(Arrays.copyOf(value, NAME_RECORD_BYTES));
        int id = record.getInt();
        int standing = record.get();
        boolean known =
                standing == Standing.FLUSHED.ordinal()
                        || standing == Standing.CHECKPOINTED.ordinal();
        if (value.length != NAME_RECORD_BYTES || id < 1 || id >= nextId || !known) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_CORRUPT,
                    "state space \""
                            + name
                            + "\" has the record "
                            + Arrays.toString(value)
                            + " before id "
                            + nextId);
        }
        return new RocksSpace(this, database, name, id, Standing.values()[standing]);
    }

    @Override
    public synchronized Set<String> spaceNames() {
        database.checkOpen();
        return new TreeSet<>(spaces.keySet());
    }

    /// The name goes and the entries go in one write: a crash leaves the space whole or gone. Then files are freed, as far
    /// as that is cheap; compaction frees the rest.
    @Override
    public synchronized void drop(String name) {
        database.checkOpen();
        RocksSpace space = spaces.get(name);
        if (space == null) {
            return;
        }
        boolean onDisk = space.isOnDisk();
        byte[] from = StoreKeys.space(space.id());
        byte[] to = StoreKeys.space(space.id() + 1);
        if (onDisk) {
            write(
                    "dropping from",
                    true,
                    batch -> {
                        batch.delete(StoreKeys.name(name));
                        batch.deleteRange(from, to);
                    });
        }
        spaces.remove(name);
        space.becomeDropped();
        if (onDisk) {
            database.releaseFiles(from, to);
        }
    }

    @Override
    public Optional<byte[]> metadata(String key) {
        return database.get(StoreKeys.metadata(key));
    }

    @Override
    public synchronized void checkpoint(
            Collection<StateSpace> named, Map<String, byte[]> metadata) {
        List<RocksSpace> mine = new ArrayList<>();
        named.forEach(space -> mine.add(ownUsable(space)));
        write(
                "writing a checkpoint to",
                true,
                batch -> {
                    for (RocksSpace space : mine) {
                        record(space, Standing.CHECKPOINTED, batch);
                        space.addTo(batch);
                    }
                    for (Map.Entry<String, byte[]> entry : metadata.entrySet()) {
                        batch.put(StoreKeys.metadata(entry.getKey()), entry.getValue());
                    }
                });
        for (RocksSpace space : mine) {
            space.keepPending();
            space.become(Standing.CHECKPOINTED);
        }
        directory.seal().renew();
    }

    /// Without sync: the next checkpoint's sync covers the log written before it, and until then nothing depends on it.
    synchronized void flush(RocksSpace space) {
        space.checkUsable();
        if (space.standing() == Standing.CHECKPOINTED) {
            throw PgtrickleException.of(
                    ErrorCode.INTERNAL,
                    "state space \""
                            + space.name()
                            + "\" belongs to a checkpoint: it is not flushed");
        }
        write(
                "flushing to",
                false,
                batch -> {
                    record(space, Standing.FLUSHED, batch);
                    space.writeInParts(batch, FLUSH_PART_BYTES);
                });
        space.keepPending();
        space.become(Standing.FLUSHED);
    }

    CacheBudget cacheBudget() {
        return cacheBudget;
    }

    private RocksSpace ownUsable(StateSpace space) {
        if (space instanceof RocksSpace own && own.isOf(this)) {
            own.checkUsable();
            return own;
        }
        throw PgtrickleException.of(
                ErrorCode.INTERNAL, "state space \"" + space.name() + "\" is of another store");
    }

    /// Notes the space's name and that its id is taken, where that isn't on disk yet.
    private void record(RocksSpace space, Standing standing, WriteBatch batch)
            throws RocksDBException {
        if (space.standing() != standing) {
            batch.put(StoreKeys.NEXT_ID, StoreKeys.number(nextId));
            batch.put(
                    StoreKeys.name(space.name()),
                    ByteBuffer.allocate(NAME_RECORD_BYTES)
                            .putInt(space.id())
                            .put((byte) standing.ordinal())
                            .array());
        }
    }

    private void write(String doing, boolean sync, Filling filling) {
        database.checkOpen();
        try (WriteBatch batch = new WriteBatch()) {
            filling.fill(batch);
            database.write(batch, sync);
        } catch (RocksDBException e) {
            throw StoreErrors.of(doing, e);
        }
    }

    private static int number(byte[] bytes) {
        if (bytes.length != Integer.BYTES) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_CORRUPT, "the next space id has " + bytes.length + " bytes");
        }
        return ByteBuffer.wrap(bytes).getInt();
    }

    @Override
    public synchronized void close() {
        if (database.isOpen()) {
            try (directory) {
                database.close();
                directory.seal().renew();
                directory.markClean();
            }
        }
    }
}
