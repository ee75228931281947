package io.pgtrickle.commander;

import io.pgtrickle.cdc.Change;
import io.pgtrickle.cdc.ChangeStream;
import io.pgtrickle.cdc.StreamEvent;
import io.pgtrickle.cdc.Transaction;
import io.pgtrickle.model.Lsn;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The duty cycle: takes transactions from the stream, cuts steps, lets the group evaluate and write them, runs commands between
/// steps, takes populated views in, checkpoints. One thread; a test can call `turn` itself.
///
/// A step is one transaction when idle and more under backlog. It ends at a transaction that carries a command, since that takes
/// effect after it, and where a replay ends after a restart.
final class Engine {

    /// Transactions of one step: bounds its latency under backlog.
    private static final int MAX_STEP_TRANSACTIONS = 10_000;

    /// Row changes of one step: bounds the memory of its deltas.
    private static final long MAX_STEP_CHANGES = 50_000;

    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);

    /// How long the position in `pgtrickle.progress` may lag behind a stream that brings nothing for the views.
    private static final Duration POSITION_INTERVAL = Duration.ofSeconds(1);

    private static final Duration PUBLISH_INTERVAL = Duration.ofMillis(200);

    /// What the engine drives.
    record Parts(
            ChangeStream stream,
            Group group,
            Populations populations,
            StreamedCommits streamed,
            CommandDesk commands) {}

    private final Parts parts;
    private final InstantSource clock;
    private final long maxPendingBytes;
    private final EngineCounters counters;
    private final List<Transaction> pending = new ArrayList<>();
    private final List<Transaction> held = new ArrayList<>();
    private long pendingChanges;
    private boolean positionWanted;
    private Instant lastCheckpoint;
    private Instant lastPosition;
    private Instant lastPublished = Instant.EPOCH;

    /// @param maxPendingBytes state that may wait in memory for a checkpoint
    Engine(Parts parts, InstantSource clock, long maxPendingBytes, EngineCounters counters) {
        this.parts = parts;
        this.clock = clock;
        this.maxPendingBytes = maxPendingBytes;
        this.counters = counters;
        this.lastCheckpoint = clock.instant();
        this.lastPosition = lastCheckpoint;
    }

    /// One turn of the cycle: waits a moment where nothing has come.
    void turn() {
        Optional<StreamEvent> event = parts.stream().poll(POLL);
        while (event.isPresent()) {
            take(event.get());
            event = stepIsFull() ? Optional.empty() : parts.stream().poll(Duration.ZERO);
        }
        step();
        parts.commands().runArrived();
        takeInPopulated();
        maintain();
    }

    /// The last turn: makes everything durable that was evaluated.
    void stop() {
        held.forEach(this::accept);
        step();
        parts.populations().close();
        checkpoint();
    }

    private void take(StreamEvent event) {
        switch (event) {
            case StreamEvent.Committed(Transaction transaction) -> align(transaction);
            case StreamEvent.Idle(Lsn frontier) -> {
                step();
                if (held.isEmpty()) {
                    parts.group().passed(frontier);
                }
                completeAlignment(frontier);
            }
            case StreamEvent.Announced(Change.Message message, Lsn _) ->
                    parts.commands().announce(message);
        }
    }

    /// While a verification waits for the views to be exactly at its snapshot, transactions that the snapshot doesn't see are
    /// held back.
    private void align(Transaction transaction) {
        Optional<Alignment> alignment = parts.commands().alignment();
        if (alignment.isEmpty()) {
            accept(transaction);
            return;
        }
        if (!alignment.get().until().isAfter(transaction.commitLsn())) {
            step();
            completeAlignment(transaction.commitLsn());
            align(transaction);
        } else if (!alignment.get().sees(transaction)) {
            held.add(transaction);
        } else if (held.isEmpty()) {
            accept(transaction);
        } else {
            // visible although it commits after one that isn't: the views never are where the
            // snapshot is
            parts.commands().retryAlignment();
            release();
            align(transaction);
        }
    }

    private void completeAlignment(Lsn reached) {
        parts.commands()
                .alignment()
                .filter(alignment -> !alignment.until().isAfter(reached))
                .ifPresent(_ -> {
                    parts.group().writePosition();
                    parts.commands().completeAlignment();
                    release();
                });
    }

    /// What was held back for one verification may have to wait for the next one.
    private void release() {
        List<Transaction> released = List.copyOf(held);
        held.clear();
        released.forEach(this::align);
    }

    private void accept(Transaction transaction) {
        parts.streamed().xids().add(transaction.xid());
        parts.populations().spool(transaction);
        parts.commands().noticed(transaction);
        if (!pending.isEmpty()
                && parts.group().isReplay(pending.getLast().endLsn())
                        != parts.group().isReplay(transaction.endLsn())) {
            step();
        }
        pending.add(transaction);
        pendingChanges += transaction.changeCount();
        for (Change.Message message : transaction.emitted()) {
            Optional<Notice> notice = Notice.of(message);
            if (notice.isPresent()) {
                heed(notice.get(), transaction.xid());
            }
        }
        if (stepIsFull()) {
            step();
        }
    }

    private void heed(Notice notice, long xid) {
        switch (notice) {
            case Notice.Command(long id) -> {
                step();
                parts.commands().arrived(id, xid);
            }
            case Notice.Wake _ -> positionWanted = true;
            case Notice.Heartbeat _ -> {}
        }
    }

    private boolean stepIsFull() {
        return pending.size() >= MAX_STEP_TRANSACTIONS || pendingChanges >= MAX_STEP_CHANGES;
    }

    private void step() {
        if (!pending.isEmpty()) {
            Instant commitTime = pending.getLast().commitTime();
            counters.seen(commitTime);
            long begin = System.nanoTime();
            boolean written = parts.group().step(pending);
            if (written) {
                counters.step(
                        System.nanoTime() - begin, Duration.between(commitTime, clock.instant()));
            }
            pending.forEach(Transaction::close);
            pending.clear();
            pendingChanges = 0;
        }
        if (positionWanted) {
            positionWanted = false;
            writePosition();
        }
        if (parts.group().pendingBytes() > maxPendingBytes) {
            checkpoint();
        }
    }

    private void takeInPopulated() {
        for (Population ended : parts.populations().ended(parts.group().evaluated())) {
            if (parts.commands().populationEnded(ended)) {
                parts.populations().remove(ended);
                checkpoint();
            }
        }
        parts.commands().cleanUp();
    }

    private void maintain() {
        Instant now = clock.instant();
        if (Duration.between(lastPosition, now).compareTo(POSITION_INTERVAL) >= 0) {
            writePosition();
            parts.commands().report();
        }
        if (Duration.between(lastCheckpoint, now).compareTo(CHECKPOINT_INTERVAL) >= 0
                && parts.group().evaluated().isAfter(parts.group().checkpointed())) {
            checkpoint();
        }
        if (Duration.between(lastPublished, now).compareTo(PUBLISH_INTERVAL) >= 0) {
            counters.publish(parts.group());
            lastPublished = now;
        }
    }

    private void writePosition() {
        parts.group().writePosition();
        lastPosition = clock.instant();
    }

    private void checkpoint() {
        parts.group().checkpoint(parts.streamed().metadata());
        parts.stream().confirm(parts.group().checkpointed());
        lastCheckpoint = clock.instant();
    }
}
