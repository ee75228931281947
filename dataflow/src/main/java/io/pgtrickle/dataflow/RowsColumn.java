package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.aggregate.Accumulator;
import io.pgtrickle.dataflow.aggregate.AggregateInput;
import io.pgtrickle.dataflow.aggregate.CountedRow;
import io.pgtrickle.dataflow.aggregate.RowsAccumulator;
import io.pgtrickle.dataflow.aggregate.RowsFunction;
import io.pgtrickle.dataflow.aggregate.RowsFunctions;
import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.state.Arrangement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An aggregate that is computed from all rows of its group, which lie in the order of the call's ORDER BY or WITHIN GROUP; the canonical
/// order of the arguments decides where that doesn't.
final class RowsColumn implements AggregateColumn {

    private final AggregateInput input;
    private final SortOrder order;
    private final OrderedRows rows;
    private final RowsFunction function;
    private final List<Evaluator> direct;
    private final RowCodec directCodec;

    RowsColumn(AggregateCall call, Arrangement arrangement) {
        this.function = RowsFunctions.of(call);
        this.input = new AggregateInput(call);
        this.order = new SortOrder(call.clauses().order());
        this.rows = new OrderedRows(arrangement, input.types(), "an aggregate");
        List<Expression> arguments = call.clauses().direct();
        this.direct = arguments.stream().map(Compiler::compile).toList();
        this.directCodec = new RowCodec(arguments.stream().map(Expression::type).toList());
    }

    @Override
    public Accumulator newAccumulator() {
        return new RowsAccumulator(directCodec);
    }

    @Override
    public void apply(byte[] group, List<WeightedRow> changes, Accumulator accumulator) {
        RowsAccumulator result = (RowsAccumulator) accumulator;
        boolean changed = false;
        for (WeightedRow change : changes) {
            if (input.value(change.row()) instanceof Row values) {
                rows.add(rows.entry(group, values, order, change.row()), change.weight());
                changed = true;
            }
        }
        Row known = result.direct();
        if (known == null) {
            // the direct arguments are made of the group's key, so any of its rows will do
            known = direct(changes.isEmpty() ? Row.of() : changes.getFirst().row());
            result.begin(known);
            changed = true;
        }
        if (changed) {
            List<CountedRow> all =
                    rows.list(group).stream()
                            .map(row -> new CountedRow(row.row(), row.weight()))
                            .toList();
            result.set(function.result(all, known));
        }
    }

    private Row direct(Row row) {
        @Nullable Object[] cells = new @Nullable Object[direct.size()];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = direct.get(i).evaluate(row);
        }
        return Row.of(cells);
    }
}
