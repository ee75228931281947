package io.pgtrickle.dataflow.window;

import io.pgtrickle.dataflow.aggregate.Accumulator;
import io.pgtrickle.dataflow.aggregate.CountedRow;
import io.pgtrickle.dataflow.aggregate.RowsFunction;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.SqlType;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The values of a frame, and what they come to.
sealed interface FrameContent {

    /// @param row its place in the partition
    void add(int row, Object value);

    void remove(int row, Object value);

    @Nullable Object result();

    /// Makes contents of no values.
    @FunctionalInterface
    interface Kind {
        FrameContent empty();
    }

    /// An aggregate from which values can be taken away.
    static Kind totals(Supplier<Accumulator> accumulators) {
        return () -> new Totals(accumulators.get());
    }

    /// `min`, or `max` if descending.
    static Kind extremum(SqlType type, boolean descending) {
        Comparator<Object> ascending = type::compare;
        Comparator<Object> order =
                (descending ? ascending.reversed() : ascending)
                        .thenComparing(value -> image(type, value), Arrays::compareUnsigned);
        return () -> new Extremum(new TreeMap<>(order));
    }

    /// What is made of all rows, in the window's order; it is computed anew for each frame.
    static Kind rows(RowsFunction function) {
        return () -> new Rows(function, new TreeMap<>());
    }

    private static byte[] image(SqlType type, Object value) {
        ByteWriter image = new ByteWriter();
        type.encode(value, image);
        return image.toByteArray();
    }

    record Totals(Accumulator accumulator) implements FrameContent {

        @Override
        public void add(int row, Object value) {
            accumulator.add(value, 1);
        }

        @Override
        public void remove(int row, Object value) {
            accumulator.add(value, -1);
        }

        @Override
        public @Nullable Object result() {
            return accumulator.result();
        }
    }

    /// The values with their numbers; of values that are equal in SQL the one with the least image wins.
    record Extremum(NavigableMap<Object, Long> values) implements FrameContent {

        @Override
        public void add(int row, Object value) {
            values.merge(value, 1L, Long::sum);
        }

        @Override
        public void remove(int row, Object value) {
            values.merge(value, -1L, Extremum::sumOrGone);
        }

        private static @Nullable Long sumOrGone(long a, long b) {
            return a + b == 0 ? null : (Long) (a + b);
        }

        @Override
        public @Nullable Object result() {
            return values.isEmpty() ? null : values.firstKey();
        }
    }

    /// The arguments by their row's place.
    record Rows(RowsFunction function, NavigableMap<Integer, CountedRow> rows)
            implements FrameContent {

        @Override
        public void add(int row, Object value) {
            rows.put(row, new CountedRow((Row) value, 1));
        }

        @Override
        public void remove(int row, Object value) {
            rows.remove(row);
        }

        @Override
        public @Nullable Object result() {
            return function.result(List.copyOf(rows.values()), Row.of());
        }
    }
}
