package io.pgtrickle.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An array of PostgreSQL. Two are equal when their images are: dimensions, lower bounds, and images of the elements.
///
/// @param dimensions outermost first; none for an empty array
/// @param elements in storage order, the last dimension running fastest; null for NULL
public record SqlArray(List<Dimension> dimensions, List<@Nullable Object> elements) {

    /// The most dimensions that PostgreSQL allows (`MAXDIM`).
    public static final int MAX_DIMENSIONS = 6;

    public static final SqlArray EMPTY = new SqlArray(List.of(), List.of());

    public record Dimension(int length, int lowerBound) {}

    public SqlArray(List<Dimension> dimensions, List<@Nullable Object> elements) {
        this.dimensions = List.copyOf(dimensions);
        this.elements = Collections.unmodifiableList(new ArrayList<>(elements));
        long count = dimensions.isEmpty() ? 0 : 1;
        for (Dimension dimension : dimensions) {
            count = Math.multiplyExact(count, dimension.length());
        }
        if (count != elements.size() || dimensions.size() > MAX_DIMENSIONS) {
            throw new IllegalArgumentException(elements.size() + " elements in " + dimensions);
        }
    }

    /// One dimension from 1 on, or the empty array.
    public static SqlArray of(List<@Nullable Object> elements) {
        return elements.isEmpty()
                ? EMPTY
                : new SqlArray(List.of(new Dimension(elements.size(), 1)), elements);
    }
}
