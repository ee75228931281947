package io.pgtrickle.commander;

import io.pgtrickle.cdc.SnapshotReader;
import io.pgtrickle.cdc.SnapshotTable;
import io.pgtrickle.dataflow.Circuit;
import io.pgtrickle.dataflow.SourceChange;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/// Takes a table's rows through a circuit in steps as large as memory allows: a group that many rows touch is then read and written
/// once a step, not once a row. The size of a step follows what the last one made of its rows, since a join may make many of each.
/// For one thread.
final class SourceLoad {

    /// Heap that a row of a delta takes, with the containers around it, as a rule.
    private static final int ROW_BYTES = 512;

    private static final int LEAST_ROWS = 1_000;
    private static final int MOST_ROWS = 200_000;

    private final Circuit circuit;
    private final Consumer<ZSet> result;
    private final long deltaRows;
    private int stepRows = LEAST_ROWS;
    private List<SourceChange> waiting = new ArrayList<>();

    /// @param deltaBytes memory that a delta may take
    /// @param result receives the change of the result after each step
    SourceLoad(Circuit circuit, long deltaBytes, Consumer<ZSet> result) {
        this.circuit = circuit;
        this.deltaRows = Math.max(LEAST_ROWS, deltaBytes / ROW_BYTES);
        this.result = result;
    }

    /// A table's rows, as the snapshot has them.
    ///
    /// @param progress is told how many rows have come, each time that some have
    void copy(SnapshotReader snapshot, Source source, IntConsumer progress) throws SQLException {
        snapshot.copy(
                new SnapshotTable(
                        source.relationOid(),
                        source.columns().stream()
                                .map(column ->
                                        new SnapshotTable.SnapshotColumn(
                                                column.attributeNumber(), column.type()))
                                .toList()),
                rows -> {
                    progress.accept(rows.size());
                    add(source, rows);
                });
        if (!waiting.isEmpty()) {
            step(source);
        }
    }

    private void add(Source source, List<Row> rows) {
        for (Row row : rows) {
            waiting.add(new SourceChange.Load(row));
            if (waiting.size() >= stepRows) {
                step(source);
            }
        }
    }

    private void step(Source source) {
        List<SourceChange> rows = waiting;
        waiting = new ArrayList<>();
        result.accept(circuit.step(Map.of(source, rows)));
        long fanOut = Math.max(1, circuit.largestDelta() / rows.size());
        long most = Math.min(MOST_ROWS, deltaRows / fanOut);
        stepRows = (int) Math.clamp(most, LEAST_ROWS, 2L * stepRows);
    }
}
