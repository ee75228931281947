package io.pgtrickle.oracle;

import io.pgtrickle.dataflow.Circuit;
import io.pgtrickle.dataflow.SourceChange;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.remote.RemoteFunctions;
import io.pgtrickle.oracle.ObservedTables.Image;
import io.pgtrickle.oracle.ObservedTables.RowChange;
import io.pgtrickle.state.MemoryStateStore;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A view without a sidecar: its plan's circuit over state in memory, and the sum of its deltas.
final class CircuitView implements AutoCloseable {

    private final ViewPlan plan;
    private final MemoryStateStore store = new MemoryStateStore();
    private final Circuit circuit;
    private final ZSet result;

    CircuitView(ViewPlan plan, RemoteFunctions remote) {
        this.plan = plan;
        this.circuit = Circuit.of(plan.plan(), store.space("view"), remote);
        this.result = circuit.initialize();
    }

    ViewPlan plan() {
        return plan;
    }

    /// All rows of its sources in one step, as population does it.
    void populate(ObservedTables tables) throws SQLException {
        Map<Source, List<SourceChange>> step = new LinkedHashMap<>();
        for (Map.Entry<Long, List<Source>> sources : plan.sources().entrySet()) {
            List<Image> rows = tables.rows(sources.getKey());
            for (Source source : sources.getValue()) {
                List<SourceChange> inserts = new ArrayList<>();
                rows.forEach(row -> inserts.add(new SourceChange.Insert(row(source, row))));
                step.put(source, inserts);
            }
        }
        result.addAll(circuit.step(step));
    }

    void step(Map<Long, List<RowChange>> changes) {
        Map<Source, List<SourceChange>> step = new LinkedHashMap<>();
        for (Map.Entry<Long, List<Source>> sources : plan.sources().entrySet()) {
            List<RowChange> rows = changes.getOrDefault(sources.getKey(), List.of());
            for (Source source : sources.getValue()) {
                if (!rows.isEmpty()) {
                    step.put(source, rows.stream().map(row -> change(source, row)).toList());
                }
            }
        }
        if (!step.isEmpty()) {
            result.addAll(circuit.step(step));
        }
    }

    /// The same step cut into one step a change.
    void stepOneByOne(Map<Long, List<RowChange>> changes) {
        changes.forEach((oid, rows) -> rows.forEach(row -> step(Map.of(oid, List.of(row)))));
    }

    ZSet result() {
        return result;
    }

    private static SourceChange change(Source source, RowChange change) {
        if (change.old().isPresent() && change.now().isPresent()) {
            return new SourceChange.Update(
                    old(source, change.old().get()), row(source, change.now().get()));
        }
        if (change.now().isPresent()) {
            return new SourceChange.Insert(row(source, change.now().get()));
        }
        return change.old().isPresent()
                ? new SourceChange.Delete(old(source, change.old().get()))
                : new SourceChange.Truncate();
    }

    /// What the stream says of an old row: under a key identity the key only.
    private static Row old(Source source, Image image) {
        Row row = row(source, image);
        if (source.identity() instanceof Source.Identity.Key(List<Integer> columns)) {
            @Nullable Object[] cells = new @Nullable Object[row.width()];
            columns.forEach(column -> cells[column] = row.get(column));
            return Row.of(cells);
        }
        return row;
    }

    private static Row row(Source source, Image image) {
        @Nullable Object[] cells = new @Nullable Object[source.columns().size()];
        for (int i = 0; i < cells.length; i++) {
            Source.SourceColumn column = source.columns().get(i);
            cells[i] =
                    image.cells()
                            .get(column.attributeNumber() - 1)
                            .map(cell -> column.type().decode(cell, 0, cell.length))
                            .orElse(null);
        }
        return Row.of(cells);
    }

    @Override
    public void close() {
        store.close();
    }
}
