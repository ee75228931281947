package io.pgtrickle.commander;

import io.pgtrickle.cdc.Change;
import io.pgtrickle.cdc.StreamedXids;
import io.pgtrickle.cdc.Transaction;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.ErrorKind;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.ServerAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Runs commands, between two steps, and answers them. Owned by the engine's thread.
final class CommandDesk implements AutoCloseable {

    /// How long a verification may import its snapshots: they hold back vacuum while they last.
    private static final Duration SNAPSHOTS_LAST = Duration.ofSeconds(30);

    private static final Duration PRUNING_INTERVAL = Duration.ofMinutes(10);

    /// Verifications that wait at a time.
    private static final int MAX_VERIFICATIONS = 100;

    /// Verifications whose snapshots are held at a time; each takes two of the server's connections.
    private static final int MAX_EXPORTED = 10;

    /// How long a command may be in somebody's way, or somebody in its.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /// Between two attempts, so that whom it holds up gets on.
    private static final Duration ATTEMPT_INTERVAL = Duration.ofMillis(100);

    /// A command that has been submitted.
    ///
    /// @param xid of the transaction that has submitted it; empty where its row was seen
    private record Arrival(long id, Optional<Long> xid) {}

    /// A command that has begun and isn't answered. The others wait for it, so that they take effect in their order.
    private sealed interface Current {
        record None() implements Current {}

        record Planning(Command command, QueryPlanning planning) implements Current {}

        record Blocked(Command command, Instant deadline, Instant next) implements Current {}
    }

    private static final String NOTHING = "{}";

    private final CommandTable commands;
    private final Views views;
    private final ViewCommands viewCommands;
    private final ServerAddress address;
    private final StreamedXids streamed;
    private final InstantSource clock;
    private final Explainer explainer;
    private final Map<Long, List<Long>> commandsByView = new HashMap<>();
    private Instant nextPruning = Instant.EPOCH;
    private Current current = new Current.None();
    private final Deque<Arrival> arrivals = new ArrayDeque<>();
    private final Deque<Long> verifications = new ArrayDeque<>();
    private final List<Alignment> exported = new ArrayList<>();
    private Optional<Alignment> alignment = Optional.empty();

    CommandDesk(
            Sql sql,
            ViewCommands viewCommands,
            ServerAddress address,
            StreamedXids streamed,
            InstantSource clock) {
        this.commands = new CommandTable(sql);
        this.views = viewCommands.views();
        this.viewCommands = viewCommands;
        this.address = address;
        this.streamed = streamed;
        this.clock = clock;
        this.explainer = new Explainer(address);
    }

    /// After a start: takes up what an earlier process left. Commands whose message comes again are run once all the same.
    void resume() {
        commands.waitingByView().forEach(this::resume);
        commands.failInterrupted();
        commands.waiting().forEach(id -> arrivals.add(new Arrival(id, Optional.empty())));
        runArrived();
    }

    /// Its view may have been finished or given up just before the process ended.
    private void resume(long viewId, long commandId) {
        if (views.isBeingMade(viewId)) {
            wait(viewId, commandId);
        } else if (views.isRunning(viewId)) {
            commands.done(commandId, NOTHING);
        } else {
            commands.failed(
                    commandId,
                    PgtrickleException.of(
                                    ErrorCode.CANCELLED,
                                    "the command was interrupted by a restart of the sidecar")
                            .withHint("repeat it"));
        }
    }

    /// Takes a command whose message came by; it is run as soon as its row is visible.
    void arrived(long id, long xid) {
        arrivals.add(new Arrival(id, Optional.of(xid)));
        runArrived();
    }

    /// Runs what has arrived, in its order.
    void runArrived() {
        while (proceed() && !arrivals.isEmpty() && isVisible(arrivals.getFirst())) {
            commands.claim(arrivals.removeFirst().id())
                    .ifPresent(command -> {
                        Failpoint.COMMAND_CLAIMED.reach();
                        attempt(command, clock.instant().plus(PATIENCE), () -> run(command));
                    });
        }
    }

    /// Whether no command is waiting or being run.
    boolean isIdle() {
        return arrivals.isEmpty() && current instanceof Current.None && alignment().isEmpty();
    }

    private boolean isVisible(Arrival arrival) {
        return arrival.xid().map(commands::isVisible).orElse(true);
    }

    /// Goes on with the command that has begun; true where there is none any more.
    private boolean proceed() {
        switch (current) {
            case Current.None() -> {}
            case Current.Planning(Command command, QueryPlanning planning) -> {
                if (planning.isDone()) {
                    current = new Current.None();
                    attempt(
                            command,
                            clock.instant().plus(PATIENCE),
                            () -> make(command, planning.result()));
                }
            }
            case Current.Blocked(Command command, Instant deadline, Instant next) -> {
                if (!next.isAfter(clock.instant())) {
                    current = new Current.None();
                    attempt(command, deadline, () -> run(command));
                }
            }
        }
        return current instanceof Current.None;
    }

    private void attempt(Command command, Instant deadline, Runnable body) {
        try {
            body.run();
        } catch (ViewCommands.NotYet e) {
            Instant now = clock.instant();
            if (now.isBefore(deadline.plus(e.morePatience()))) {
                current = new Current.Blocked(command, deadline, now.plus(ATTEMPT_INTERVAL));
            } else {
                commands.failed(command.id(), e.reason());
            }
        } catch (PgtrickleException e) {
            if (TableLocks.isUnavailable(e)) {
                commands.failed(
                        command.id(),
                        PgtrickleException.of(ErrorCode.TABLE_LOCKED, e.messageText(), e));
            } else if (e.kind() == ErrorKind.WORLD) {
                throw e;
            } else {
                failed(command, e);
            }
        } catch (RuntimeException | StackOverflowError e) {
            // whose command it is must know, and nobody else notice
            failed(
                    command,
                    PgtrickleException.of(
                            ErrorCode.INTERNAL,
                            "the command failed with an internal error: " + e,
                            e));
        }
    }

    private void failed(Command command, PgtrickleException error) {
        commandsByView.values().forEach(waiting -> waiting.remove(command.id()));
        commands.failed(command.id(), error);
    }

    private void run(Command command) {
        switch (command.kind()) {
            case "create_view", "alter_view" -> plan(command);
            case "drop_view" -> {
                viewCommands.drop(command).forEach(id -> cancelled(id, "dropped"));
                commands.done(command.id(), NOTHING);
            }
            case "rename_view" -> {
                viewCommands.rename(command);
                commands.done(command.id(), NOTHING);
            }
            case "pause_view" -> {
                cancelled(viewCommands.pause(command), "paused");
                commands.done(command.id(), NOTHING);
            }
            case "resume_view" -> {
                if (viewCommands.paused(command).isPresent()) {
                    rebuild(command);
                } else {
                    commands.done(command.id(), NOTHING);
                }
            }
            case "rebuild_view" -> rebuild(command);
            case "move_view" -> move(command);
            case "verify_snapshot" -> verify(command);
            default ->
                    throw PgtrickleException.of(
                                    ErrorCode.BAD_ARGUMENT,
                                    "unknown command \"" + command.kind() + "\"")
                            .withHint("the SQL objects may be newer than this sidecar: upgrade it");
        }
    }

    private void plan(Command command) {
        if (viewCommands.needsPlanning(command)) {
            current = new Current.Planning(command, QueryPlanning.begin(address, command));
        } else {
            commands.done(command.id(), NOTHING);
        }
    }

    private void make(Command command, QueryPlanning.PlannedQuery planned) {
        boolean block = command.flag("block", true);
        viewCommands.make(
                command,
                planned,
                viewId -> {
                    if (block) {
                        commands.waitsFor(command.id(), viewId);
                        wait(viewId, command.id());
                    } else {
                        commands.done(command.id(), NOTHING);
                    }
                });
    }

    private void rebuild(Command command) {
        viewCommands.rebuild(
                command,
                viewId -> {
                    commands.waitsFor(command.id(), viewId);
                    wait(viewId, command.id());
                });
    }

    private void move(Command command) {
        boolean filling =
                viewCommands.move(
                        command,
                        viewId -> {
                            commands.waitsFor(command.id(), viewId);
                            wait(viewId, command.id());
                        });
        if (!filling) {
            commands.done(command.id(), NOTHING);
        }
    }

    private void wait(long viewId, long commandId) {
        commandsByView.computeIfAbsent(viewId, _ -> new ArrayList<>()).add(commandId);
    }

    private List<Long> takeWaiting(long viewId) {
        return Optional.ofNullable(commandsByView.remove(viewId)).orElse(List.of());
    }

    private void cancelled(long viewId, String how) {
        for (long waiting : takeWaiting(viewId)) {
            commands.failed(
                    waiting,
                    PgtrickleException.of(
                            ErrorCode.CANCELLED,
                            "the view was " + how + " while it was being populated"));
        }
    }

    void cleanUp() {
        views.cleanUp();
    }

    /// A view has left its group of its own accord.
    void departed(Departure gone) {
        views.departed(gone);
    }

    /// A transaction that is about to be evaluated.
    void noticed(Transaction transaction) {
        views.noticed(transaction);
    }

    /// Takes a message that isn't bound to a transaction: a request to explain a query.
    void announce(Change.Message message) {
        if (message.prefix().equals(Notice.PREFIX)) {
            explainer.request(message.content().array());
        }
    }

    /// Takes a populated view into the group, or cleans up after one that failed, and answers who waits for it.
    ///
    /// @return false where the view can't be taken in yet
    boolean populationEnded(Population population) {
        ViewDefinition definition = population.definition();
        try {
            if (population.stage() instanceof Population.Stage.Failed(PgtrickleException error)) {
                throw error;
            }
            if (population.isPostponed(clock.instant()) || !views.join(population)) {
                return false;
            }
            takeWaiting(definition.id()).forEach(id -> commands.done(id, NOTHING));
        } catch (PgtrickleException e) {
            population.discard();
            views.checkPublication();
            if (e.kind() == ErrorKind.WORLD || views.mayPopulateAgain(population, e)) {
                views.populateAgain(definition);
                return true;
            }
            List<Long> waiting = takeWaiting(definition.id());
            views.populationFailed(population, e, !waiting.isEmpty());
            waiting.forEach(id -> commands.failed(id, e));
        }
        return true;
    }

    /// The verification for which the group is being led to a snapshot.
    Optional<Alignment> alignment() {
        return alignment;
    }

    /// The group is at the snapshot.
    void completeAlignment() {
        Alignment done = alignment.orElseThrow();
        alignment = Optional.empty();
        commands.done(done.commandId(), done.complete());
        exported.add(done);
        beginAlignment();
    }

    /// A group is so far behind that the verification is given up.
    void failAlignment(String group) {
        Alignment failed = alignment.orElseThrow();
        alignment = Optional.empty();
        failed.close();
        commands.failed(
                failed.commandId(),
                PgtrickleException.of(
                                ErrorCode.CANCELLED, "group \"" + group + "\" is behind the others")
                        .withHint(
                                "verify again when lag_bytes in pgtrickle.list_views() is small"));
        beginAlignment();
    }

    /// The group can never be exactly at the snapshot: another one is taken.
    void retryAlignment() {
        Alignment failed = alignment.orElseThrow();
        alignment = Optional.empty();
        failed.close();
        verifications.addFirst(failed.commandId());
        beginAlignment();
    }

    /// Every second or so: shows progress in the catalog, gives up snapshots that have had their time.
    void report() {
        views.report();
        if (!nextPruning.isAfter(clock.instant())) {
            commands.prune();
            nextPruning = clock.instant().plus(PRUNING_INTERVAL);
        }
        for (Alignment old : List.copyOf(exported)) {
            if (old.isExpired(clock.instant())) {
                exported.remove(old);
                old.close();
            }
        }
        beginAlignment();
    }

    @Override
    public void close() {
        explainer.close();
        alignment.ifPresent(Alignment::close);
        exported.forEach(Alignment::close);
    }

    private void verify(Command command) {
        if (verifications.size() >= MAX_VERIFICATIONS) {
            throw PgtrickleException.of(ErrorCode.BAD_ARGUMENT, "too many verifications at a time")
                    .withHint("wait for some of them");
        }
        verifications.add(command.id());
        beginAlignment();
    }

    private void beginAlignment() {
        if (alignment.isPresent() || verifications.isEmpty() || exported.size() >= MAX_EXPORTED) {
            return;
        }
        long id = verifications.remove();
        while (true) {
            Alignment candidate =
                    Alignment.begin(id, address, clock.instant().plus(SNAPSHOTS_LAST));
            if (candidate.seesAll(streamed)) {
                alignment = Optional.of(candidate);
                views.wake();
                return;
            }
            // a commit was streamed and isn't visible for a moment longer
            candidate.close();
        }
    }
}
