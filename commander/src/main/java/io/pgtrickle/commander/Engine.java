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

/// The duty cycle: takes transactions from the stream, gives them to the groups, runs commands between steps, takes populated views
/// in, lets the server forget what all groups have made durable. One thread, which is the default group's too; a test can call
/// `turn` itself.
///
/// A step ends at a transaction that carries a command, since that takes effect after it.
final class Engine {

    /// How long to wait for the stream while other things may end meanwhile, and while there are none. Data ends both at once.
    private static final Duration POLL = Duration.ofMillis(20);

    private static final Duration IDLE_POLL = Duration.ofMillis(100);
    private static final Duration REPORT_INTERVAL = Duration.ofSeconds(1);

    /// How long a verification waits for groups that are behind: meanwhile the views don't move.
    private static final Duration ALIGNMENT_PATIENCE = Duration.ofSeconds(3);

    /// What the engine drives.
    record Parts(
            ChangeStream stream,
            Groups groups,
            Populations populations,
            StreamedCommits streamed,
            CommandDesk commands) {}

    private final Parts parts;
    private final InstantSource clock;
    private final GroupCycle main;
    private final List<Transaction> held = new ArrayList<>();
    private boolean positionWanted;
    private Lsn confirmed = Lsn.ZERO;

    /// Where the stream is, while a verification waits.
    private Lsn seen = Lsn.ZERO;

    private Optional<Instant> alignmentLimit = Optional.empty();
    private final Interval report = new Interval(REPORT_INTERVAL);

    Engine(Parts parts, InstantSource clock) {
        this.parts = parts;
        this.clock = clock;
        this.main = parts.groups().main();
        main.checkpointWith(parts.streamed()::metadata);
    }

    /// One turn of the cycle: waits a moment where nothing has come.
    void turn() {
        boolean idle = parts.populations().isEmpty() && parts.commands().isIdle();
        Optional<StreamEvent> event = parts.stream().poll(idle ? IDLE_POLL : POLL);
        while (event.isPresent()) {
            take(event.get());
            event = main.isFull() ? Optional.empty() : parts.stream().poll(Duration.ZERO);
        }
        step();
        completeAlignment(seen);
        parts.commands().runArrived();
        parts.groups().departures().forEach(parts.commands()::departed);
        takeInPopulated();
        maintain();
        parts.groups().release();
    }

    /// The last turn: makes everything durable that was evaluated.
    void stop() {
        held.forEach(this::accept);
        step();
        parts.populations().close();
        parts.groups().stop();
        main.checkpoint();
        confirm();
    }

    private void take(StreamEvent event) {
        switch (event) {
            case StreamEvent.Committed(Transaction transaction) -> align(transaction);
            case StreamEvent.Idle(Lsn frontier) -> {
                step();
                if (held.isEmpty()) {
                    main.group().passed(frontier);
                    parts.groups().passed(frontier);
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
        } else if (!alignment.get().until().isAfter(transaction.commitLsn())) {
            step();
            if (completeAlignment(transaction.commitLsn())) {
                align(transaction);
            } else {
                held.add(transaction);
            }
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

    /// @return whether there is none any more that waits at the position or before
    private boolean completeAlignment(Lsn reached) {
        seen = Lsn.max(seen, reached);
        Optional<Alignment> alignment = parts.commands().alignment();
        if (alignment.isEmpty() || alignment.get().until().isAfter(seen)) {
            return false;
        }
        Optional<String> behind = parts.groups().writePositions();
        if (behind.isEmpty()) {
            parts.commands().completeAlignment();
        } else if (alignmentLimit.isEmpty()) {
            alignmentLimit = Optional.of(clock.instant().plus(ALIGNMENT_PATIENCE));
            return false;
        } else if (clock.instant().isBefore(alignmentLimit.get())) {
            return false;
        } else {
            parts.commands().failAlignment(behind.get());
        }
        alignmentLimit = Optional.empty();
        release();
        return true;
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
        parts.groups().append(transaction);
        List<Change.Message> messages = transaction.emitted();
        long xid = transaction.xid();
        main.add(transaction);
        if (main.isFull()) {
            step();
        }
        for (Change.Message message : messages) {
            Notice.of(message).ifPresent(notice -> heed(notice, xid));
        }
    }

    private void heed(Notice notice, long xid) {
        switch (notice) {
            case Notice.Command(long id) -> {
                step();
                parts.commands().arrived(id, xid);
            }
            case Notice.Wake _ -> {
                positionWanted = true;
                parts.groups().wantPosition();
            }
            case Notice.Heartbeat _ -> {}
        }
    }

    private void step() {
        main.step();
        if (positionWanted) {
            positionWanted = false;
            main.writePosition();
        }
    }

    private void takeInPopulated() {
        for (Population ended : parts.populations().ended(parts.groups()::position)) {
            if (parts.commands().populationEnded(ended)) {
                parts.populations().remove(ended);
                parts.groups().hold(ended.definition().group()).ifPresent(GroupCycle::checkpoint);
            }
        }
        parts.commands().cleanUp();
    }

    private void maintain() {
        main.maintain();
        if (report.isOver()) {
            parts.commands().report();
            report.restart();
        }
        parts.groups().check();
        confirm();
    }

    private void confirm() {
        Lsn durable = parts.groups().checkpointed();
        if (durable.isAfter(confirmed)) {
            parts.stream().confirm(durable);
            confirmed = durable;
            Failpoint.SLOT_CONFIRMED.reach();
        }
    }
}
