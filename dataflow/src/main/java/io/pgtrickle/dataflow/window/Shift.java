package io.pgtrickle.dataflow.window;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.dataflow.expression.Expression;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `lag` and `lead`: a value of the row that is so many rows away in the partition; offset and default are the current row's.
///
/// @param arguments value, then if given the offset, then if given the default
record Shift(boolean forward, List<Evaluator> arguments) implements WindowFunction {

    static Shift of(boolean forward, List<Expression> arguments) {
        return new Shift(forward, arguments.stream().map(Compiler::compile).toList());
    }

    @Override
    public @Nullable Object[] compute(Partition partition) {
        @Nullable Object[] results = new @Nullable Object[partition.size()];
        for (int row = 0; row < results.length; row++) {
            Object offset =
                    arguments.size() < 2
                            ? (Object) 1L
                            : arguments.get(1).evaluate(partition.row(row));
            if (offset == null) {
                continue;
            }
            long place = forward ? row + (Long) offset : row - (Long) offset;
            if (place >= 0 && place < results.length) {
                results[row] = arguments.getFirst().evaluate(partition.row((int) place));
            } else if (arguments.size() == 3) {
                results[row] = arguments.get(2).evaluate(partition.row(row));
            }
        }
        return results;
    }
}
