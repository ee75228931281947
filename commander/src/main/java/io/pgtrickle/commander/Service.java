package io.pgtrickle.commander;

import io.pgtrickle.cdc.ChangeStream;
import io.pgtrickle.cdc.StreamSettings;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.RemoteSessions;
import io.pgtrickle.postgres.Sessions;
import io.pgtrickle.postgres.Sink;
import io.pgtrickle.postgres.SqlErrors;
import io.pgtrickle.state.RocksStateStore;
import io.pgtrickle.state.StateStore;
import io.pgtrickle.state.StoreLimits;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One attempt to serve: from connecting to the first failure or the order to stop. Owns every connection, thread and file of it.
final class Service implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Service.class);

    private static final Duration STANDBY_POLL = Duration.ofMillis(250);
    private static final Duration STATUS_INTERVAL = Duration.ofSeconds(1);
    private static final Duration BEAT_INTERVAL = Duration.ofSeconds(1);

    /// Nothing from the server for so long, although it is asked to answer each second: the network is dead.
    private static final Duration SILENCE_LIMIT =
            Duration.ofSeconds(Integer.getInteger("pgtrickle.silence.seconds", 30));

    private final SidecarSettings settings;
    private final InstantSource clock;
    private final UUID instance = UUID.randomUUID();
    private final EngineCounters counters = new EngineCounters();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private volatile @Nullable Groups groups;
    private volatile @Nullable ChangeStream stream;
    private volatile @Nullable PgtrickleException beatFailure;
    private volatile boolean closing;
    private volatile long lastBeat;
    private final List<Connection> sessions = new CopyOnWriteArrayList<>();
    private volatile Optional<RemoteSessions> functions = Optional.empty();

    Service(SidecarSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /// Serves until told to stop.
    ///
    /// @throws PgtrickleException what ended it
    void serve(BooleanSupplier stopping, BiConsumer<SidecarStatus.Phase, Optional<String>> phase) {
        Installation.install(settings.address(), settings.slot(), settings.publication());
        Membership membership = keep(new Membership(session("pgtrickle heartbeat"), instance));
        if (!membership.tryAcquire()) {
            LOG.info("another sidecar serves this database; waiting to take over");
            phase.accept(SidecarStatus.Phase.STANDBY, Optional.empty());
            while (!membership.tryAcquire()) {
                if (stopping.getAsBoolean()) {
                    return;
                }
                pause(STANDBY_POLL);
            }
        }
        try {
            serve(membership, stopping, phase);
        } catch (RuntimeException e) {
            membership.report(e);
            throw e;
        }
    }

    private void serve(
            Membership membership,
            BooleanSupplier stopping,
            BiConsumer<SidecarStatus.Phase, Optional<String>> phase) {
        StateStore state =
                keep(
                        RocksStateStore.open(
                                StateDirectory.store(settings.stateDirectory()),
                                new StoreLimits(
                                        settings.blockCacheBytes(),
                                        settings.writeBufferBytes(),
                                        settings.readCacheBytes())));
        Engine engine = assemble(membership, state);
        phase.accept(SidecarStatus.Phase.STREAMING, Optional.empty());
        startBeating(membership);
        startWatching();
        while (!stopping.getAsBoolean()) {
            engine.turn();
            checkLife();
        }
        engine.stop();
        closing = true;
        membership.leave();
    }

    private Engine assemble(Membership membership, StateStore state) {
        Sql sql = new Sql(session("pgtrickle commander"));
        long epoch = membership.raiseEpoch(settings, version());
        Recovery recovery = Recovery.of(sql, state, settings.address(), settings.slot());
        StreamedCommits streamed = new StreamedCommits(sql, state, recovery.main().usable());
        RemoteSessions evaluating = keep(new RemoteSessions(settings.address()));
        functions = Optional.of(evaluating);
        Population.Environment environment =
                new Population.Environment(
                        settings.address(),
                        settings.publication(),
                        state,
                        settings.pendingBytes(),
                        streamed.xids(),
                        evaluating);
        Populations populations =
                keep(new Populations(environment, settings.stateDirectory().resolve("spool")));
        Groups all = keep(groups(sql, environment, epoch, recovery));
        groups = all;
        InstantSource steady = new SteadySource(clock.instant());
        Views views = new Views(sql, state, all, populations, steady);
        ChangeStream changes =
                keep(
                        ChangeStream.open(
                                new StreamSettings(
                                        settings.address(),
                                        settings.slot(),
                                        settings.publication(),
                                        settings.stateDirectory().resolve("transactions"),
                                        new StreamSettings.Limits(
                                                settings.queueBytes(),
                                                settings.queueBytes() / 4,
                                                STATUS_INTERVAL)),
                                recovery.from()));
        stream = changes;
        CommandDesk desk =
                keep(
                        new CommandDesk(
                                sql,
                                new ViewCommands(sql, views, populations),
                                settings.address(),
                                streamed.xids(),
                                steady));
        views.resume(recovery::isUsable);
        all.start();
        desk.resume();
        return new Engine(new Engine.Parts(changes, all, populations, streamed, desk), steady);
    }

    private Groups groups(
            Sql sql, Population.Environment environment, long epoch, Recovery recovery) {
        Group main =
                new Group(
                        environment.store(),
                        new Sink(session("pgtrickle sink")),
                        new Sink.GroupPosition(Group.DEFAULT, recovery.main().target(), epoch),
                        recovery.main().state(),
                        clock);
        Groups all =
                new Groups(
                        sql,
                        new Groups.Environment(
                                settings.address(),
                                settings.publication(),
                                environment.store(),
                                epoch,
                                settings.pendingBytes(),
                                environment::circuit,
                                clock),
                        settings.stateDirectory().resolve("queues"),
                        new GroupCycle(main, clock, settings.pendingBytes(), counters));
        recovery.groups().forEach(all::resume);
        return all;
    }

    /// The status as this attempt sees it.
    SidecarStatus status(SidecarStatus before) {
        Groups all = groups;
        EngineCounters.Figures figures = all == null ? counters.figures() : all.figures();
        ChangeStream changes = stream;
        return new SidecarStatus(
                before.phase(),
                before.startedAt(),
                figures.applied(),
                figures.checkpointed(),
                changes == null ? 0 : changes.statistics().received().bytesSince(figures.applied()),
                all == null ? counters.lag(clock.instant()) : all.lag(clock.instant()),
                figures.changesReceived(),
                figures.rowsApplied(),
                figures.times(),
                figures.views().stream().mapToLong(SidecarStatus.ViewStatus::stateBytes).sum(),
                before.lastError(),
                figures.views());
    }

    @Override
    public void close() {
        closing = true;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                // the attempt is over; what can't be closed any more is gone
                LOG.debug("closing failed", e);
            }
        }
    }

    private void startBeating(Membership membership) {
        Thread.ofPlatform()
                .name("heartbeat")
                .daemon()
                .start(() -> {
                    try {
                        while (!closing) {
                            membership.beat(status(SidecarStatus.starting(clock.instant())));
                            lastBeat = System.nanoTime();
                            pause(BEAT_INTERVAL);
                        }
                    } catch (PgtrickleException e) {
                        beatFailure = e;
                    }
                });
    }

    /// Where the network has died, who waits for an answer waits for ever: then its session is ended from here. Until now an answer that took
    /// long was an error by itself, but a step may take as long as it takes.
    private void startWatching() {
        sessions.forEach(session -> limitSilence(session, 0));
        lastBeat = System.nanoTime();
        Thread.ofPlatform()
                .name("watchdog")
                .daemon()
                .start(() -> {
                    while (!closing) {
                        pause(BEAT_INTERVAL);
                        ChangeStream changes = stream;
                        boolean deaf = System.nanoTime() - lastBeat > SILENCE_LIMIT.toNanos();
                        boolean silent =
                                changes != null
                                        && changes.statistics()
                                                        .sinceArrival()
                                                        .compareTo(SILENCE_LIMIT)
                                                > 0;
                        if (deaf || silent) {
                            LOG.warn("the server has been silent for {}", SILENCE_LIMIT);
                            abort();
                            return;
                        }
                    }
                });
    }

    private void abort() {
        Groups all = groups;
        if (all != null) {
            all.abort();
        }
        functions.ifPresent(RemoteSessions::abort);
        for (Connection session : sessions) {
            try {
                session.abort(Runnable::run);
            } catch (SQLException e) {
                LOG.debug("ending a session failed", e);
            }
        }
    }

    private void checkLife() {
        PgtrickleException failure = beatFailure;
        if (failure != null) {
            throw PgtrickleException.of(
                    ErrorCode.CONNECTION_LOST,
                    "the heartbeat failed: " + failure.messageText(),
                    failure);
        }
        ChangeStream changes = stream;
        if (changes != null && changes.statistics().sinceArrival().compareTo(SILENCE_LIMIT) > 0) {
            throw PgtrickleException.of(
                    ErrorCode.CONNECTION_LOST,
                    "the server has been silent for " + SILENCE_LIMIT.toSeconds() + " s");
        }
    }

    private Connection session(String name) {
        Connection session = keep(Sessions.open(settings.address(), name));
        limitSilence(session, (int) SILENCE_LIMIT.toSeconds());
        sessions.add(session);
        return session;
    }

    private static void limitSilence(Connection session, int seconds) {
        try {
            Sessions.limitSilence(session, seconds);
        } catch (SQLException e) {
            throw SqlErrors.of(e, "preparing a session");
        }
    }

    private <T extends AutoCloseable> T keep(T resource) {
        open.push(resource);
        return resource;
    }

    /// The pace of back-off, of looking whether the lock is free, and of signs of life; a stop interrupts it.
    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String version() {
        return Optional.ofNullable(Service.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
