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
        for (Subject view : Freshness.VIEWS) {
            for (int rate : Freshness.RATES) {
                String subject = Freshness.subject(view, rate);
                Sample.Name p50 = new Sample.Name(Freshness.MEASURE, subject, Freshness.P50);
                Sample.Name p99 = new Sample.Name(Freshness.MEASURE, subject, Freshness.P99);
                String title = "freshness " + subject;
                goals.add(new Goal(p50, title + ", p50 ms", "", Bound.atMost(10)));
                goals.add(new Goal(p99, title + ", p99 ms", "", Bound.atMost(50)));
                goals.add(new Goal(p50, title + ", p50 ms", Subscription.NAME, Bound.atMost(3)));
                goals.add(new Goal(p99, title + ", p99 ms", Subscription.NAME, Bound.atMost(3)));
            }
        }
        goals.add(
                new Goal(
                        new Sample.Name(Cost.SATURATION, Cost.VIEW.name(), "per_second"),
                        "transactions a second of 8 clients beside " + Cost.VIEW.name(),
                        Subscription.NAME,
                        Bound.atLeast(1)));
        goals.add(
                new Goal(
                        new Sample.Name(Cost.LATENCY, Cost.VIEW.name(), "p50_ms"),
                        "latency at 2,000 tps beside " + Cost.VIEW.name() + ", p50 ms",
                        Cost.NOBODY,
                        Bound.atMost(1.1)));
        goals.add(
                new Goal(
                        CatchUp.FIFTY_VIEWS,
                        "catch-up of 50 views, s",
                        CatchUp.ONE_VIEW,
                        Bound.atMost(5)));
        goals.add(
                new Goal(Footprint.MEMORY, "memory with all six views, MB", "", Bound.atMost(512)));
        for (String operator : Growth.QUERIES.keySet()) {
            goals.add(
                    new Goal(
                            Growth.name(operator),
                            "a change of " + operator + ", µs",
                            Growth.SMALL,
                            Bound.atMost(1.3)));
        }
        goals.add(new Goal(Footprint.IDLE, "idle, % of a core", "", Bound.atMost(1)));
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
