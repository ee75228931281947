package io.pgtrickle.dataflow.window;

import io.pgtrickle.dataflow.plan.WindowCall.Exclusion;
import java.util.function.IntConsumer;

/// The frame of each row of a partition: a run of rows, without some of the row's peers.
final class FramePositions {

    private final Partition partition;
    private final int[] starts;
    private final int[] ends;
    private final Exclusion exclusion;

    /// @param ends the first row after each frame; a frame that would end before it starts is empty
    FramePositions(Partition partition, int[] starts, int[] ends, Exclusion exclusion) {
        this.partition = partition;
        this.starts = starts;
        this.ends = ends;
        this.exclusion = exclusion;
    }

    int start(int row) {
        return starts[row];
    }

    /// The first row after the frame; not before its start.
    int end(int row) {
        return Math.max(starts[row], ends[row]);
    }

    boolean excludes() {
        return exclusion != Exclusion.NO_OTHERS;
    }

    /// The rows between `start` and `end` that are excluded.
    void forEachExcluded(int row, IntConsumer action) {
        int from = Math.max(excludedFrom(row), start(row));
        int to = Math.min(excludedTo(row), end(row));
        for (int i = from; i < to; i++) {
            if (exclusion != Exclusion.TIES || i != row) {
                action.accept(i);
            }
        }
    }

    /// The first row of the frame at or after the given one, which isn't before the frame's start; −1 where there is none.
    private int next(int row, int from) {
        int candidate = from;
        if (candidate >= excludedFrom(row) && candidate < excludedTo(row)) {
            boolean keepsOwn = exclusion == Exclusion.TIES && candidate <= row;
            candidate = keepsOwn ? row : excludedTo(row);
        }
        return candidate < end(row) ? candidate : -1;
    }

    /// The frame's nth row, from 1 on; −1 where there is none.
    int nth(int row, long n) {
        if (!excludes()) {
            return n <= end(row) - start(row) ? (int) (start(row) + n - 1) : -1;
        }
        int at = start(row);
        long left = n;
        while (true) {
            at = next(row, at);
            if (at < 0 || --left == 0) {
                return at;
            }
            at++;
        }
    }

    /// The frame's last row; −1 where it is empty.
    int last(int row) {
        int candidate = end(row) - 1;
        int excludedFrom = excludedFrom(row);
        if (candidate >= excludedFrom && candidate < excludedTo(row)) {
            boolean keepsOwn = exclusion == Exclusion.TIES && row <= candidate;
            candidate = keepsOwn && row >= start(row) ? row : excludedFrom - 1;
        }
        return candidate >= start(row) ? candidate : -1;
    }

    private int excludedFrom(int row) {
        return switch (exclusion) {
            case NO_OTHERS -> 0;
            case CURRENT_ROW -> row;
            case GROUP, TIES -> partition.peersStart(row);
        };
    }

    private int excludedTo(int row) {
        return switch (exclusion) {
            case NO_OTHERS -> 0;
            case CURRENT_ROW -> row + 1;
            case GROUP, TIES -> partition.peersEnd(row);
        };
    }
}
