package io.pgtrickle.model;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An immutable row of cells; a null cell is SQL NULL.
///
/// Two rows are equal when PostgreSQL would print and send them alike: equality of *images*. `1.0` and `1.00` are two
/// rows here although SQL's `=` takes them for one, so that the right one of them is retracted. Where SQL's equality is
/// meant (keys of joins and groups), `SqlType` has it.
public final class Row {

    private final @Nullable Object[] cells;
    private int hash;

    private Row(@Nullable Object[] cells) {
        this.cells = cells;
    }

    /// Takes the array over; the caller must not change it afterwards.
    public static Row of(@Nullable Object... cells) {
        return new Row(cells);
    }

    public int width() {
        return cells.length;
    }

    public @Nullable Object get(int column) {
        return cells[column];
    }

    /// The cells at the given places, in their order.
    public Row project(int[] columns) {
        @Nullable Object[] projected = new @Nullable Object[columns.length];
        for (int i = 0; i < columns.length; i++) {
            projected[i] = cells[columns[i]];
        }
        return new Row(projected);
    }

    /// This row's cells followed by the other's.
    public Row concat(Row right) {
        @Nullable Object[] both = Arrays.copyOf(cells, cells.length + right.cells.length);
        System.arraycopy(right.cells, 0, both, cells.length, right.cells.length);
        return new Row(both);
    }

    /// A copy whose cells may be changed freely.
    public @Nullable Object[] toArray() {
        return cells.clone();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other == this
                || other instanceof Row that
                        && hashCode() == that.hashCode()
                        && Arrays.equals(cells, that.cells);
    }

    @Override
    public int hashCode() {
        int h = hash;
        if (h == 0) {
            h = Arrays.hashCode(cells) * 0x85ebca6b; // cells of small numbers differ in few bits
            h ^= h >>> 15;
            hash = h;
        }
        return h;
    }

    @Override
    public String toString() {
        return List.of(Arrays.stream(cells).map(String::valueOf).toArray()).toString();
    }
}
