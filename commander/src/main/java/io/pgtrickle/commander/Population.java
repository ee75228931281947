package io.pgtrickle.commander;

import io.pgtrickle.cdc.Blocker;
import io.pgtrickle.cdc.SnapshotReader;
import io.pgtrickle.cdc.Spool;
import io.pgtrickle.cdc.StreamedXids;
import io.pgtrickle.cdc.Transaction;
import io.pgtrickle.dataflow.Circuit;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.XidSnapshot;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.postgres.RemoteSessions;
import io.pgtrickle.postgres.ResultTable;
import io.pgtrickle.postgres.ResultTables;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.postgres.Sessions;
import io.pgtrickle.postgres.Sink;
import io.pgtrickle.postgres.SqlErrors;
import io.pgtrickle.postgres.TableSuccession;
import io.pgtrickle.state.StateSpace;
import io.pgtrickle.state.StateStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Fills one view beside the running stream, on a thread of its own, until the engine takes it into its group at a step
/// boundary (DESIGN section 7).
///
/// From the command's position on, the engine spools the transactions that touch the sources. The snapshot is taken after
/// the spool has begun, so a transaction is in the snapshot, or in the spool, or in both; those that the snapshot sees are
/// left out when the spool is replayed. One that was streamed before the spool began and that the snapshot doesn't see yet
/// would be in neither: then the snapshot is taken anew.
final class Population {

    /// Where a population stands.
    sealed interface Stage {
        /// @param reason what it waits for
        record Waiting(String reason) implements Stage {}

        record Copying(long rows, long estimate) implements Stage {}

        record CatchingUp() implements Stage {}

        /// Filled; waits for the engine.
        record Ready() implements Stage {}

        record Failed(PgtrickleException error) implements Stage {}
    }

    /// Where the result goes.
    sealed interface Target {
        /// A table that isn't there yet, filled under a hidden name.
        record Fresh() implements Target {}

        /// The view's own table, which keeps its rows and gets the difference.
        record Existing() implements Target {}

        /// A table like `Fresh` that takes another one's place, and has its indexes.
        ///
        /// @param predecessor as it is written in SQL
        record Successor(String predecessor) implements Target {}
    }

    /// What all populations need.
    ///
    /// @param flushBytes state that may be pending in memory
    /// @param streamed the transactions that the stream brought lately
    /// @param functions evaluates what the circuits don't
    record Environment(
            ServerAddress address,
            String publication,
            StateStore store,
            long flushBytes,
            StreamedXids streamed,
            RemoteSessions functions) {

        Circuit circuit(ViewDefinition definition, StateSpace space) {
            return Circuit.of(
                    definition.plan().plan(), space, functions.functions(definition.context()));
        }
    }

    /// A spool with fewer transactions left than this is replayed by the engine at the step boundary.
    private static final int SHORT_SPOOL = 1_000;

    /// Transactions that are replayed in one evaluation.
    private static final int REPLAY_TRANSACTIONS = 1_000;

    /// Between looks at what others change without telling: whether it is cancelled, whether a streamed commit has become visible.
    private static final long PAUSE_MILLIS = 10;

    /// A commit that isn't visible after so many pauses is held up.
    private static final int PATIENT_ATTEMPTS = 50;

    private final ViewDefinition definition;
    private final Environment environment;
    private final Spool spool;
    private final Semaphore turns;
    private final StateSpace space;
    private final StateSpace resultSpace;
    private final Circuit circuit;
    private final ResultAccumulator result;
    private final SourceReaders readers;
    private final Target target;
    private final AtomicLong rowsCopied = new AtomicLong();

    private volatile Stage stage = new Stage.Waiting("its turn");
    private volatile boolean cancelled;
    private final AtomicLong replayed = new AtomicLong();
    private volatile Lsn snapshotLsn = Lsn.ZERO;
    private volatile Lsn replayedTo = Lsn.ZERO;
    private @Nullable XidSnapshot visibility;
    private volatile @Nullable SourceShape shape;
    private final ZSet missing = new ZSet();
    private Instant postponedUntil = Instant.EPOCH;
    private String waitsFor = "";

    /// @param turns so many populations read at a time
    Population(
            ViewDefinition definition,
            Environment environment,
            Semaphore turns,
            Spool spool,
            Target target) {
        this.definition = definition;
        this.environment = environment;
        this.spool = spool;
        this.turns = turns;
        this.target = target;
        StateStore store = environment.store();
        definition.forgetState(store);
        store.drop(resultSpaceName());
        this.space = store.space(definition.spaceName());
        this.resultSpace = store.space(resultSpaceName());
        this.circuit = environment.circuit(definition, space);
        this.result =
                new ResultAccumulator(
                        definition.plan().plan(),
                        target instanceof Target.Existing,
                        resultSpace,
                        environment.flushBytes());
        this.readers = new SourceReaders(definition.sources());
    }

    ViewDefinition definition() {
        return definition;
    }

    Stage stage() {
        return stage;
    }

    long rowsCopied() {
        return rowsCopied.get();
    }

    /// Ends the work soon; the caller cleans up when the thread has ended.
    void cancel() {
        cancelled = true;
    }

    /// By the engine's thread: keeps a transaction for the replay where it touches a source.
    void spool(Transaction transaction) {
        spool.append(transaction);
    }

    /// The body of the population's thread.
    void run() {
        try {
            fill();
            stage = new Stage.Ready();
        } catch (PgtrickleException e) {
            stage = new Stage.Failed(e);
        } catch (SQLException e) {
            stage = new Stage.Failed(SqlErrors.of(e, "populating " + definition.qualifiedName()));
        } catch (RuntimeException | Error e) {
            // out of memory or of stack is this view's failure too
            stage = new Stage.Failed(internal(e));
        }
    }

    private static PgtrickleException internal(Throwable e) {
        return PgtrickleException.of(
                ErrorCode.INTERNAL, "populating failed with an internal error: " + e, e);
    }

    /// By the engine's thread, once ready: whether a group at that position has passed the snapshot, and isn't behind the view.
    boolean mayJoin(Lsn position) {
        return stage instanceof Stage.Ready
                && !snapshotLsn.isAfter(position)
                && !replayedTo.isAfter(position);
    }

    /// By the engine's thread: somebody has locked the table that the view needs in order to join.
    void postpone(Instant until, String obstacle) {
        postponedUntil = until;
        waitsFor = obstacle;
    }

    boolean isPostponed(Instant now) {
        return now.isBefore(postponedUntil);
    }

    /// Why the view hasn't joined; empty where nothing stands in its way.
    String waitsFor() {
        return waitsFor;
    }

    /// By the engine's thread: replays what is left of the spool up to the group's position.
    ///
    /// @return what the table lacks
    ZSet finish(Lsn position) {
        while (advance(position)) {
            checkCancelled();
        }
        spool.close();
        environment.store().drop(resultSpaceName());
        return missing;
    }

    /// By the engine's thread, once ready: replays some of what has come since, up to the group's position.
    ///
    /// @return whether there was anything
    boolean advance(Lsn position) {
        try {
            return replay(missing::addAll, position);
        } catch (PgtrickleException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            throw internal(e);
        }
    }

    LiveView toLiveView() {
        return new LiveView(definition, space, circuit, shape());
    }

    boolean reachedSnapshot() {
        return shape != null;
    }

    /// What the sources were like in the snapshot.
    SourceShape shape() {
        return Objects.requireNonNull(shape, "a population before its snapshot");
    }

    /// After a failure or a cancellation, when the thread has ended.
    void discard() {
        spool.close();
        environment.store().drop(resultSpaceName());
        definition.forgetState(environment.store());
    }

    private void fill() throws SQLException {
        try (Connection connection = Sessions.open(environment.address(), "pgtrickle population")) {
            publishSources(connection);
            awaitTurn();
            try {
                load(connection);
                stage = new Stage.CatchingUp();
                while (spool.count() - replayed.get() > SHORT_SPOOL) {
                    replay(this::loaded, spool.appended());
                    space.flush();
                    checkCancelled();
                }
                fillTable(connection);
                Failpoint.TABLE_FILLED.reach();
                space.flush();
            } finally {
                turns.release();
            }
        }
    }

    private void awaitTurn() {
        stage = new Stage.Waiting("its turn");
        try {
            while (!turns.tryAcquire(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                checkCancelled();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PgtrickleException.of(ErrorCode.CANCELLED, "interrupted while waiting", e);
        }
    }

    /// The pace of looking whether a commit is visible by now, of which PostgreSQL tells nobody.
    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PgtrickleException.of(ErrorCode.CANCELLED, "interrupted while waiting", e);
        }
    }

    private void publishSources(Connection connection) {
        new PublishedSources(new Sql(connection), environment.publication())
                .publish(
                        definition.relations(),
                        blockers -> {
                            stage =
                                    new Stage.Waiting(
                                            blockers.stream()
                                                    .map(Blocker::description)
                                                    .collect(Collectors.joining(", ")));
                            checkCancelled();
                        });
    }

    private void load(Connection connection) throws SQLException {
        try (SnapshotReader snapshot = takeSnapshot(connection)) {
            Failpoint.SNAPSHOT_TAKEN.reach();
            Map<Source, Long> estimates = new LinkedHashMap<>();
            for (Source source : definition.sources()) {
                estimates.put(source, snapshot.estimatedRows(source.relationOid()));
            }
            long total = estimates.values().stream().mapToLong(Long::longValue).sum();
            stage = new Stage.Copying(0, total);
            result.add(circuit.initialize());
            SourceLoad load = new SourceLoad(circuit, environment.flushBytes(), this::loaded);
            // the largest one last: each of its rows then meets its partners once they are all
            // there
            for (Source source :
                    estimates.keySet().stream()
                            .sorted(Comparator.comparing(estimates::get))
                            .toList()) {
                load.copy(
                        snapshot,
                        source,
                        rows -> {
                            checkCancelled();
                            stage = new Stage.Copying(rowsCopied.addAndGet(rows), total);
                        });
            }
        }
    }

    private void loaded(ZSet delta) {
        result.add(delta);
        if (space.pendingBytes() > environment.flushBytes()) {
            space.flush();
        }
    }

    private SnapshotReader takeSnapshot(Connection connection) {
        for (int attempt = 1; true; attempt++) {
            checkCancelled();
            SnapshotReader snapshot =
                    SnapshotReader.open(environment.address(), List.copyOf(definition.relations()));
            XidSnapshot candidate = snapshot.visibility();
            Sql sql = new Sql(snapshot.connection());
            if (!environment.streamed().areVisibleIn(candidate)) {
                // a commit was streamed and isn't visible for a moment longer
                snapshot.close();
                if (attempt == PATIENT_ATTEMPTS) {
                    stage = new Stage.Waiting("a commit that waits for a synchronous standby");
                }
                pause();
            } else if (!new PublishedSources(sql, environment.publication())
                    .isComplete(definition.relations())) {
                // a table left the publication meanwhile, and perhaps came back
                snapshot.close();
                publishSources(connection);
            } else {
                visibility = candidate;
                shape =
                        SourceShape.read(sql, environment.publication(), List.of(definition))
                                .get(definition.id());
                snapshotLsn =
                        sql.one(
                                "SELECT pg_current_wal_insert_lsn()::text",
                                row -> Lsn.parse(row.getString(1)));
                return snapshot;
            }
        }
    }

    /// Evaluates the next transactions of the spool that end before a position; false when there is none.
    private boolean replay(Consumer<ZSet> into, Lsn until) {
        int taken = 0;
        while (taken < REPLAY_TRANSACTIONS && readers.bytes() < environment.flushBytes()) {
            Optional<Transaction> next = spool.next(until);
            if (next.isEmpty()) {
                break;
            }
            taken++;
            replayed.incrementAndGet();
            replayedTo = next.get().endLsn();
            try (Transaction transaction = next.get()) {
                if (!seen(transaction)) {
                    transaction.forEachChange(change -> {
                        readers.accept(change);
                        if (readers.bytes() >= environment.flushBytes()) {
                            evaluate(into);
                        }
                    });
                }
            }
        }
        evaluate(into);
        return taken > 0;
    }

    /// Evaluates what was read; also in the middle of a transaction, since nobody sees the view.
    private void evaluate(Consumer<ZSet> into) {
        SourceReaders.Read read = readers.drain();
        read.failures().values().stream()
                .findFirst()
                .ifPresent(failure -> {
                    throw failure;
                });
        if (!read.changes().isEmpty()) {
            into.accept(circuit.step(read.changes()));
        }
    }

    private boolean seen(Transaction transaction) {
        XidSnapshot snapshot = visibility;
        if (snapshot == null) {
            throw PgtrickleException.of(
                    ErrorCode.INTERNAL, "a replay before the snapshot was taken");
        }
        return snapshot.sees(transaction.xid());
    }

    private void fillTable(Connection connection) {
        ResultTables tables = new ResultTables(connection);
        switch (target) {
            case Target.Fresh() -> fillHidden(connection);
            case Target.Existing() -> {
                tables.adopt(definition.table());
                tables.weed(definition.table());
                if (tables.isEmpty(definition.table())) {
                    new Sink(connection).fill(definition.table(), result::forEachRow);
                    tables.analyze(definition.table());
                } else {
                    tables.forEachRow(
                            definition.table(), (row, weight) -> result.add(row, -weight));
                    result.forEach(missing::add);
                }
            }
            case Target.Successor(String predecessor) -> {
                fillHidden(connection);
                new TableSuccession(
                                connection, predecessor, definition.hiddenTable().qualifiedName())
                        .copyIndexes(definition.id());
            }
        }
    }

    private void fillHidden(Connection connection) {
        ResultTables tables = new ResultTables(connection);
        tables.drop(definition.hiddenTable());
        tables.create(definition.hiddenTable());
        new Sink(connection).copy(definition.hiddenTable(), result::forEachRow);
        tables.analyze(definition.hiddenTable());
    }

    /// The table to which what was missing goes before the view joins.
    ResultTable buildTable() {
        return target instanceof Target.Existing ? definition.table() : definition.hiddenTable();
    }

    Target target() {
        return target;
    }

    private void checkCancelled() {
        if (cancelled) {
            throw PgtrickleException.of(
                    ErrorCode.CANCELLED, "the view was dropped while it was being populated");
        }
    }

    private String resultSpaceName() {
        return "result-" + definition.id();
    }
}
