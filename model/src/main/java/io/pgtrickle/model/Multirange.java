package io.pgtrickle.model;

import java.util.List;

/// A value of a multirange type.
///
/// @param ranges none empty, ascending, neither overlapping nor adjacent: PostgreSQL made them so
public record Multirange(List<Range.Between> ranges) {
    public Multirange(List<Range.Between> ranges) {
        this.ranges = List.copyOf(ranges);
    }
}
