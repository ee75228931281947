package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// New columns computed from each row. Linear; rows that become equal add their weights:
///
///     Δ(π A) = π ΔA
///
/// Cost of a step: one evaluation of each column a changed row. No state.
final class ProjectOperator implements Operator.Unary {

    private final List<Evaluator> columns;
    private final PreparedRows rows;

    ProjectOperator(List<Evaluator> columns) {
        this.columns = List.copyOf(columns);
        this.rows = new PreparedRows(columns);
    }

    @Override
    public ZSet step(ZSet delta) {
        ZSet projected = new ZSet();
        rows.forEach(delta, (row, weight) -> projected.add(project(row), weight));
        return projected;
    }

    private Row project(Row row) {
        @Nullable Object[] cells = new @Nullable Object[columns.size()];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = columns.get(i).evaluate(row);
        }
        return Row.of(cells);
    }
}
