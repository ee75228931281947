package io.pgtrickle.cli.http;

import java.util.List;

/// How often a quantity fell between bounds.
///
/// @param upperBounds inclusive, ascending; empty where only count and sum are known
/// @param counts of each bucket, not accumulated; the last one is that beyond all bounds
public record Distribution(List<Double> upperBounds, List<Long> counts, double sum) {

    public Distribution(List<Double> upperBounds, List<Long> counts, double sum) {
        if (counts.size() != upperBounds.size() + 1) {
            throw new IllegalArgumentException(
                    upperBounds.size() + " bounds with " + counts.size() + " counts");
        }
        this.upperBounds = List.copyOf(upperBounds);
        this.counts = List.copyOf(counts);
        this.sum = sum;
    }

    /// Only count and sum.
    public static Distribution of(long count, double sum) {
        return new Distribution(List.of(), List.of(count), sum);
    }

    public long count() {
        return counts.stream().mapToLong(Long::longValue).sum();
    }
}
