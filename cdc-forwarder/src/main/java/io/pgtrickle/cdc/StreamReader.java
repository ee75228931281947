package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the stream's thread does: read, assemble, queue, and report to the server in time, also while the queue is full
/// or a transaction is long. Only this thread touches the connection, since pgjdbc's lock would let nobody else in; but
/// `stop` cuts it.
final class StreamReader implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(StreamReader.class);

    /// How long to wait at a full queue before looking at the clock again.
    private static final Duration PATIENCE = Duration.ofMillis(50);

    private final StreamSettings settings;
    private final ReplicationSession session;
    private final TransactionAssembler assembler;
    private final EventQueue queue;
    private final long statusNanos;

    private final AtomicReference<Lsn> confirmed;
    private final AtomicReference<Lsn> received;
    private final AtomicLong lastArrival = new AtomicLong(System.nanoTime());
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong transactions = new AtomicLong();
    private final AtomicLong spilled = new AtomicLong();
    private volatile boolean stopping;

    // of the stream's thread alone
    private Optional<StreamEvent> pending = Optional.empty();
    private long lastStatus;

    StreamReader(
            StreamSettings settings,
            ReplicationSession session,
            TransactionAssembler assembler,
            EventQueue queue) {
        this.settings = settings;
        this.session = session;
        this.assembler = assembler;
        this.queue = queue;
        this.statusNanos = settings.limits().statusInterval().toNanos();
        this.confirmed = new AtomicReference<>(Lsn.ZERO);
        this.received = new AtomicReference<>(assembler.end());
        this.lastStatus = System.nanoTime() - statusNanos;
    }

    @Override
    public void run() {
        try {
            while (!stopping) {
                reportWhenDue();
                turn();
            }
        } catch (SQLException e) {
            if (!stopping) {
                queue.fail(StreamFailure.of(settings, e));
            }
        } catch (PgtrickleException e) {
            queue.fail(e);
        } catch (InterruptedException e) {
            queue.fail(
                    PgtrickleException.of(
                            ErrorCode.INTERNAL, "the stream's thread was interrupted", e));
        } catch (RuntimeException | Error e) {
            LOG.error("the stream of replication slot {} failed", settings.slot(), e);
            queue.fail(PgtrickleException.of(ErrorCode.INTERNAL, "the stream failed: " + e, e));
        } finally {
            session.abort();
            pending.ifPresent(StreamReader::release);
            assembler.discard();
        }
    }

    /// Ends the thread, which may hang in a read, by cutting its connection. For any thread.
    void stop() {
        stopping = true;
        session.abort();
    }

    /// For any thread.
    void confirm(Lsn durable) {
        confirmed.accumulateAndGet(durable, Lsn::max);
    }

    /// For any thread.
    StreamStatistics statistics() {
        return new StreamStatistics(
                Duration.ofNanos(Math.max(0, System.nanoTime() - lastArrival.get())),
                received.get(),
                queue.delivered(),
                confirmed.get(),
                messages.get(),
                bytes.get(),
                transactions.get(),
                spilled.get(),
                queue.bytes());
    }

    /// One turn: hands over what is finished, or else reads one message. While the queue is full nothing is read, so
    /// that the log waits at the server and not here.
    private void turn() throws SQLException, InterruptedException {
        if (pending.isPresent()) {
            if (queue.offer(pending.get(), PATIENCE)) {
                pending = Optional.empty();
            }
            return;
        }
        // waits a moment at most: pgjdbc polls the socket (`ReplicationSocketFactory`)
        ByteBuffer message = session.stream().readPending();
        if (message == null) {
            seeFrontier();
            return;
        }
        arrived(message);
        pending =
                assembler.accept(
                        new RawMessage(
                                message.array(),
                                message.arrayOffset() + message.position(),
                                message.remaining()));
        if (pending.isPresent()) {
            count(pending.get());
        } else if (assembler.isBetween()) {
            queue.advance(assembler.end());
        }
    }

    /// Between transactions, the position of a keepalive means that everything before it was sent.
    private void seeFrontier() {
        Lsn position = lsn(session.stream().getLastReceiveLSN());
        if (position.isAfter(received.get())) {
            received.set(position);
            lastArrival.set(System.nanoTime());
        }
        if (assembler.isBetween()) {
            queue.advance(Lsn.max(position, assembler.end()));
        }
    }

    private void arrived(ByteBuffer message) {
        messages.incrementAndGet();
        bytes.addAndGet(message.remaining());
        lastArrival.set(System.nanoTime());
        received.accumulateAndGet(lsn(session.stream().getLastReceiveLSN()), Lsn::max);
    }

    private void count(StreamEvent event) {
        if (event instanceof StreamEvent.Committed(Transaction transaction)) {
            transactions.incrementAndGet();
            if (transaction.messages() instanceof RawMessages.OnDisk) {
                spilled.incrementAndGet();
            }
        }
    }

    /// Tells the server what is durable and that we live, and asks for its position: on a busy server whose published
    /// tables are idle it would tell that only twice in a `wal_sender_timeout`.
    private void reportWhenDue() throws SQLException {
        long now = System.nanoTime();
        if (now - lastStatus < statusNanos) {
            return;
        }
        LogSequenceNumber durable = LogSequenceNumber.valueOf(confirmed.get().value());
        session.stream().setFlushedLSN(durable);
        session.stream().setAppliedLSN(durable);
        session.stream().forceUpdateStatus();
        lastStatus = now;
    }

    private static Lsn lsn(@Nullable LogSequenceNumber number) {
        return number == null ? Lsn.ZERO : new Lsn(number.asLong());
    }

    private static void release(StreamEvent event) {
        if (event instanceof StreamEvent.Committed(Transaction transaction)) {
            transaction.close();
        }
    }
}
