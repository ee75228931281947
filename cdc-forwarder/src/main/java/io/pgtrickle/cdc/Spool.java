package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// Transactions kept on disk while a new view is populated, or until a group takes them: of some tables only, and in bounded memory. One thread
/// appends, one thread reads, at the same time if they like; what is being appended isn't seen before it is whole.
///
/// A transaction lies there as a header and its messages. The versions of the tables stay in memory, where the
/// connections' histories have them.
public final class Spool implements AutoCloseable {

    private static final String SUFFIX = ".spool";
    private static final Lsn LAST = new Lsn(-1);
    private static final int HEADER_BYTES = 8 * Long.BYTES;

    private final MessageFile file;
    private final Set<Long> relations;
    private final List<RelationHistory> histories = new CopyOnWriteArrayList<>();
    private final AtomicLong count = new AtomicLong();
    private volatile long end;
    private volatile Lsn appended = Lsn.ZERO;
    private long readPosition;

    private Spool(MessageFile file, Set<Long> relations) {
        this.file = file;
        this.relations = Set.copyOf(relations);
    }

    /// @param relations the oids of the tables whose changes are kept
    public static Spool create(Path directory, Set<Long> relations) {
        return new Spool(MessageFile.create(directory, SUFFIX), relations);
    }

    /// Removes what a killed process left in the directory. To be called before the first spool is created in it.
    public static void deleteLeftovers(Path directory) {
        MessageFile.deleteLeftovers(directory, SUFFIX);
    }

    /// Keeps what the transaction did to the spool's tables; the transaction stays the caller's. For the appending thread.
    public void append(Transaction transaction) {
        Extent extent = new Extent();
        transaction
                .messages()
                .forEach(message -> {
                    if (isWanted(message)) {
                        extent.add(message);
                    }
                });
        if (extent.changes > 0) {
            file.append(header(transaction, extent));
            transaction
                    .messages()
                    .forEach(message -> {
                        if (isWanted(message)) {
                            file.append(message);
                        }
                    });
            file.flush();
            end = file.position();
            count.incrementAndGet();
        }
        appended = transaction.endLsn();
    }

    /// The next transaction in the order of appending, or nothing when the reader has caught up. Its changes are of the
    /// spool's tables, but a truncate that named others besides still names them. For the reading thread.
    public Optional<Transaction> next() {
        return next(LAST);
    }

    /// The same, but for one that ends after a position.
    public Optional<Transaction> next(Lsn until) {
        if (readPosition == end) {
            return Optional.empty();
        }
        RawMessage raw = file.readOne(readPosition);
        ByteBuffer in = ByteBuffer.wrap(raw.array());
        Transaction.Header header =
                new Transaction.Header(
                        in.getLong(),
                        new Lsn(in.getLong()),
                        new Lsn(in.getLong()),
                        Instant.EPOCH.plus(in.getLong(), ChronoUnit.MICROS),
                        in.getLong());
        if (header.endLsn().isAfter(until)) {
            return Optional.empty();
        }
        RelationHistory history = histories.get((int) in.getLong());
        long sequence = in.getLong();
        long from = readPosition + MessageFile.sizeOf(raw);
        long to = from + in.getLong();
        readPosition = to;
        return Optional.of(
                new Transaction(
                        header, history, sequence, new RawMessages.OnDisk(file, from, to, false)));
    }

    /// Begins to read at the first transaction again. For the reading thread.
    public void rewind() {
        readPosition = 0;
    }

    /// The end of the last transaction that was offered to `append`.
    public Lsn appended() {
        return appended;
    }

    /// How many transactions were kept.
    public long count() {
        return count.get();
    }

    /// What the spool takes on disk.
    public long bytes() {
        return end;
    }

    /// Removes the file; transactions that were read from it end with it.
    @Override
    public void close() {
        file.close();
    }

    private RawMessage header(Transaction transaction, Extent extent) {
        Transaction.Header header = transaction.header();
        ByteBuffer out =
                ByteBuffer.allocate(HEADER_BYTES)
                        .putLong(header.xid())
                        .putLong(header.commitLsn().value())
                        .putLong(header.endLsn().value())
                        .putLong(ChronoUnit.MICROS.between(Instant.EPOCH, header.commitTime()))
                        .putLong(extent.changes)
                        .putLong(numberOf(transaction.history()))
                        .putLong(transaction.sequence())
                        .putLong(extent.bytes);
        return new RawMessage(out.array(), 0, HEADER_BYTES);
    }

    private int numberOf(RelationHistory history) {
        if (histories.isEmpty() || histories.getLast() != history) {
            histories.add(history);
        }
        return histories.size() - 1;
    }

    /// Changes of the spool's tables, and every description of a table, since a truncate may name others as well.
    private boolean isWanted(RawMessage message) {
        return switch (message.tag()) {
            case PgOutputDecoder.RELATION -> true;
            case PgOutputDecoder.INSERT, PgOutputDecoder.UPDATE, PgOutputDecoder.DELETE ->
                    relations.contains(PgOutputDecoder.relationOf(message));
            case PgOutputDecoder.TRUNCATE ->
                    PgOutputDecoder.relationsOf(message).stream().anyMatch(relations::contains);
            case PgOutputDecoder.MESSAGE -> false;
            default ->
                    throw PgtrickleException.of(
                            ErrorCode.STREAM_MALFORMED,
                            "a transaction has a message that isn't part of one: " + message);
        };
    }

    /// What a transaction will take.
    private static final class Extent {
        private long changes;
        private long bytes;

        void add(RawMessage message) {
            bytes += MessageFile.sizeOf(message);
            if (message.tag() != PgOutputDecoder.RELATION) {
                changes++;
            }
        }
    }
}
