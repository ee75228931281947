package io.pgtrickle.dataflow.window;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The calls of a window over one partition at a time. Keeps nothing of a partition.
public final class WindowEvaluation {

    private final List<WindowFunction> functions;
    private final List<Evaluator> order;
    private final List<SqlType> orderTypes;

    private WindowEvaluation(List<WindowFunction> functions, List<SortKey> order) {
        this.functions = functions;
        this.order = order.stream().map(key -> Compiler.compile(key.expression())).toList();
        this.orderTypes = order.stream().map(key -> key.expression().type()).toList();
    }

    public static WindowEvaluation of(Plan.Window plan) {
        List<SortKey> order = plan.order();
        return new WindowEvaluation(
                plan.calls().stream().map(call -> WindowFunctions.of(call, order)).toList(), order);
    }

    /// PostgreSQL looks at the offsets of frames also where there are no rows.
    public void checkOffsets() {
        functions.forEach(WindowFunction::checkOffsets);
    }

    /// The rows, each followed by what the calls make of it.
    ///
    /// @param rows of one partition, in order, each as often as it is there
    public List<Row> evaluate(List<Row> rows) {
        Partition partition =
                new Partition(rows, rows.stream().map(this::orderValues).toList(), orderTypes);
        List<@Nullable Object[]> columns =
                functions.stream().map(function -> function.compute(partition)).toList();
        List<Row> output = new ArrayList<>(rows.size());
        for (int row = 0; row < rows.size(); row++) {
            @Nullable Object[] cells = new @Nullable Object[columns.size()];
            for (int i = 0; i < cells.length; i++) {
                cells[i] = columns.get(i)[row];
            }
            output.add(rows.get(row).concat(Row.of(cells)));
        }
        return output;
    }

    private Row orderValues(Row row) {
        @Nullable Object[] cells = new @Nullable Object[order.size()];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = order.get(i).evaluate(row);
        }
        return Row.of(cells);
    }
}
