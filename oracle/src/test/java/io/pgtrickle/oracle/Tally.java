package io.pgtrickle.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What became of the queries of a batch.
final class Tally {

    private final List<String> faults = new ArrayList<>();
    private final Map<String, Integer> refusals = new TreeMap<>();
    private int compared;
    private int filled;
    private int invalid;
    private int failing;

    void fault(String text) {
        faults.add(text);
    }

    void refused(String message) {
        refusals.merge(message, 1, Integer::sum);
    }

    void created() {
        compared++;
    }

    /// At the end the view has rows.
    void filled() {
        filled++;
    }

    /// PostgreSQL itself refuses the query.
    void invalid() {
        invalid++;
    }

    /// A row makes the query fail in PostgreSQL too.
    void failing() {
        failing++;
    }

    List<String> faults() {
        return List.copyOf(faults);
    }

    Map<String, Integer> refusals() {
        return Map.copyOf(refusals);
    }

    int compared() {
        return compared;
    }

    @Override
    public String toString() {
        return compared
                + " views, "
                + refusals.values().stream().mapToInt(Integer::intValue).sum()
                + " refused, "
                + failing
                + " failing, "
                + invalid
                + " invalid, "
                + filled
                + " with rows";
    }
}
