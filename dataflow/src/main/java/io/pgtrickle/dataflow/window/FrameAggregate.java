package io.pgtrickle.dataflow.window;

import io.pgtrickle.dataflow.aggregate.AggregateInput;
import org.jspecify.annotations.Nullable;

/// An aggregate over each row's frame. Frames are runs of rows that move on with their row: what comes in is added and what
/// goes out is taken away, so that a partition costs its number of rows whatever the frames' sizes. Excluded rows are taken away for
/// the moment; there are as many as the row has peers.
final class FrameAggregate implements WindowFunction {

    private final FrameBounds bounds;
    private final AggregateInput input;
    private final FrameContent.Kind content;

    FrameAggregate(AggregateInput input, FrameBounds bounds, FrameContent.Kind content) {
        this.input = input;
        this.bounds = bounds;
        this.content = content;
    }

    @Override
    public void checkOffsets() {
        bounds.checkOffsets();
    }

    @Override
    public @Nullable Object[] compute(Partition partition) {
        FramePositions frames = bounds.positions(partition);
        @Nullable Object[] values = values(partition);
        @Nullable Object[] results = new @Nullable Object[values.length];
        Run run = new Run(values);
        for (int row = 0; row < results.length; row++) {
            boolean moved = run.moveTo(frames.start(row), frames.end(row));
            if (frames.excludes()) {
                frames.forEachExcluded(row, run::remove);
                results[row] = run.content.result();
                frames.forEachExcluded(row, run::add);
            } else {
                results[row] = moved || row == 0 ? run.content.result() : results[row - 1];
            }
        }
        return results;
    }

    /// Each row's argument; null where the row doesn't reach the aggregate.
    private @Nullable Object[] values(Partition partition) {
        @Nullable Object[] values = new @Nullable Object[partition.size()];
        for (int row = 0; row < values.length; row++) {
            values[row] = input.value(partition.row(row));
        }
        return values;
    }

    /// The rows from `start` to before `end`, and what they come to.
    private final class Run {

        private final @Nullable Object[] values;
        private FrameContent content = FrameAggregate.this.content.empty();
        private int start;
        private int end;

        Run(@Nullable Object[] values) {
            this.values = values;
        }

        /// @return whether the run is another one now
        boolean moveTo(int newStart, int newEnd) {
            boolean same = newStart == start && newEnd == end;
            if (newStart < start || newEnd < end || newStart >= end) {
                content = FrameAggregate.this.content.empty();
                start = newStart;
                end = newStart;
            }
            while (end < newEnd) {
                add(end++);
            }
            while (start < newStart) {
                remove(start++);
            }
            return !same;
        }

        void add(int row) {
            Object value = values[row];
            if (value != null) {
                content.add(row, value);
            }
        }

        void remove(int row) {
            Object value = values[row];
            if (value != null) {
                content.remove(row, value);
            }
        }
    }
}
