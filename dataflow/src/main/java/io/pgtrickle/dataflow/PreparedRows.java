package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Preparable;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Walks over rows in batches, for each of which expressions ask PostgreSQL what they need, so that it is asked once a batch
/// and not once a row.
final class PreparedRows {

    /// Rows of a batch: enough that the way to the server is shared by many, few enough that their outcomes are remembered.
    static final int BATCH_ROWS = 1_000;

    private final List<? extends Preparable> askers;

    PreparedRows(List<? extends Preparable> askers) {
        this.askers = askers.stream().filter(Preparable::needsPreparation).toList();
    }

    /// Whether anything is asked at all.
    boolean areNeeded() {
        return !askers.isEmpty();
    }

    void forEach(ZSet delta, ZSet.Visitor visitor) {
        if (!areNeeded()) {
            delta.forEach(visitor);
            return;
        }
        List<WeightedRow> batch = new ArrayList<>();
        delta.forEach((row, weight) -> {
            batch.add(new WeightedRow(row, weight));
            if (batch.size() == BATCH_ROWS) {
                visit(batch, visitor);
                batch.clear();
            }
        });
        visit(batch, visitor);
    }

    /// For rows that the caller has gathered, `BATCH_ROWS` at most.
    void prepare(Collection<Row> rows) {
        if (!rows.isEmpty()) {
            askers.forEach(evaluator -> evaluator.prepare(rows));
        }
    }

    private void visit(List<WeightedRow> batch, ZSet.Visitor visitor) {
        prepare(batch.stream().map(WeightedRow::row).toList());
        batch.forEach(row -> visitor.accept(row.row(), row.weight()));
    }
}
