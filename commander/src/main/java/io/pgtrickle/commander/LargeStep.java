package io.pgtrickle.commander;

import io.pgtrickle.cdc.Transaction;
import io.pgtrickle.model.ErrorKind;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.postgres.ResultTable;
import io.pgtrickle.postgres.Sink;
import io.pgtrickle.state.StateSpace;
import io.pgtrickle.state.StateStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/// One evaluation of more changes than memory holds: in portions, whose deltas are added up on disk and written in one transaction of the
/// target. A view shows the step as a whole; only its state passes through the portions.
///
/// That state goes to disk ahead of the target. So the stamps of the views that are concerned are withdrawn first, and the checkpoint after the
/// step gives them back: where it is never made, these views are rebuilt.
final class LargeStep implements AutoCloseable {

    /// Changes that are decoded and evaluated at a time.
    private static final long PORTION_CHANGES = 50_000;

    /// Rows of a delta that are written at a time.
    private static final int PART_ROWS = 10_000;

    private final StateStore store;
    private final long flushBytes;
    private final boolean writes;
    private final Map<LiveView, ResultAccumulator> results = new LinkedHashMap<>();
    private final Map<LiveView, Long> rows = new HashMap<>();
    private long portion;

    /// @param transactions of the step
    /// @param flushBytes what may be pending in memory, of all views
    /// @param writes false for a replay, which only rebuilds state
    LargeStep(
            StateStore store,
            Iterable<LiveView> views,
            List<Transaction> transactions,
            long flushBytes,
            boolean writes) {
        this.store = store;
        this.flushBytes = flushBytes;
        this.writes = writes;
        Map<String, byte[]> withdrawn = new HashMap<>();
        for (LiveView view : views) {
            ViewDefinition definition = view.definition();
            if (transactions.stream().anyMatch(each -> each.touches(definition.relations()))) {
                store.drop(spaceName(definition));
                results.put(
                        view,
                        new ResultAccumulator(
                                definition.plan().plan(),
                                true,
                                store.space(spaceName(definition)),
                                flushBytes));
                withdrawn.put(definition.metadataKey(), new byte[0]);
            }
        }
        store.checkpoint(List.of(), withdrawn);
        results.keySet().forEach(view -> view.space().release());
    }

    private static String spaceName(ViewDefinition definition) {
        return "step-" + definition.id();
    }

    /// The views that are in the step.
    List<LiveView> views() {
        return List.copyOf(results.keySet());
    }

    /// Reads the transactions in portions.
    void read(
            List<Transaction> transactions,
            SourceReaders readers,
            Consumer<SourceReaders.Read> evaluation) {
        for (Transaction transaction : transactions) {
            transaction.forEachChange(change -> {
                readers.accept(change);
                portion++;
                if (portion >= PORTION_CHANGES || readers.bytes() >= flushBytes / 2) {
                    portion = 0;
                    evaluation.accept(readers.drain());
                }
            });
        }
        evaluation.accept(readers.drain());
    }

    /// Evaluates a portion for all views that are still with us.
    void evaluate(
            SourceReaders.Read read,
            Function<LiveView, ZSet> step,
            BiConsumer<LiveView, RuntimeException> onFailure) {
        for (Map.Entry<LiveView, ResultAccumulator> each : List.copyOf(results.entrySet())) {
            LiveView view = each.getKey();
            try {
                for (var source : view.sources()) {
                    PgtrickleException failure = read.failures().get(source);
                    if (failure != null) {
                        throw failure;
                    }
                }
                ZSet delta = step.apply(view);
                if (writes) {
                    each.getValue().add(delta);
                }
                flush();
            } catch (PgtrickleException e) {
                if (e.kind() == ErrorKind.WORLD) {
                    throw e;
                }
                forget(view);
                onFailure.accept(view, e);
            } catch (RuntimeException e) {
                forget(view);
                onFailure.accept(view, e);
            }
        }
    }

    /// Where state and deltas of all views take too much memory together.
    private void flush() {
        List<StateSpace> spaces = new ArrayList<>();
        results.forEach((view, result) -> {
            spaces.add(view.space());
            spaces.add(result.space());
        });
        if (spaces.stream().mapToLong(StateSpace::pendingBytes).sum() > flushBytes) {
            spaces.forEach(StateSpace::flush);
        }
    }

    /// The view isn't in the step any more.
    void forget(LiveView view) {
        results.remove(view);
        store.drop(spaceName(view.definition()));
    }

    /// What is to be written.
    Map<ResultTable, Sink.Parts> deltas() {
        Map<ResultTable, Sink.Parts> deltas = new LinkedHashMap<>();
        results.forEach((view, result) ->
                deltas.put(
                        view.definition().table(),
                        parts -> {
                            rows.put(view, 0L);
                            forEachPart(
                                    result,
                                    part -> {
                                        rows.merge(view, (long) part.size(), Long::sum);
                                        parts.accept(part);
                                    });
                        }));
        return deltas;
    }

    /// How many rows of the view's table were written.
    long rows(LiveView view) {
        return rows.getOrDefault(view, 0L);
    }

    private static void forEachPart(ResultAccumulator result, Consumer<ZSet> consumer) {
        for (int sign : List.of(-1, 1)) {
            List<ZSet> part = new ArrayList<>(List.of(new ZSet()));
            result.forEach((row, weight) -> {
                if (Long.signum(weight) == sign) {
                    part.getFirst().add(row, weight);
                    if (part.getFirst().size() >= PART_ROWS) {
                        consumer.accept(part.getFirst());
                        part.set(0, new ZSet());
                    }
                }
            });
            if (!part.getFirst().isEmpty()) {
                consumer.accept(part.getFirst());
            }
        }
    }

    @Override
    public void close() {
        List.copyOf(results.keySet()).forEach(this::forget);
    }
}
