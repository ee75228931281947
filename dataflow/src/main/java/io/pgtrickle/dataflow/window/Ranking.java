package io.pgtrickle.dataflow.window;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.RowErrors;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The functions that tell a row's place in its partition; they don't look at the frame.
record Ranking(Kind kind, List<Evaluator> arguments) implements WindowFunction {

    enum Kind {
        ROW_NUMBER,
        RANK,
        DENSE_RANK,
        PERCENT_RANK,
        CUME_DIST,
        NTILE
    }

    static Ranking of(Kind kind, List<Expression> arguments) {
        return new Ranking(kind, arguments.stream().map(Compiler::compile).toList());
    }

    @Override
    public @Nullable Object[] compute(Partition partition) {
        if (kind == Kind.NTILE) {
            return buckets(partition, arguments.getFirst());
        }
        int size = partition.size();
        @Nullable Object[] results = new @Nullable Object[size];
        for (int row = 0; row < size; row++) {
            results[row] =
                    switch (kind) {
                        case ROW_NUMBER -> (Object) (row + 1L);
                        case RANK -> partition.peersStart(row) + 1L;
                        case DENSE_RANK -> partition.group(row) + 1L;
                        case PERCENT_RANK ->
                                size == 1
                                        ? 0.0
                                        : (double) partition.peersStart(row) / (double) (size - 1);
                        case CUME_DIST -> (double) partition.peersEnd(row) / (double) size;
                        case NTILE -> throw new IllegalStateException("done above");
                    };
        }
        return results;
    }

    /// Buckets whose sizes differ by one at most, the larger ones first. Their number is taken from the first row where it isn't NULL,
    /// and the buckets begin there (`window_ntile`).
    private static @Nullable Object[] buckets(Partition partition, Evaluator argument) {
        @Nullable Object[] results = new @Nullable Object[partition.size()];
        long buckets = 0;
        int first = 0;
        for (int row = 0; row < results.length; row++) {
            if (buckets == 0) {
                Object value = argument.evaluate(partition.row(row));
                if (value == null) {
                    continue;
                }
                buckets = (Long) value;
                first = row;
                if (buckets <= 0) {
                    throw RowErrors.of("22014", "argument of ntile must be greater than zero");
                }
            }
            long small = results.length / buckets;
            long large = results.length % buckets;
            long place = (long) row - first;
            long inLarge = large * (small + 1);
            results[row] =
                    place < inLarge
                            ? (Object) (place / (small + 1) + 1)
                            : (Object) (large + (place - inLarge) / Math.max(small, 1) + 1);
        }
        return results;
    }
}
