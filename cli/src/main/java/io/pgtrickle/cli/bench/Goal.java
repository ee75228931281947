package io.pgtrickle.cli.bench;

import java.util.ArrayList;
import java.util.List;

/// A row of the table of goals: what a figure is held against.
///
/// @param yardstick the contender whose figure in the same run the bound is a multiple of; empty where the bound is absolute
/// @param bound reached at this and below, or above
record Goal(Sample.Name name, String title, String yardstick, Bound bound) {

    /// @param isFloor whether more is better
    record Bound(double value, boolean isFloor) {

        static Bound atMost(double value) {
            return new Bound(value, false);
        }

        static Bound atLeast(double value) {
            return new Bound(value, true);
        }

        boolean holds(double figure) {
            return isFloor ? figure >= value : figure <= value;
        }
    }

    static final List<Goal> ALL = all();

    boolean isRatio() {
        return !yardstick.isEmpty();
    }

    /// What the bound is compared with.
    Spread compared(Samples samples) {
        return isRatio()
                ? samples.ratio(name, Sample.PGTRICKLE, yardstick)
                : samples.of(name, Sample.PGTRICKLE);
    }

    String text() {
        return (bound.isFloor() ? "at least " : "at most ")
                + Spread.text(bound.value())
                + (isRatio() ? " × " + yardstick : "");
    }

    private static List<Goal> all() {
        List<Goal> goals = new ArrayList<>();
        for (String view : List.of("v1", "v2", "v5", "v6")) {
            goals.add(catchUp(view, Drain.NAME, 1.2));
        }
        goals.add(catchUp("v3", Subscription.NAME, 1.5));
        goals.add(catchUp("v4", Drain.NAME, 2));
        goals.add(
                new Goal(
                        new Sample.Name("transactions", "v1", "per_second"),
                        "single-row transactions a second",
                        "",
                        Bound.atLeast(15_000)));
        for (String view : List.of("v1", "v3")) {
            goals.add(
                    new Goal(
                            new Sample.Name(Build.MEASURE, view, "seconds"),
                            "initial build " + view + ", s",
                            Subscription.NAME,
                            Bound.atMost(1)));
        }
        goals.add(
                new Goal(
                        new Sample.Name(Build.MEASURE, "v1", "rows_per_second"),
                        "initial build v1, rows a second",
                        "",
                        Bound.atLeast(300_000)));
        return List.copyOf(goals);
    }

    private static Goal catchUp(String view, String yardstick, double most) {
        return new Goal(
                new Sample.Name(CatchUp.MEASURE, view, CatchUp.STREAMING),
                "catch-up " + view + ", s",
                yardstick,
                Bound.atMost(most));
    }
}
