package io.pgtrickle.dataflow.window;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.RowErrors;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `first_value`, `last_value` and `nth_value`: a value of one row of the frame, NULL where there is no such row. The n of `nth_value` is the
/// current row's.
record FrameValue(Kind kind, FrameBounds bounds, List<Evaluator> arguments)
        implements WindowFunction {

    enum Kind {
        FIRST,
        LAST,
        NTH
    }

    static FrameValue of(Kind kind, FrameBounds bounds, List<Expression> arguments) {
        return new FrameValue(kind, bounds, arguments.stream().map(Compiler::compile).toList());
    }

    @Override
    public void checkOffsets() {
        bounds.checkOffsets();
    }

    @Override
    public @Nullable Object[] compute(Partition partition) {
        FramePositions frames = bounds.positions(partition);
        @Nullable Object[] results = new @Nullable Object[partition.size()];
        for (int row = 0; row < results.length; row++) {
            int place =
                    switch (kind) {
                        case FIRST -> frames.nth(row, 1);
                        case LAST -> frames.last(row);
                        case NTH -> nth(partition, frames, row);
                    };
            if (place >= 0) {
                results[row] = arguments.getFirst().evaluate(partition.row(place));
            }
        }
        return results;
    }

    private int nth(Partition partition, FramePositions frames, int row) {
        Object n = arguments.get(1).evaluate(partition.row(row));
        if (n == null) {
            return -1;
        }
        if ((Long) n <= 0) {
            throw RowErrors.of("22016", "argument of nth_value must be greater than zero");
        }
        return frames.nth(row, (Long) n);
    }
}
