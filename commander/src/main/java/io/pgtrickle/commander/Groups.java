package io.pgtrickle.commander;

import io.pgtrickle.cdc.Spool;
import io.pgtrickle.cdc.Transaction;
import io.pgtrickle.dataflow.Circuit;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.state.StateSpace;
import io.pgtrickle.state.StateStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/// The groups of views: the default one, which the engine's thread drives itself, and the others with a runner each, made with
/// their first view and gone with their last. Owned by the engine's thread.
final class Groups implements AutoCloseable {

    /// Each but the default one takes a thread, a connection of the server's and files.
    private static final int MAX_GROUPS = 32;

    /// PostgreSQL's for a name.
    private static final int MAX_NAME_LENGTH = 63;

    /// What all runners need.
    ///
    /// @param pendingBytes state that may wait in memory for a checkpoint
    /// @param circuits makes a view's operators over its state
    record Environment(
            ServerAddress address,
            String publication,
            StateStore store,
            long epoch,
            long pendingBytes,
            BiFunction<ViewDefinition, StateSpace, Circuit> circuits,
            InstantSource clock) {}

    private final Sql sql;
    private final Environment environment;
    private final Path queues;
    private final GroupCycle main;
    private final Map<String, GroupRunner> runners = new ConcurrentSkipListMap<>();
    private boolean started;

    /// @param sql a connection of the engine's own, autocommitting
    /// @param queues a directory; what an earlier process left there is deleted
    Groups(Sql sql, Environment environment, Path queues, GroupCycle main) {
        this.sql = sql;
        this.environment = environment;
        this.queues = queues;
        this.main = main;
        Spool.deleteLeftovers(queues);
    }

    /// The default group.
    GroupCycle main() {
        return main;
    }

    /// Before the start: a group that has views goes on where it stands.
    void resume(String name, Recovery.Standing standing) {
        if (!name.equals(Group.DEFAULT)) {
            runners.put(name, new GroupRunner(name, environment, queues, standing));
        }
    }

    /// After the views have been resumed: begins to drive the groups.
    void start() {
        started = true;
        runners.values().forEach(GroupRunner::start);
    }

    /// @throws PgtrickleException BAD_ARGUMENT where a view can't be in a group of that name
    void check(String name) {
        if (name.isBlank() || name.length() > MAX_NAME_LENGTH) {
            throw PgtrickleException.of(
                            ErrorCode.BAD_ARGUMENT, "\"" + name + "\" can't be the name of a group")
                    .withHint("use a name of 1 to " + MAX_NAME_LENGTH + " characters");
        }
        if (!contains(name) && runners.size() + 1 >= MAX_GROUPS) {
            throw PgtrickleException.of(
                            ErrorCode.BAD_ARGUMENT, "there are " + MAX_GROUPS + " groups already")
                    .withHint("put the view into one of them: see pgtrickle.list_views()");
        }
    }

    /// A view of that group is going to need the changes of these tables, from here on; makes the group where there is none.
    void expect(String name, Set<Long> relations) {
        if (!name.equals(Group.DEFAULT)) {
            runners.computeIfAbsent(name, this::make).expect(relations);
        }
    }

    private GroupRunner make(String name) {
        Lsn position = main.group().evaluated();
        sql.update(
                """
                INSERT INTO pgtrickle.progress (group_name, lsn, epoch) VALUES (?, ?::pg_lsn, ?)
                ON CONFLICT (group_name) DO UPDATE SET lsn = excluded.lsn, epoch = excluded.epoch
                """,
                name,
                position.toString(),
                environment.epoch());
        environment
                .store()
                .checkpoint(
                        List.of(), Map.of(Group.positionKey(name), Group.positionValue(position)));
        GroupRunner runner =
                new GroupRunner(
                        name, environment, queues, new Recovery.Standing(position, position, true));
        if (started) {
            runner.start();
        }
        return runner;
    }

    private boolean contains(String name) {
        return name.equals(Group.DEFAULT) || runners.containsKey(name);
    }

    /// How far a group's views are; empty where there is no such group.
    Optional<Lsn> position(String name) {
        return name.equals(Group.DEFAULT)
                ? Optional.of(main.group().evaluated())
                : Optional.ofNullable(runners.get(name)).map(GroupRunner::evaluated);
    }

    /// The group between two steps, until `release`; empty where there is none, or where it is making a step: then it may be tried
    /// again, and the group waits for it.
    Optional<GroupCycle> hold(String name) {
        return name.equals(Group.DEFAULT)
                ? Optional.of(main)
                : Optional.ofNullable(runners.get(name)).flatMap(GroupRunner::hold);
    }

    /// The same where there is such a group.
    boolean isReachable(String name) {
        return !contains(name) || hold(name).isPresent();
    }

    void release() {
        runners.values().forEach(GroupRunner::release);
    }

    /// Gives the other groups what the default one gets.
    void append(Transaction transaction) {
        runners.values().forEach(runner -> runner.append(transaction));
    }

    void passed(Lsn frontier) {
        runners.values().forEach(runner -> runner.passed(frontier));
    }

    void wantPosition() {
        runners.values().forEach(GroupRunner::wantPosition);
    }

    /// Makes all groups write that they are where the stream is.
    ///
    /// @return a group that is behind, so that it can't
    Optional<String> writePositions() {
        main.writePosition();
        for (GroupRunner runner : runners.values()) {
            Optional<GroupCycle> held = runner.hold();
            if (held.isEmpty() || !runner.isCaughtUp()) {
                runner.release();
                return Optional.of(runner.name());
            }
            held.get().writePosition();
        }
        return Optional.empty();
    }

    /// Up to where the state of all groups is durable.
    Lsn checkpointed() {
        Lsn least = main.group().checkpointed();
        for (GroupRunner runner : runners.values()) {
            least = Lsn.min(least, runner.checkpointed());
        }
        return least;
    }

    /// The views that have left a group of their own accord since the last call; the default group tells at once.
    List<Departure> departures() {
        List<Departure> all = new ArrayList<>();
        runners.values().forEach(runner -> all.addAll(runner.departures()));
        return all;
    }

    /// @throws PgtrickleException where a group can't go on
    void check() {
        runners.values().forEach(GroupRunner::check);
    }

    /// Ends the groups that have no view any more.
    void retain(Supplier<List<String>> groups) {
        if (runners.isEmpty()) {
            return;
        }
        List<String> used = groups.get();
        for (GroupRunner runner : List.copyOf(runners.values())) {
            if (!used.contains(runner.name())) {
                runners.remove(runner.name());
                runner.close();
                sql.update("DELETE FROM pgtrickle.progress WHERE group_name = ?", runner.name());
            }
        }
    }

    /// All groups as one. From any thread, like the next one.
    EngineCounters.Figures figures() {
        EngineCounters.Figures all = main.counters().figures();
        for (GroupRunner runner : runners.values()) {
            EngineCounters.Figures figures = runner.counters().figures();
            // one that has just begun hasn't published any
            all = figures.applied().equals(Lsn.ZERO) ? all : all.with(figures);
        }
        return all;
    }

    /// That of the group that is furthest behind.
    Duration lag(Instant now) {
        Duration longest = main.counters().lag(now);
        for (GroupRunner runner : runners.values()) {
            Duration lag = runner.counters().lag(now);
            longest = lag.compareTo(longest) > 0 ? lag : longest;
        }
        return longest;
    }

    /// Ends their sessions, so that nobody waits for an answer any more. From any thread.
    void abort() {
        runners.values().forEach(GroupRunner::abort);
    }

    /// Ends them with a checkpoint.
    void stop() {
        runners.values().forEach(GroupRunner::stop);
        close();
    }

    @Override
    public void close() {
        runners.values().forEach(GroupRunner::stop);
        for (GroupRunner runner : List.copyOf(runners.values())) {
            runner.close();
        }
    }
}
