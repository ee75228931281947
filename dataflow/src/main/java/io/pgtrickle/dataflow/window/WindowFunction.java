package io.pgtrickle.dataflow.window;

import org.jspecify.annotations.Nullable;

/// What one call comes to, for every row of a partition.
sealed interface WindowFunction permits FrameAggregate, FrameValue, Ranking, Shift {

    @Nullable Object[] compute(Partition partition);

    /// Evaluates what is the same for all rows.
    default void checkOffsets() {}
}
