package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What waits between the thread that reads the stream and the one that consumes it, bounded in bytes. The frontier
/// isn't queued: it is what holds when the queue is empty.
final class EventQueue {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<StreamEvent> events = new ArrayDeque<>();
    private final long limitBytes;
    private long bytes;
    private Lsn frontier;
    private Lsn delivered;
    private Optional<PgtrickleException> failure = Optional.empty();
    private boolean closed;

    /// @param delivered the position that the consumer has already
    EventQueue(long limitBytes, Lsn delivered) {
        this.limitBytes = limitBytes;
        this.frontier = delivered;
        this.delivered = delivered;
    }

    /// Adds an event unless the queue stays full for the given time. An event above the limit goes into an empty queue.
    boolean offer(StreamEvent event, Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = patience.toNanos();
            while (!closed && bytes > 0 && bytes + bytesOf(event) > limitBytes) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = changed.awaitNanos(nanos);
            }
            if (closed) {
                release(event);
                return true;
            }
            events.add(event);
            bytes += bytesOf(event);
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /// Tells that everything before a position is in the queue or was delivered.
    void advance(Lsn newFrontier) {
        lock.lock();
        try {
            if (newFrontier.isAfter(frontier)) {
                frontier = newFrontier;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Ends the queue; what is in it is still delivered, then the failure is thrown for ever.
    void fail(PgtrickleException reason) {
        lock.lock();
        try {
            if (failure.isEmpty()) {
                failure = Optional.of(reason);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    Optional<StreamEvent> poll(Duration patience) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long nanos = patience.toNanos();
            while (true) {
                Optional<StreamEvent> next = next();
                if (next.isPresent() || nanos <= 0) {
                    return next;
                }
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    private Optional<StreamEvent> next() {
        if (closed) {
            throw PgtrickleException.of(ErrorCode.INTERNAL, "a closed stream was read");
        }
        StreamEvent event = events.poll();
        if (event != null) {
            bytes -= bytesOf(event);
            if (event instanceof StreamEvent.Committed(Transaction transaction)) {
                delivered = Lsn.max(delivered, transaction.endLsn());
            }
            changed.signalAll();
            return Optional.of(event);
        }
        if (failure.isPresent()) {
            throw again(failure.get());
        }
        if (frontier.isAfter(delivered)) {
            delivered = frontier;
            return Optional.of(new StreamEvent.Idle(frontier));
        }
        return Optional.empty();
    }

    /// A new exception each time: one object isn't thrown twice.
    private static PgtrickleException again(PgtrickleException failure) {
        PgtrickleException copy =
                PgtrickleException.of(failure.code(), failure.messageText(), failure)
                        .withSqlState(failure.sqlState());
        return failure.hint().isEmpty() ? copy : copy.withHint(failure.hint());
    }

    Lsn delivered() {
        lock.lock();
        try {
            return delivered;
        } finally {
            lock.unlock();
        }
    }

    long bytes() {
        lock.lock();
        try {
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    /// Lets go of everything; nothing is delivered any more.
    void close() {
        lock.lock();
        try {
            closed = true;
            events.forEach(EventQueue::release);
            events.clear();
            bytes = 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static void release(StreamEvent event) {
        if (event instanceof StreamEvent.Committed(Transaction transaction)) {
            transaction.close();
        }
    }

    private static long bytesOf(StreamEvent event) {
        return switch (event) {
            case StreamEvent.Committed(Transaction transaction) -> 1 + transaction.heapBytes();
            case StreamEvent.Announced(Change.Message message, _) -> 1 + message.content().length();
            case StreamEvent.Idle _ -> 1;
        };
    }
}
