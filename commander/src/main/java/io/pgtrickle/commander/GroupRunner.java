package io.pgtrickle.commander;

import io.pgtrickle.cdc.Transaction;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.Sessions;
import io.pgtrickle.postgres.Sink;
import io.pgtrickle.postgres.SqlErrors;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A group other than the default one: with a queue, a session and a thread of its own, so that it holds nobody up.
///
/// The engine may touch the group while it holds it: then the thread waits between two steps. Where the group's session fails, it
/// goes back to its checkpoint and takes from the queue again what came after it, with back-off.
final class GroupRunner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GroupRunner.class);

    private static final Duration IDLE = Duration.ofMillis(100);
    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    /// The engine waits so long for a group that may just be idle.
    private static final long HOLD_MILLIS = 5;

    /// A statement may wait for somebody's lock: then its session is ended, and what it would have written is written after the next
    /// start.
    private static final Duration STOP_LIMIT = Duration.ofSeconds(1);

    private final String name;
    private final Groups.Environment environment;
    private final GroupQueue queue;
    private final EngineCounters counters = new EngineCounters();
    private final Queue<Departure> departures = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile Connection session;
    private volatile GroupCycle cycle;
    private volatile boolean positionWanted;
    private volatile boolean stopping;
    private volatile @Nullable PgtrickleException failure;

    /// Whether the engine wants to hold the group, and whether it may. Guarded by this.
    private boolean wanted;

    private boolean parked;

    // the thread's own
    private boolean broken;
    private boolean positionOwed;
    private Duration pause = FIRST_PAUSE;
    private SourceWatch watch;
    private ViewCatalog catalog;
    private final Interval watching = new Interval(WATCH_INTERVAL);

    /// @param standing where the group goes on
    GroupRunner(
            String name, Groups.Environment environment, Path queues, Recovery.Standing standing) {
        this.name = name;
        this.environment = environment;
        this.queue = new GroupQueue(queues, standing.state());
        this.session = Sessions.open(environment.address(), "pgtrickle group");
        this.watch = new SourceWatch(new Sql(session), environment.publication());
        this.catalog = new ViewCatalog(new Sql(session));
        this.cycle = cycle(standing.state(), standing.target());
        this.thread = Thread.ofPlatform().name("group " + name).daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    String name() {
        return name;
    }

    /// Changes of these tables are wanted from here on. By the engine's thread, like the next four.
    void expect(Set<Long> relations) {
        queue.expect(relations);
    }

    void append(Transaction transaction) {
        queue.append(transaction);
        signal();
    }

    void passed(Lsn frontier) {
        queue.passed(frontier);
        signal();
    }

    /// The position is to be written as soon as the group is where the queue ends now.
    void wantPosition() {
        positionWanted = true;
        signal();
    }

    /// The group, to be used until it is released; empty where a step is being made. Before the start it is the engine's anyway.
    synchronized Optional<GroupCycle> hold() {
        wanted = true;
        notifyAll();
        if (!parked && thread.isAlive()) {
            waitFor(Duration.ofMillis(HOLD_MILLIS));
        }
        return parked || !thread.isAlive() ? Optional.of(cycle) : Optional.empty();
    }

    synchronized void release() {
        if (parked) {
            wanted = false;
            notifyAll();
        }
    }

    /// Whether it has nothing to do; to be asked while it is held.
    boolean isCaughtUp() {
        return !queue.end().isAfter(cycle.group().evaluated());
    }

    /// From any thread, like the next two.
    Lsn evaluated() {
        return cycle.group().evaluated();
    }

    Lsn checkpointed() {
        return cycle.group().checkpointed();
    }

    EngineCounters counters() {
        return counters;
    }

    /// What has left the group since the last call.
    List<Departure> departures() {
        List<Departure> taken = new ArrayList<>();
        for (Departure next = departures.poll(); next != null; next = departures.poll()) {
            taken.add(next);
        }
        return taken;
    }

    /// @throws PgtrickleException what ended the thread
    void check() {
        PgtrickleException error = failure;
        if (error != null) {
            throw PgtrickleException.of(
                            error.code(), "group \"" + name + "\": " + error.messageText(), error)
                    .withSqlState(error.sqlState());
        }
    }

    /// Ends it after the step that it is making, with a checkpoint.
    void stop() {
        stopping = true;
        signal();
    }

    /// Ends its session. From any thread.
    void abort() {
        try {
            session.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("ending a session failed", e);
        }
    }

    @Override
    public void close() {
        stop();
        try {
            if (thread.isAlive() && !thread.join(STOP_LIMIT)) {
                LOG.info("group \"{}\" is cut off in the middle of a step", name);
                abort();
                thread.join(STOP_LIMIT);
            }
            session.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            throw SqlErrors.of(e, "closing a session");
        } finally {
            queue.close();
        }
    }

    private GroupCycle cycle(Lsn state, Lsn target) {
        Group group =
                new Group(
                        environment.store(),
                        new Sink(session),
                        new Sink.GroupPosition(name, target, environment.epoch()),
                        state,
                        environment.clock());
        group.onDeparture(this::depart);
        group.onNewVersions(() -> watch(group));
        return new GroupCycle(group, environment.clock(), environment.pendingBytes(), counters);
    }

    private void run() {
        while (!stopping) {
            try {
                turn();
            } catch (PgtrickleException e) {
                if (stopping || e.code() != ErrorCode.CONNECTION_LOST) {
                    failure = e;
                    return;
                }
                LOG.warn(
                        "group \"{}\": {}: trying again in {} ms",
                        name,
                        e.messageText(),
                        pause.toMillis());
                broken = true;
                rest();
            } catch (RuntimeException | Error e) {
                failure = PgtrickleException.of(ErrorCode.INTERNAL, "an internal error: " + e, e);
                return;
            }
        }
        end();
    }

    private void end() {
        try {
            if (!broken) {
                cycle.checkpoint();
            }
        } catch (PgtrickleException e) {
            failure = e;
        }
    }

    private void turn() {
        if (broken) {
            connectAgain();
        }
        park();
        if (positionWanted) {
            positionWanted = false;
            positionOwed = true;
        }
        Optional<Lsn> reached = queue.take(cycle::add, cycle::isFull);
        cycle.step();
        if (reached.isPresent()) {
            cycle.group().passed(reached.get());
            counters.seen(environment.clock().instant());
            if (positionOwed) {
                positionOwed = false;
                cycle.writePosition();
            }
        }
        cycle.maintain();
        queue.forget(cycle.group().checkpointed());
        look();
        if (reached.isPresent()) {
            pause = FIRST_PAUSE;
            idle(reached.get());
        }
    }

    /// Every second: whether the sources are what they were, and what the views have done.
    private void look() {
        if (watching.isOver()) {
            watch(cycle.group());
            cycle.group().views().stream().filter(LiveView::takeNews).forEach(catalog::statistics);
            watching.restart();
        }
    }

    private void watch(Group group) {
        for (Departure gone : watch.changed(group.views())) {
            group.remove(gone.view().definition().id());
            depart(gone);
        }
    }

    /// Its state must not look complete at the next checkpoint, whatever becomes of the view.
    private void depart(Departure gone) {
        gone.view().definition().forgetState(environment.store());
        departures.add(gone);
    }

    private void connectAgain() {
        Group before = cycle.group();
        try {
            session.close();
        } catch (SQLException e) {
            LOG.debug("closing failed", e);
        }
        session = Sessions.open(environment.address(), "pgtrickle group");
        Sql sql = new Sql(session);
        watch = new SourceWatch(sql, environment.publication());
        catalog = new ViewCatalog(sql);
        Lsn target =
                sql.first(
                                "SELECT lsn::text FROM pgtrickle.progress WHERE group_name = ? AND epoch = ?",
                                row -> Lsn.parse(row.getString(1)),
                                name,
                                environment.epoch())
                        .orElseThrow(() ->
                                PgtrickleException.of(
                                        ErrorCode.FENCED,
                                        "another sidecar has taken over group \"" + name + "\""));
        GroupCycle next = cycle(before.checkpointed(), target);
        for (LiveView view : before.views()) {
            if (before.isTorn(view)) {
                depart(
                        new Departure(
                                view,
                                PgtrickleException.of(
                                        ErrorCode.CONNECTION_LOST,
                                        "the connection was lost during a large transaction"),
                                true));
                continue;
            }
            view.space().revert();
            next.group()
                    .add(
                            new LiveView(
                                    view.definition(),
                                    view.space(),
                                    environment.circuits().apply(view.definition(), view.space()),
                                    view.shape()));
        }
        queue.rewind();
        cycle = next;
        broken = false;
    }

    /// Between two steps: lets the engine have the group.
    private synchronized void park() {
        while (wanted && !stopping) {
            parked = true;
            notifyAll();
            waitFor(IDLE);
        }
        parked = false;
    }

    private synchronized void idle(Lsn reached) {
        if (!wanted && !stopping && !positionWanted && !queue.end().isAfter(reached)) {
            waitFor(IDLE);
        }
    }

    private synchronized void rest() {
        if (!stopping) {
            waitFor(pause);
        }
        Duration twice = pause.multipliedBy(2);
        pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }

    private synchronized void signal() {
        notifyAll();
    }

    /// The monitor is held; who waits looks again afterwards whatever woke it.
    @SuppressWarnings("WaitNotInLoop") // the callers loop
    private void waitFor(Duration limit) {
        try {
            wait(limit.toMillis());
        } catch (InterruptedException e) {
            stopping = true;
            Thread.currentThread().interrupt();
        }
    }
}
