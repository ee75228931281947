package io.pgtrickle.dataflow.window;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.InRange;
import io.pgtrickle.dataflow.expression.RowErrors;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.dataflow.plan.WindowCall.Bound;
import io.pgtrickle.dataflow.plan.WindowCall.Frame;
import io.pgtrickle.dataflow.plan.WindowCall.Mode;
import io.pgtrickle.dataflow.plan.WindowCall.Offset;
import io.pgtrickle.model.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the frames of a partition's rows as `nodeWindowAgg.c` does. Frames of RANGE with an offset move on with their row, so
/// that the bounds of all rows are found in one pass.
final class FrameBounds {

    private final Frame frame;
    private final List<SortKey> order;
    private @Nullable Object startOffset;
    private @Nullable Object endOffset;

    FrameBounds(Frame frame, List<SortKey> order) {
        this.frame = frame;
        this.order = order;
    }

    /// Evaluates the offsets.
    ///
    /// @throws io.pgtrickle.model.PgtrickleException ROW_ERROR where one is NULL, or negative for ROWS and GROUPS
    void checkOffsets() {
        startOffset = offset(frame.start(), "starting");
        endOffset = offset(frame.end(), "ending");
    }

    private @Nullable Object offset(Bound bound, String name) {
        Offset offset = bound.offset();
        if (offset == null) {
            return null;
        }
        Object value = Compiler.compile(offset.value()).evaluate(Row.of());
        if (value == null) {
            throw RowErrors.of("22004", "frame " + name + " offset must not be null");
        }
        if (frame.mode() != Mode.RANGE && (Long) value < 0) {
            throw RowErrors.of("22013", "frame " + name + " offset must not be negative");
        }
        return value;
    }

    FramePositions positions(Partition partition) {
        if (startOffset == null && endOffset == null) {
            checkOffsets();
        }
        return new FramePositions(
                partition,
                bounds(partition, frame.start(), startOffset, false),
                bounds(partition, frame.end(), endOffset, true),
                frame.exclusion());
    }

    /// @param end whether the first row after the frame is looked for, otherwise its first row
    private int[] bounds(Partition partition, Bound bound, @Nullable Object offset, boolean end) {
        int[] bounds = new int[partition.size()];
        if (offset != null && frame.mode() == Mode.RANGE) {
            ranges(partition, bound instanceof Bound.Preceding, offset, end, bounds);
            return bounds;
        }
        long distance = offset == null ? 0 : (Long) offset;
        for (int row = 0; row < bounds.length; row++) {
            bounds[row] =
                    switch (bound) {
                        case Bound.UnboundedPreceding _ -> 0;
                        case Bound.UnboundedFollowing _ -> partition.size();
                        case Bound.CurrentRow _ -> shifted(partition, row, 0, end);
                        case Bound.Preceding _ -> shifted(partition, row, -distance, end);
                        case Bound.Following _ -> shifted(partition, row, distance, end);
                    };
        }
        return bounds;
    }

    /// So many rows or groups away.
    private int shifted(Partition partition, int row, long distance, boolean end) {
        if (frame.mode() == Mode.ROWS) {
            return clamped(row, end ? saturated(distance) : distance, partition.size());
        }
        int group =
                clamped(
                        partition.group(row),
                        end ? saturated(distance) : distance,
                        partition.groupCount());
        return partition.groupStart(group);
    }

    private static long saturated(long distance) {
        return distance == Long.MAX_VALUE ? distance : distance + 1;
    }

    private static int clamped(int position, long distance, int size) {
        return distance > size ? size : (int) Math.clamp(position + distance, 0L, (long) size);
    }

    private void ranges(
            Partition partition, boolean preceding, Object offset, boolean end, int[] bounds) {
        SortKey key = order.getFirst();
        boolean less = end != key.descending();
        InRange range =
                new InRange(key.expression().type(), offset, preceding != key.descending(), less);
        int at = 0;
        for (int row = 0; row < bounds.length; row++) {
            Object base = partition.orderValues(row).get(0);
            while (at < bounds.length
                    && passes(key, range, partition.orderValues(at).get(0), base, end)) {
                at++;
            }
            bounds[row] = at;
        }
    }

    /// Whether the bound lies after a row with such a value.
    private static boolean passes(
            SortKey key,
            InRange range,
            @Nullable Object value,
            @Nullable Object base,
            boolean end) {
        if (value != null && base != null) {
            return range.test(value, base) == end;
        }
        if (end) {
            return key.nullsFirst() ? value == null : base == null;
        }
        return key.nullsFirst() ? value == null && base != null : value != null && base == null;
    }
}
