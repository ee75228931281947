package io.pgtrickle.commander;

import io.pgtrickle.cdc.Spool;
import io.pgtrickle.cdc.Transaction;
import io.pgtrickle.model.Lsn;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// The transactions that a group hasn't made durable yet, on disk: of the tables that its views read. The engine's thread appends,
/// the group's takes; what it took can be taken again until it says that it won't need to.
///
/// Nothing in it is needed after a crash: the slot is confirmed up to the slowest group's checkpoint only.
final class GroupQueue implements AutoCloseable {

    /// A file that is larger gets a successor, so that it can go once all of it was taken.
    private static final long SEGMENT_BYTES = 64L << 20;

    private final Path directory;
    private final Set<Long> relations = new HashSet<>();

    /// The last one is appended to, the one at `reading` is read. Guarded by this.
    private final List<Spool> segments = new ArrayList<>();

    private int reading;
    private Lsn from;
    private volatile Lsn end;

    /// @param from what ends there or before isn't delivered
    GroupQueue(Path directory, Lsn from) {
        this.directory = directory;
        this.from = from;
        this.end = from;
        segments.add(Spool.create(directory, relations));
    }

    /// From here on the changes of these tables are kept, too. For the engine's thread, like the next two.
    void expect(Set<Long> tables) {
        if (relations.addAll(tables)) {
            begin();
        }
    }

    void append(Transaction transaction) {
        Spool last = last();
        last.append(transaction);
        passed(transaction.endLsn());
        if (last.bytes() > SEGMENT_BYTES) {
            begin();
        }
    }

    /// Everything before this position was appended.
    void passed(Lsn frontier) {
        end = Lsn.max(end, frontier);
    }

    /// Up to where it was filled. For any thread.
    Lsn end() {
        return end;
    }

    /// Hands over all that was appended and not taken, until the taker has enough.
    ///
    /// @return the position up to which everything was handed over; empty where there may be more
    Optional<Lsn> take(Consumer<Transaction> taker, Enough enough) {
        // before the look at the files: what comes meanwhile lies behind it
        Lsn reached = end;
        while (!enough.isEnough()) {
            // a successor that is there says that nothing is appended to this one any more
            Optional<Spool> successor = successor();
            Optional<Transaction> next = reading().next();
            if (next.isPresent()) {
                if (next.get().endLsn().isAfter(from)) {
                    taker.accept(next.get());
                }
            } else if (successor.isPresent()) {
                advance();
            } else {
                return Optional.of(reached);
            }
        }
        return Optional.empty();
    }

    /// Whether a taker has enough for now.
    @FunctionalInterface
    interface Enough {
        boolean isEnough();
    }

    /// What ends there or before won't be taken again.
    synchronized void forget(Lsn durable) {
        from = Lsn.max(from, durable);
        while (reading > 0 && !segments.getFirst().appended().isAfter(from)) {
            segments.removeFirst().close();
            reading--;
        }
    }

    /// Everything that wasn't forgotten is to be taken again.
    synchronized void rewind() {
        segments.forEach(Spool::rewind);
        reading = 0;
    }

    /// What it takes on disk.
    synchronized long bytes() {
        return segments.stream().mapToLong(Spool::bytes).sum();
    }

    @Override
    public synchronized void close() {
        segments.forEach(Spool::close);
    }

    private synchronized void begin() {
        segments.add(Spool.create(directory, relations));
    }

    private synchronized Spool last() {
        return segments.getLast();
    }

    private synchronized Spool reading() {
        return segments.get(reading);
    }

    private synchronized Optional<Spool> successor() {
        return reading + 1 < segments.size()
                ? Optional.of(segments.get(reading + 1))
                : Optional.empty();
    }

    private synchronized void advance() {
        reading++;
    }
}
