package io.pgtrickle.cli.bench;

import java.util.List;
import java.util.Locale;

/// Median and extremes of the runs of one measurement.
///
/// @param runs 0 where nothing was measured; the figures are NaN then
record Spread(int runs, double median, double least, double most) {

    static Spread of(List<Double> values) {
        if (values.isEmpty()) {
            return new Spread(0, Double.NaN, Double.NaN, Double.NaN);
        }
        List<Double> sorted = values.stream().sorted().toList();
        int size = sorted.size();
        double median = (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
        return new Spread(size, median, sorted.getFirst(), sorted.getLast());
    }

    boolean isMeasured() {
        return runs > 0;
    }

    /// The value below which the given part of all lies.
    static double quantile(long[] sorted, double part) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[(int) Math.min(sorted.length - 1, (long) (sorted.length * part))];
    }

    @Override
    public String toString() {
        if (!isMeasured()) {
            return "";
        }
        return runs == 1
                ? text(median)
                : text(median) + " (" + text(least) + " to " + text(most) + ")";
    }

    /// Three digits, and whole numbers from 100 on.
    static String text(double value) {
        double magnitude = Math.abs(value);
        String format = magnitude >= 100 ? "%,.0f" : magnitude >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }
}
