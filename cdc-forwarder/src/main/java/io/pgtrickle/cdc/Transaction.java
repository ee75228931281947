package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// A whole transaction that has committed. Large ones lie in a file, so that memory stays bounded; changes are decoded
/// whenever they are read. Read by one thread at a time; closing lets go of the file.
public final class Transaction implements AutoCloseable {

    /// @param commitLsn where the commit record begins
    /// @param endLsn where it ends
    record Header(long xid, Lsn commitLsn, Lsn endLsn, Instant commitTime, long changeCount) {}

    private final Header header;
    private final RelationHistory history;
    private final long sequence;
    private final RawMessages messages;

    /// @param sequence the moment of the history at which the transaction begins
    Transaction(Header header, RelationHistory history, long sequence, RawMessages messages) {
        this.header = header;
        this.history = history;
        this.sequence = sequence;
        this.messages = messages;
    }

    /// The 64-bit id, widened from the 32 bits in the stream near the ids seen lately.
    public long xid() {
        return header.xid();
    }

    /// The id as the stream has it.
    public int xid32() {
        return (int) header.xid();
    }

    /// Where the commit record begins: the transactions' order.
    public Lsn commitLsn() {
        return header.commitLsn();
    }

    /// Where the commit record ends: the position after this transaction, to be confirmed and resumed from. The next
    /// transaction's `commitLsn` may be this very position.
    public Lsn endLsn() {
        return header.endLsn();
    }

    public Instant commitTime() {
        return header.commitTime();
    }

    /// How many changes `forEachChange` will bring.
    public long changeCount() {
        return header.changeCount();
    }

    /// Whether one of its changes is of one of these tables.
    public boolean touches(Set<Long> relations) {
        AtomicBoolean touches = new AtomicBoolean();
        messages.forEach(message -> {
            boolean mine =
                    switch (message.tag()) {
                        case PgOutputDecoder.INSERT,
                                PgOutputDecoder.UPDATE,
                                PgOutputDecoder.DELETE ->
                                relations.contains(PgOutputDecoder.relationOf(message));
                        case PgOutputDecoder.TRUNCATE ->
                                PgOutputDecoder.relationsOf(message).stream()
                                        .anyMatch(relations::contains);
                        default -> false;
                    };
            if (mine) {
                touches.set(true);
            }
        });
        return touches.get();
    }

    /// The heap that it holds until it is let go.
    long heapBytes() {
        return messages.heapBytes();
    }

    /// Brings the changes in their order, as often as it is called.
    ///
    /// @throws PgtrickleException STREAM_MALFORMED, STATE_IO where a spilled transaction can't be read
    public void forEachChange(Consumer<Change> action) {
        RelationScope relations = new RelationScope(history, sequence);
        messages.forEach(message -> {
            switch (PgOutputDecoder.decode(message, relations)) {
                case Relation relation -> relations.put(relation);
                case Change change -> action.accept(change);
                case StreamMessage.Begin _,
                        StreamMessage.Commit _,
                        StreamMessage.Origin _,
                        StreamMessage.TypeName _ ->
                        throw PgtrickleException.of(
                                ErrorCode.STREAM_MALFORMED,
                                "a transaction has a message that isn't part of one: " + message);
            }
        });
    }

    /// The logical messages of ours that were emitted in it, found without decoding its other changes.
    public List<Change.Message> emitted() {
        List<Change.Message> emitted = new ArrayList<>();
        messages.forEach(message -> {
            if (message.tag() == PgOutputDecoder.MESSAGE
                    && PgOutputDecoder.decode(message, new RelationScope(history, sequence))
                            instanceof Change.Message found) {
                emitted.add(found);
            }
        });
        return emitted;
    }

    Header header() {
        return header;
    }

    RelationHistory history() {
        return history;
    }

    long sequence() {
        return sequence;
    }

    RawMessages messages() {
        return messages;
    }

    @Override
    public void close() {
        messages.close();
    }

    @Override
    public String toString() {
        return "transaction "
                + Long.toUnsignedString(xid())
                + " of "
                + changeCount()
                + " changes that committed at "
                + commitLsn();
    }
}
