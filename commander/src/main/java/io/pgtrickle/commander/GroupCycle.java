package io.pgtrickle.commander;

import io.pgtrickle.cdc.Transaction;
import io.pgtrickle.model.Lsn;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// What a group does all day: cuts steps, evaluates and writes them, writes its position, makes checkpoints. For one thread.
///
/// A step is one transaction when idle and more under backlog. It ends where a replay ends after a restart.
final class GroupCycle {

    /// Transactions of one step: bounds its latency under backlog.
    private static final int MAX_STEP_TRANSACTIONS = 10_000;

    /// Row changes of one step: bounds its latency, and with the size of a change its memory.
    private static final long MAX_STEP_CHANGES = 50_000;

    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);

    /// How long the position in `pgtrickle.progress` may lag behind a stream that brings nothing for the views.
    private static final Duration POSITION_INTERVAL = Duration.ofSeconds(1);

    private static final Duration PUBLISH_INTERVAL = Duration.ofMillis(200);

    private final Group group;
    private final InstantSource clock;
    private final long maxPendingBytes;
    private final EngineCounters counters;
    private final List<Transaction> pending = new ArrayList<>();
    private Supplier<Map<String, byte[]>> metadata = Map::of;
    private long pendingChanges;
    private final Interval checkpointing = new Interval(CHECKPOINT_INTERVAL);
    private final Interval positioning = new Interval(POSITION_INTERVAL);
    private final Interval publishing = new Interval(PUBLISH_INTERVAL);

    /// @param maxPendingBytes state that may wait in memory for a checkpoint, and changes of a step
    GroupCycle(Group group, InstantSource clock, long maxPendingBytes, EngineCounters counters) {
        this.group = group;
        this.clock = clock;
        this.maxPendingBytes = maxPendingBytes;
        this.counters = counters;
    }

    /// Names what a checkpoint keeps beside the group's own.
    void checkpointWith(Supplier<Map<String, byte[]>> more) {
        metadata = more;
    }

    Group group() {
        return group;
    }

    EngineCounters counters() {
        return counters;
    }

    /// Takes a transaction into the step that is being cut, and closes it after that.
    void add(Transaction transaction) {
        if (!transaction.endLsn().isAfter(group.evaluated())) {
            // the stream began for a group that is further behind
            transaction.close();
            return;
        }
        if (!pending.isEmpty()
                && group.isReplay(pending.getLast().endLsn())
                        != group.isReplay(transaction.endLsn())) {
            step();
        }
        pending.add(transaction);
        pendingChanges += transaction.changeCount();
    }

    /// Whether the step is to be evaluated before anything else is taken.
    boolean isFull() {
        return pending.size() >= MAX_STEP_TRANSACTIONS
                || pendingChanges >= MAX_STEP_CHANGES
                || pendingChanges * group.bytesPerChange() >= maxPendingBytes / 2;
    }

    /// Evaluates what was taken.
    void step() {
        if (!pending.isEmpty()) {
            Instant commitTime = pending.getLast().commitTime();
            counters.seen(commitTime);
            long begin = System.nanoTime();
            if (group.step(pending, maxPendingBytes)) {
                counters.step(
                        System.nanoTime() - begin, Duration.between(commitTime, clock.instant()));
            }
            pending.forEach(Transaction::close);
            pending.clear();
            pendingChanges = 0;
        }
        if (group.isAnyTorn() || group.pendingBytes() > maxPendingBytes) {
            checkpoint();
        }
    }

    /// Between steps, every now and then.
    void maintain() {
        if (positioning.isOver()) {
            writePosition();
        }
        if (checkpointing.isOver() && group.evaluated().isAfter(group.checkpointed())) {
            checkpoint();
        }
        if (publishing.isOver()) {
            counters.publish(group);
            publishing.restart();
        }
    }

    void writePosition() {
        group.writePosition();
        positioning.restart();
    }

    /// The position up to which the state is durable afterwards.
    Lsn checkpoint() {
        // writes the position as well
        group.checkpoint(metadata.get());
        positioning.restart();
        checkpointing.restart();
        return group.checkpointed();
    }
}
