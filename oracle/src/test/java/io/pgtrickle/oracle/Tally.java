package io.pgtrickle.oracle;

import io.pgtrickle.oracle.RandomQueries.Query;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What became of generated queries, by construct.
final class Tally {

    private final List<String> faults = new ArrayList<>();
    private final Map<String, Integer> refusals = new TreeMap<>();
    private final Map<Construct, Integer> drawn = new EnumMap<>(Construct.class);
    private final Map<Construct, Integer> compared = new EnumMap<>(Construct.class);
    private final Map<Construct, Integer> refused = new EnumMap<>(Construct.class);
    private final Map<String, Integer> open = new TreeMap<>();
    private int views;
    private int filled;
    private int comparisons;
    private int invalid;
    private int failing;

    void drawn(Set<Construct> uses) {
        uses.forEach(use -> drawn.merge(use, 1, Integer::sum));
    }

    void count(Query query, Outcome outcome) {
        switch (outcome) {
            case Outcome.Equal(int steps, boolean withRows) -> {
                views++;
                comparisons += steps;
                filled += withRows ? 1 : 0;
                query.uses().forEach(use -> compared.merge(use, 1, Integer::sum));
            }
            case Outcome.Refused(String reason) -> {
                refusals.merge(summary(reason), 1, Integer::sum);
                query.uses().forEach(use -> refused.merge(use, 1, Integer::sum));
                trace("REFUSED " + reason + " in " + query.sql());
            }
            case Outcome.Invalid(String why) -> {
                invalid++;
                trace("INVALID " + why + " in " + query.sql());
            }
            case Outcome.Failing _ -> failing++;
            case Outcome.Fault _ -> {}
        }
    }

    /// Without what differs from query to query.
    private static String summary(String reason) {
        return reason.replaceAll("\\(.*|ordered by.*", "...");
    }

    private static void trace(String text) {
        if (Boolean.getBoolean("pgtrickle.trace")) {
            System.out.println(text);
        }
    }

    /// A fault that is known.
    void open(String kind) {
        open.merge(kind, 1, Integer::sum);
    }

    void fault(String text) {
        faults.add(text);
    }

    List<String> faults() {
        return List.copyOf(faults);
    }

    int views() {
        return views;
    }

    Set<Construct> neverDrawn() {
        return never(drawn);
    }

    /// All queries with it were refused, failed or were never drawn.
    Set<Construct> neverCompared() {
        return never(compared);
    }

    private static Set<Construct> never(Map<Construct, Integer> counts) {
        Set<Construct> never = EnumSet.allOf(Construct.class);
        never.removeAll(new LinkedHashSet<>(counts.keySet()));
        return never;
    }

    @Override
    public String toString() {
        return summary()
                + "\n  refused by construct: "
                + refused
                + "\n  compared by construct: "
                + compared
                + "\n  never compared: "
                + neverCompared();
    }

    String summary() {
        return views
                + " views ("
                + filled
                + " with rows), "
                + comparisons
                + " comparisons, "
                + refusals.values().stream().mapToInt(Integer::intValue).sum()
                + " refused, "
                + failing
                + " failing, "
                + invalid
                + " invalid, "
                + faults.size()
                + " faults, known and open: "
                + open
                + "\n  refusals: "
                + refusals;
    }
}
