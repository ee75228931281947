package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import java.time.Duration;
import java.util.Optional;

/// A slot's stream of whole transactions in commit order. A thread of its own owns the replication connection and
/// reports to the server whatever the consumer does; `poll` is for one consuming thread, the rest for any.
///
/// All positions here are ends of transactions (`Transaction.endLsn`) or frontiers (`StreamEvent.Idle`). Only what was
/// given to `confirm` is ever told the server to be durable; it forgets what lies before.
public final class ChangeStream implements AutoCloseable {

    /// How long `close` waits for the thread after its connection was cut.
    private static final Duration FAREWELL = Duration.ofSeconds(5);

    private final StreamReader reader;
    private final EventQueue queue;
    private final Thread thread;

    private ChangeStream(StreamReader reader, EventQueue queue) {
        this.reader = reader;
        this.queue = queue;
        this.thread = Thread.ofPlatform().daemon().name("pgtrickle-stream").unstarted(reader);
    }

    /// Connects and starts to read.
    ///
    /// @param startAt the end of the last transaction that isn't wanted any more
    /// @throws PgtrickleException SLOT_LOST where the slot can't bring everything since `startAt`, SLOT_IN_USE,
    ///     SETTING_WRONG, PRIVILEGE_MISSING, CONNECTION_LOST
    public static ChangeStream open(StreamSettings settings, Lsn startAt) {
        MessageFile.deleteLeftovers(settings.spillDirectory(), TransactionBuffer.SUFFIX);
        ReplicationSession session = ReplicationSession.start(settings, startAt);
        TransactionAssembler assembler =
                new TransactionAssembler(
                        new TransactionAssembler.Limits(
                                settings.spillDirectory(), settings.limits().transactionBytes()),
                        startAt,
                        new XidWidening(session.recentXid()));
        EventQueue queue = new EventQueue(settings.limits().queueBytes(), startAt);
        ChangeStream stream =
                new ChangeStream(new StreamReader(settings, session, assembler, queue), queue);
        stream.thread.start();
        return stream;
    }

    /// The next event, as soon as there is one, or nothing after the timeout.
    ///
    /// @throws PgtrickleException what ended the stream, once everything before it was delivered
    public Optional<StreamEvent> poll(Duration timeout) {
        try {
            return queue.poll(timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PgtrickleException.of(
                    ErrorCode.CANCELLED, "interrupted while waiting for changes", e);
        }
    }

    /// Tells that everything up to a position is durable here. The server learns of it with the next report. Going back
    /// has no effect.
    ///
    /// @throws PgtrickleException INTERNAL for a position beyond what was delivered
    public void confirm(Lsn durable) {
        Lsn delivered = queue.delivered();
        if (durable.isAfter(delivered)) {
            throw PgtrickleException.of(
                    ErrorCode.INTERNAL,
                    "position "
                            + durable
                            + " was confirmed, but only "
                            + delivered
                            + " was delivered");
        }
        reader.confirm(durable);
    }

    public StreamStatistics statistics() {
        return reader.statistics();
    }

    /// Cuts the connection at once (ending the copy would first drain the transaction at hand) and lets go of what
    /// wasn't polled.
    @Override
    public void close() {
        reader.stop();
        try {
            thread.join(FAREWELL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        queue.close();
    }
}
