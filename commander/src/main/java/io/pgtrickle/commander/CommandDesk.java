package io.pgtrickle.commander;

import io.pgtrickle.cdc.Change;
import io.pgtrickle.cdc.StreamedXids;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.ErrorKind;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.postgres.ServerAddress;
import java.time.Duration;
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

    /// Verifications that wait at a time.
    private static final int MAX_VERIFICATIONS = 100;

    /// Verifications whose snapshots are held at a time; each takes two of the server's connections.
    private static final int MAX_EXPORTED = 10;

    /// A command whose message came by.
    ///
    /// @param xid of the transaction that has submitted it
    private record Arrival(long id, long xid) {}

    private final CommandTable commands;
    private final Views views;
    private final ServerAddress address;
    private final StreamedXids streamed;
    private final InstantSource clock;
    private final Explainer explainer;
    private final Map<Long, Long> commandByView = new HashMap<>();
    private final Deque<Arrival> arrivals = new ArrayDeque<>();
    private final Deque<Long> verifications = new ArrayDeque<>();
    private final List<Alignment> exported = new ArrayList<>();
    private Optional<Alignment> alignment = Optional.empty();

    CommandDesk(
            CommandTable commands,
            Views views,
            ServerAddress address,
            StreamedXids streamed,
            InstantSource clock) {
        this.commands = commands;
        this.views = views;
        this.address = address;
        this.streamed = streamed;
        this.clock = clock;
        this.explainer = new Explainer(address);
    }

    /// After a start: takes up what an earlier process left. Commands whose message comes again are run once all the same.
    void resume() {
        commands.waitingByView().forEach(this::resume);
        commands.failInterrupted();
        commands.waiting().forEach(this::run);
    }

    /// Its view may have been finished or given up just before the process ended.
    private void resume(long viewId, long commandId) {
        if (views.isBeingMade(viewId)) {
            commandByView.put(viewId, commandId);
        } else if (views.isRunning(viewId)) {
            commands.done(commandId, "{}");
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
        arrivals.add(new Arrival(id, xid));
        runArrived();
    }

    /// Runs what has arrived, in its order.
    void runArrived() {
        while (!arrivals.isEmpty() && commands.isVisible(arrivals.getFirst().xid())) {
            run(arrivals.removeFirst().id());
        }
    }

    private void run(long id) {
        Optional<Command> claimed = commands.claim(id);
        if (claimed.isEmpty()) {
            return;
        }
        try {
            switch (claimed.get().kind()) {
                case "create_view" -> create(claimed.get());
                case "drop_view" -> drop(claimed.get());
                case "verify_snapshot" -> verify(claimed.get());
                default ->
                        throw PgtrickleException.of(
                                        ErrorCode.BAD_ARGUMENT,
                                        "unknown command \"" + claimed.get().kind() + "\"")
                                .withHint(
                                        "the SQL objects may be newer than this sidecar: upgrade it");
            }
        } catch (PgtrickleException e) {
            if (e.sqlState().equals(ErrorCode.TABLE_LOCKED.sqlState())) {
                commands.failed(
                        id, PgtrickleException.of(ErrorCode.TABLE_LOCKED, e.messageText(), e));
            } else if (e.kind() == ErrorKind.WORLD) {
                throw e;
            } else {
                commands.failed(id, e);
            }
        } catch (RuntimeException | StackOverflowError e) {
            // e.g. a query nested too deeply: whose command it is must know, and nobody else notice
            commands.failed(
                    id,
                    PgtrickleException.of(
                            ErrorCode.INTERNAL,
                            "the command failed with an internal error: " + e,
                            e));
        }
    }

    /// Takes a message that isn't bound to a transaction: a request to explain a query.
    void announce(Change.Message message) {
        if (message.prefix().equals(Notice.PREFIX)) {
            explainer.request(message.content().array());
        }
    }

    /// Takes a populated view into the group, or cleans up after one that failed, and answers who waits for it.
    void populationEnded(Population population) {
        ViewDefinition definition = population.definition();
        Optional<Long> waiting = Optional.ofNullable(commandByView.remove(definition.id()));
        try {
            if (population.stage() instanceof Population.Stage.Failed(PgtrickleException error)) {
                throw error;
            }
            ZSet missing = population.finish();
            views.join(population, missing);
            waiting.ifPresent(id -> commands.done(id, "{}"));
        } catch (PgtrickleException e) {
            population.discard();
            views.checkPublication();
            if (e.kind() == ErrorKind.WORLD || views.mayPopulateAgain(population, e)) {
                views.populateAgain(definition);
                waiting.ifPresent(id -> commandByView.put(definition.id(), id));
                return;
            }
            views.populationFailed(population, e, waiting.isPresent());
            waiting.ifPresent(id -> commands.failed(id, e));
        }
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

    private void create(Command command) {
        boolean block = command.flag("block", true);
        Optional<ViewDefinition> created =
                views.create(
                        command,
                        viewId -> {
                            if (block) {
                                commands.waitsFor(command.id(), viewId);
                            } else {
                                commands.done(command.id(), "{}");
                            }
                        });
        if (created.isEmpty()) {
            commands.done(command.id(), "{}");
        } else if (block) {
            commandByView.put(created.get().id(), command.id());
        }
    }

    private void drop(Command command) {
        views.drop(command)
                .ifPresent(viewId -> {
                    Long waiting = commandByView.remove(viewId);
                    if (waiting != null) {
                        commands.failed(
                                waiting,
                                PgtrickleException.of(
                                        ErrorCode.CANCELLED,
                                        "the view was dropped while it was being populated"));
                    }
                });
        commands.done(command.id(), "{}");
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
