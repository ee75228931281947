package io.pgtrickle.commander;

import io.pgtrickle.cdc.Transaction;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.ErrorKind;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.postgres.ResultTable;
import io.pgtrickle.postgres.Sink;
import io.pgtrickle.state.StateSpace;
import io.pgtrickle.state.StateStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// The views that move together, and how far they have moved. Owned by the thread that drives it: the engine's, or its runner's.
///
/// Three positions, DESIGN section 6: `checkpointed` ≤ `written`, and `evaluated`, which the circuits in memory have reached. After a
/// crash the circuits are back at `checkpointed`; the steps up to `written` are evaluated again and write nothing.
final class Group {

    static final String DEFAULT = "default";

    /// More changes aren't evaluated at once, but in portions.
    private static final long LARGE_STEP_CHANGES = Long.getLong("pgtrickle.large.changes", 150_000);

    private final StateStore store;
    private final Sink sink;
    private final String name;
    private final long epoch;
    private final InstantSource clock;
    private Consumer<Departure> onDeparture =
            gone -> {
                throw gone.error();
            };
    private Runnable onNewVersions = () -> {};
    private final Map<Long, LiveView> views = new LinkedHashMap<>();
    private final Set<Long> torn = new HashSet<>();
    private SourceReaders readers = new SourceReaders(List.of());
    private long bytesPerChange;

    /// Read by other threads too, like the last.
    private volatile Lsn evaluated;

    private Lsn written;
    private volatile Lsn checkpointed;
    private long rowsApplied;
    private long changesBefore;

    /// @param target which group it is, and how far its tables are
    /// @param state how far its views' state is
    Group(StateStore store, Sink sink, Sink.GroupPosition target, Lsn state, InstantSource clock) {
        this.clock = clock;
        this.store = store;
        this.sink = sink;
        this.name = target.group();
        this.epoch = target.epoch();
        this.evaluated = state;
        this.checkpointed = state;
        this.written = target.lsn();
    }

    /// The metadata key under which a checkpoint keeps the position.
    static String positionKey(String name) {
        return name.equals(DEFAULT) ? "position" : "position-" + name;
    }

    static byte[] positionValue(Lsn position) {
        return ByteBuffer.allocate(Long.BYTES).putLong(position.value()).array();
    }

    String name() {
        return name;
    }

    /// Names who is told of each view that stopped, after it has left the group.
    void onDeparture(Consumer<Departure> listener) {
        onDeparture = listener;
    }

    /// Names who looks at the catalog when the stream brings a new version of a table, before anything of it is evaluated.
    void onNewVersions(Runnable check) {
        onNewVersions = check;
    }

    void add(LiveView view) {
        views.put(view.definition().id(), view);
        rewire();
    }

    void remove(long viewId) {
        if (views.remove(viewId) != null) {
            rewire();
        }
    }

    Collection<LiveView> views() {
        return List.copyOf(views.values());
    }

    /// Whether a step that ends there only rebuilds state: the target has it already.
    boolean isReplay(Lsn endLsn) {
        return !endLsn.isAfter(written);
    }

    /// Evaluates whole transactions and writes what they change, with the position, in one transaction of the target.
    ///
    /// @param transactions not empty; all of them or none are a replay
    /// @param flushBytes what may be in memory: of changes, and of state that is pending
    /// @return whether anything was written
    boolean step(List<Transaction> transactions, long flushBytes) {
        if (!read(transactions, flushBytes)) {
            return largeStep(transactions, flushBytes);
        }
        Lsn end = transactions.getLast().endLsn();
        SourceReaders.Read read = readers.drain();
        if (read.newVersions()) {
            onNewVersions.run();
        }
        Map<ResultTable, ZSet> deltas = evaluate(read);
        evaluated = end;
        if (isReplay(end) || deltas.isEmpty()) {
            return false;
        }
        Failpoint.STEP_EVALUATED.reach();
        write(end, deltas);
        Failpoint.STEP_WRITTEN.reach();
        Instant commitTime = transactions.getLast().commitTime();
        Duration latency = Duration.between(commitTime, clock.instant());
        deltas.forEach((table, delta) -> view(table).applied(delta.size(), commitTime, latency));
        return true;
    }

    /// False where that would be too much at once; then nothing is read.
    private boolean read(List<Transaction> transactions, long limitBytes) {
        long changes = transactions.stream().mapToLong(Transaction::changeCount).sum();
        if (changes > LARGE_STEP_CHANGES) {
            return false;
        }
        for (Transaction transaction : transactions) {
            transaction.forEachChange(change -> {
                if (readers.bytes() <= limitBytes) {
                    readers.accept(change);
                }
            });
        }
        bytesPerChange = readers.bytes() / Math.max(1, changes);
        if (readers.bytes() <= limitBytes) {
            return true;
        }
        readers.forget();
        return false;
    }

    private boolean largeStep(List<Transaction> transactions, long flushBytes) {
        Transaction last = transactions.getLast();
        Lsn end = last.endLsn();
        boolean writes = !isReplay(end);
        try (LargeStep large = new LargeStep(store, views(), transactions, flushBytes, writes)) {
            large.views().forEach(view -> torn.add(view.definition().id()));
            large.read(transactions, readers, read -> evaluate(large, read));
            evaluated = end;
            if (!writes) {
                return false;
            }
            Failpoint.STEP_EVALUATED.reach();
            writeParts(end, large);
            Failpoint.STEP_WRITTEN.reach();
            Duration latency = Duration.between(last.commitTime(), clock.instant());
            for (LiveView view : large.views()) {
                rowsApplied += large.rows(view);
                view.applied(large.rows(view), last.commitTime(), latency);
            }
            return true;
        }
    }

    private void evaluate(LargeStep large, SourceReaders.Read read) {
        if (read.newVersions()) {
            onNewVersions.run();
            large.views().stream()
                    .filter(view -> !views.containsKey(view.definition().id()))
                    .forEach(large::forget);
        }
        large.evaluate(read, view -> view.step(read.changes()), this::failInPortion);
    }

    /// Perhaps only between two of the transaction's changes, which is nobody's error: the view is rebuilt, which tells.
    private void failInPortion(LiveView view, RuntimeException error) {
        remove(view.definition().id());
        onDeparture.accept(
                new Departure(
                        view,
                        error instanceof PgtrickleException known
                                ? known
                                : PgtrickleException.of(
                                        ErrorCode.INTERNAL, "an internal error: " + error, error),
                        true));
    }

    private void writeParts(Lsn end, LargeStep large) {
        while (true) {
            try {
                sink.applyParts(new Sink.GroupPosition(name, written, epoch), end, large.deltas());
                break;
            } catch (Sink.TableFailure e) {
                LiveView failed = view(e.table());
                large.forget(failed);
                fail(failed, e.error());
            }
        }
        written = end;
    }

    /// Whether a view's state on disk belongs to no position, until the next checkpoint: a large step is, or was, under way.
    boolean isTorn(LiveView view) {
        return torn.contains(view.definition().id());
    }

    boolean isAnyTorn() {
        return !torn.isEmpty();
    }

    /// Everything before this position was seen, and nothing of it concerned a view.
    void passed(Lsn frontier) {
        evaluated = Lsn.max(evaluated, frontier);
    }

    /// Writes the position where it is behind what was evaluated.
    void writePosition() {
        if (evaluated.isAfter(written)) {
            write(evaluated, new LinkedHashMap<>());
        }
    }

    /// Writes a delta of a table that isn't of a live view, without moving the position.
    ///
    /// @throws PgtrickleException also where the table refused it
    void writeBeside(ResultTable table, ZSet delta) {
        writePosition();
        if (!delta.isEmpty()) {
            try {
                sink.apply(
                        new Sink.GroupPosition(name, written, epoch),
                        written,
                        Map.of(table, delta));
            } catch (Sink.TableFailure e) {
                throw e.error();
            }
        }
    }

    /// Makes the state durable; afterwards the slot may be confirmed up to `checkpointed`.
    ///
    /// @param more metadata that belongs to the position
    void checkpoint(Map<String, byte[]> more) {
        writePosition();
        Map<String, byte[]> metadata = new HashMap<>(more);
        List<StateSpace> spaces = new ArrayList<>();
        metadata.put(positionKey(name), positionValue(evaluated));
        for (LiveView view : views.values()) {
            spaces.add(view.space());
            metadata.put(view.definition().metadataKey(), view.definition().stamp(view.shape()));
        }
        store.checkpoint(spaces, metadata);
        Failpoint.CHECKPOINT_MADE.reach();
        checkpointed = evaluated;
        torn.clear();
    }

    Lsn evaluated() {
        return evaluated;
    }

    Lsn written() {
        return written;
    }

    Lsn checkpointed() {
        return checkpointed;
    }

    /// About the memory that a change took in the last step.
    long bytesPerChange() {
        return bytesPerChange;
    }

    long pendingBytes() {
        return views.values().stream().mapToLong(view -> view.space().pendingBytes()).sum();
    }

    long changesReceived() {
        return changesBefore + readers.received();
    }

    long rowsApplied() {
        return rowsApplied;
    }

    private Map<ResultTable, ZSet> evaluate(SourceReaders.Read read) {
        Map<ResultTable, ZSet> deltas = new LinkedHashMap<>();
        for (LiveView view : views()) {
            try {
                for (var source : view.sources()) {
                    PgtrickleException failure = read.failures().get(source);
                    if (failure != null) {
                        throw failure;
                    }
                }
                ZSet delta = view.step(read.changes());
                if (!delta.isEmpty()) {
                    deltas.put(view.definition().table(), delta);
                }
            } catch (PgtrickleException e) {
                fail(view, e);
            } catch (RuntimeException | StackOverflowError e) {
                fail(view, PgtrickleException.of(ErrorCode.INTERNAL, "an internal error: " + e, e));
            }
        }
        return deltas;
    }

    private void write(Lsn end, Map<ResultTable, ZSet> deltas) {
        while (true) {
            try {
                sink.apply(new Sink.GroupPosition(name, written, epoch), end, deltas);
                break;
            } catch (Sink.TableFailure e) {
                deltas.remove(e.table());
                fail(view(e.table()), e.error());
            }
        }
        written = end;
        deltas.values().forEach(delta -> rowsApplied += delta.size());
    }

    private void fail(LiveView view, PgtrickleException error) {
        if (error.kind() == ErrorKind.WORLD) {
            throw error;
        }
        remove(view.definition().id());
        onDeparture.accept(new Departure(view, error, false));
    }

    private LiveView view(ResultTable table) {
        return views.values().stream()
                .filter(view -> view.definition().table().equals(table))
                .findFirst()
                .orElseThrow(() ->
                        PgtrickleException.of(
                                ErrorCode.INTERNAL,
                                "no live view has the table " + table.qualifiedName()));
    }

    /// Between steps only: a reader holds nothing then.
    private void rewire() {
        changesBefore += readers.received();
        readers =
                new SourceReaders(
                        views.values().stream().flatMap(view -> view.sources().stream()).toList());
    }
}
