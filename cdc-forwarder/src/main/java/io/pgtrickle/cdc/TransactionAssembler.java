package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import java.nio.file.Path;
import java.util.Optional;

/// Puts messages together to whole transactions. Changes are kept undecoded; only what bounds and describes them is read
/// here. For one thread; `discard` at the end lets go of a transaction in the making.
final class TransactionAssembler {

    /// Messages of other programs are skipped unread: anyone may send one, of up to 1 GB.
    static final String MESSAGE_PREFIX = "pgtrickle";

    /// Ours name a row of the commands table, or carry a query to explain, of 1 MB at most; a larger one is forged and skipped.
    static final int MESSAGE_BYTES = 2 << 20;

    /// Where in the stream we are.
    private sealed interface Place {
        record Between() implements Place {}

        /// @param sequence the moment of the relations' history at its begin
        record Inside(StreamMessage.Begin begin, long sequence, TransactionBuffer buffer)
                implements Place {}

        /// In a transaction that the position to start from has behind it.
        record Skipping(StreamMessage.Begin begin) implements Place {}
    }

    /// @param spillDirectory takes the transactions above the limit
    /// @param limitBytes of one transaction in memory
    record Limits(Path spillDirectory, long limitBytes) {}

    private final Limits limits;
    private final Lsn startAt;
    private final XidWidening xids;
    private final RelationHistory history = new RelationHistory();
    private Place place = new Place.Between();
    private long changeCount;
    private Lsn end;

    /// @param startAt the end of the last transaction that isn't wanted any more
    TransactionAssembler(Limits limits, Lsn startAt, XidWidening xids) {
        this.limits = limits;
        this.startAt = startAt;
        this.xids = xids;
        this.end = startAt;
    }

    /// Whether no transaction is open, so that the server's position is a frontier.
    boolean isBetween() {
        return place instanceof Place.Between;
    }

    /// The end of the last transaction, wanted or not.
    Lsn end() {
        return end;
    }

    /// Takes the next message; gives what it completes.
    Optional<StreamEvent> accept(RawMessage message) {
        switch (message.tag()) {
            case PgOutputDecoder.INSERT,
                    PgOutputDecoder.UPDATE,
                    PgOutputDecoder.DELETE,
                    PgOutputDecoder.TRUNCATE ->
                    keep(message);
            case PgOutputDecoder.MESSAGE -> {
                return acceptMessage(message);
            }
            default -> {
                return acceptDecoded(message);
            }
        }
        return Optional.empty();
    }

    void discard() {
        if (place instanceof Place.Inside(_, _, TransactionBuffer buffer)) {
            buffer.discard();
        }
        place = new Place.Between();
    }

    private Optional<StreamEvent> acceptDecoded(RawMessage message) {
        RelationScope none = new RelationScope(history, 0);
        switch (PgOutputDecoder.decode(message, none)) {
            case StreamMessage.Begin begin -> begin(begin, message);
            case StreamMessage.Commit commit -> {
                return commit(commit, message);
            }
            case Relation relation -> {
                history.put(relation);
                if (place instanceof Place.Inside(_, _, TransactionBuffer buffer)) {
                    buffer.append(message);
                }
            }
            case StreamMessage.Origin _, StreamMessage.TypeName _ -> {}
            case Change _ -> keep(message);
        }
        return Optional.empty();
    }

    /// The server compares the beginning of the commit record with where it was told to start, and so do we: the next
    /// transaction's commit record may begin exactly where the last one's ended.
    private void begin(StreamMessage.Begin begin, RawMessage message) {
        if (!isBetween()) {
            throw outOfPlace(message);
        }
        changeCount = 0;
        place =
                startAt.isAfter(begin.commitLsn())
                        ? new Place.Skipping(begin)
                        : new Place.Inside(
                                begin,
                                history.sequence(),
                                new TransactionBuffer(
                                        limits.spillDirectory(), limits.limitBytes()));
    }

    private void keep(RawMessage message) {
        switch (place) {
            case Place.Inside(_, _, TransactionBuffer buffer) -> {
                buffer.append(message);
                changeCount++;
            }
            case Place.Skipping _ -> {}
            case Place.Between _ -> throw outOfPlace(message);
        }
    }

    private Optional<StreamEvent> acceptMessage(RawMessage message) {
        PgOutputDecoder.MessageStart start = PgOutputDecoder.messageStart(message);
        if (!start.prefix().equals(MESSAGE_PREFIX) || message.length() > MESSAGE_BYTES) {
            return Optional.empty();
        }
        if (start.transactional()) {
            keep(message);
            return Optional.empty();
        }
        return switch (PgOutputDecoder.decode(message, new RelationScope(history, 0))) {
            case Change.Message announced ->
                    Optional.of(new StreamEvent.Announced(announced, start.lsn()));
            case StreamMessage _ -> throw outOfPlace(message);
        };
    }

    private Optional<StreamEvent> commit(StreamMessage.Commit commit, RawMessage message) {
        Place closed = place;
        switch (closed) {
            case Place.Inside(
                            StreamMessage.Begin begin,
                            long sequence,
                            TransactionBuffer buffer) -> {
                requireSame(begin, commit, message);
                place = new Place.Between();
                return finish(begin, commit, sequence, buffer);
            }
            case Place.Skipping(StreamMessage.Begin begin) -> {
                requireSame(begin, commit, message);
                place = new Place.Between();
                xids.widen(begin.xid());
                end = Lsn.max(end, commit.endLsn());
                return Optional.empty();
            }
            case Place.Between _ -> throw outOfPlace(message);
        }
    }

    /// PostgreSQL 14 sends transactions without any change for us; they only move the position.
    private Optional<StreamEvent> finish(
            StreamMessage.Begin begin,
            StreamMessage.Commit commit,
            long sequence,
            TransactionBuffer buffer) {
        long xid = xids.widen(begin.xid());
        end = Lsn.max(end, commit.endLsn());
        if (changeCount == 0) {
            buffer.discard();
            return Optional.empty();
        }
        Transaction.Header header =
                new Transaction.Header(
                        xid, commit.commitLsn(), commit.endLsn(), commit.commitTime(), changeCount);
        return Optional.of(
                new StreamEvent.Committed(
                        new Transaction(header, history, sequence, buffer.finish())));
    }

    private static void requireSame(
            StreamMessage.Begin begin, StreamMessage.Commit commit, RawMessage message) {
        if (!begin.commitLsn().equals(commit.commitLsn())
                || !commit.endLsn().isAfter(commit.commitLsn())) {
            throw PgtrickleException.of(
                    ErrorCode.STREAM_MALFORMED,
                    "a transaction was announced to commit at "
                            + begin.commitLsn()
                            + " and ended with "
                            + commit
                            + ": "
                            + message);
        }
    }

    private static PgtrickleException outOfPlace(RawMessage message) {
        return PgtrickleException.of(
                ErrorCode.STREAM_MALFORMED,
                "the replication stream has a message out of its place: " + message);
    }
}
