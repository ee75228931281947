package io.pgtrickle.cli.bench;

import io.pgtrickle.dataflow.Circuit;
import io.pgtrickle.dataflow.SourceChange;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.Source.Identity;
import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.model.Row;
import io.pgtrickle.state.RocksStateStore;
import io.pgtrickle.state.StateSpace;
import io.pgtrickle.state.StoreLimits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// A view's circuit over tables `facts` and `parts` of a given size, whose rows are made here. Steps update random facts.
final class GrowingState implements AutoCloseable {

    private static final int ROWS_A_PART = 100;
    private static final int AMOUNTS = 1_000;

    /// Few, so that hardly two changes of a step meet in one part, in the small tables neither.
    private static final int STEP = 100;

    private static final int WARM_UP_STEPS = 200;
    private static final int STEPS = 400;
    private static final int STEPS_A_CHECKPOINT = 100;
    private static final int FILLED_AT_ONCE = 10_000;

    /// Those of a sidecar with 1 GB, roughly.
    private static final StoreLimits LIMITS = new StoreLimits(256L << 20, 64L << 20, 128L << 20);

    private final RocksStateStore store;
    private final StateSpace space;
    private final Circuit circuit;
    private final Source facts;
    private final short[] amounts;

    /// Changes of one step; each of another row.
    private final int width;

    private final SplittableRandom random = new SplittableRandom(1);

    private GrowingState(ViewPlan plan, Path directory, int rows) {
        store = RocksStateStore.open(directory, LIMITS);
        space = store.space("view");
        circuit = Circuit.of(plan.plan(), space);
        amounts = new short[rows];
        width = Math.min(STEP, rows / 2);
        facts = source(plan, "facts");
        circuit.initialize();
        for (List<Source> sources : plan.sources().values()) {
            for (Source source : sources) {
                fill(source, source.equals(facts) ? rows : rows / ROWS_A_PART);
            }
        }
        store.checkpoint(List.of(space), Map.of());
    }

    static double microsAChange(ViewPlan plan, Path directory, int rows) {
        try (GrowingState state = new GrowingState(plan, directory, rows)) {
            state.update(WARM_UP_STEPS);
            long begin = System.nanoTime();
            state.update(STEPS);
            return (System.nanoTime() - begin) / 1e3 / (STEPS * state.width);
        }
    }

    private void update(int steps) {
        for (int step = 1; step <= steps; step++) {
            Set<Integer> touched = new HashSet<>();
            List<SourceChange> changes = new ArrayList<>(width);
            while (changes.size() < width) {
                int id = random.nextInt(amounts.length);
                if (touched.add(id)) {
                    Row before = old(id);
                    amounts[id] = (short) random.nextInt(AMOUNTS);
                    changes.add(new SourceChange.Update(before, row(facts, id)));
                }
            }
            circuit.step(Map.of(facts, changes));
            if (step % STEPS_A_CHECKPOINT == 0) {
                store.checkpoint(List.of(space), Map.of());
            }
        }
    }

    private void fill(Source source, int rows) {
        List<SourceChange> batch = new ArrayList<>(FILLED_AT_ONCE);
        for (int id = 0; id < rows; id++) {
            batch.add(new SourceChange.Insert(row(source, id)));
            if (batch.size() == FILLED_AT_ONCE || id == rows - 1) {
                circuit.step(Map.of(source, batch));
                batch = new ArrayList<>(FILLED_AT_ONCE);
                space.flush();
            }
        }
    }

    private static Source source(ViewPlan plan, String name) {
        return plan.sources().values().stream()
                .flatMap(List::stream)
                .filter(source -> source.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /// What the stream says of it: its key.
    private Row old(int id) {
        Row row = row(facts, id);
        if (facts.identity() instanceof Identity.Key(List<Integer> columns)) {
            @Nullable Object[] cells = new @Nullable Object[row.width()];
            columns.forEach(column -> cells[column] = row.get(column));
            return Row.of(cells);
        }
        return row;
    }

    private Row row(Source source, int id) {
        @Nullable Object[] cells = new @Nullable Object[source.columns().size()];
        for (int i = 0; i < cells.length; i++) {
            cells[i] =
                    switch (source.columns().get(i).name()) {
                        case "id" -> (long) id;
                        case "part" -> (long) (id / ROWS_A_PART);
                        default -> source.equals(facts) ? (long) amounts[id] : (long) id;
                    };
        }
        return Row.of(cells);
    }

    @Override
    public void close() {
        store.close();
    }
}
