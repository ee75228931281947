package io.pgtrickle.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A Z-set: rows with signed weights, always consolidated, i.e. no row has weight 0 and no row appears twice.
/// A collection has positive weights only; a delta is a Z-set too (Budiu et al., "DBSP", VLDB 2023).
///
/// Iteration is in the order in which the rows were first added, so that one input gives one outcome. Mutable, for one
/// thread.
public final class ZSet {

    /// Receives the rows of a Z-set.
    @FunctionalInterface
    public interface Visitor {
        void accept(Row row, long weight);
    }

    private final Map<Row, Long> weights = new LinkedHashMap<>();

    /// Adds to a row's weight.
    ///
    /// @throws ArithmeticException if the weight leaves 64 bits
    public void add(Row row, long weight) {
        if (weight == 0) {
            return;
        }
        weights.merge(row, weight, ZSet::sumOrGone);
    }

    public void addAll(ZSet other) {
        other.forEach(this::add);
    }

    public long weight(Row row) {
        return Objects.requireNonNullElse(weights.get(row), 0L);
    }

    public boolean isEmpty() {
        return weights.isEmpty();
    }

    /// The number of different rows.
    public int size() {
        return weights.size();
    }

    public void forEach(Visitor visitor) {
        weights.forEach(visitor::accept);
    }

    public void clear() {
        weights.clear();
    }

    private static @Nullable Long sumOrGone(long a, long b) {
        long sum = Math.addExact(a, b);
        return sum == 0 ? null : sum;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ZSet that && weights.equals(that.weights);
    }

    @Override
    public int hashCode() {
        return weights.hashCode();
    }

    @Override
    public String toString() {
        return weights.toString();
    }
}
