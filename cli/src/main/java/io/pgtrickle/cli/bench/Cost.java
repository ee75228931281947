package io.pgtrickle.cli.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/// What keeping a view costs the application that writes, all on one machine: transactions a second that eight clients reach, and
/// how long one takes at a steady rate; with nobody reading, with a subscription, and with the sidecar.
final class Cost {

    static final String SATURATION = "saturation";
    static final String LATENCY = "latency";
    static final String NOBODY = "none";
    static final Subject VIEW = Subject.V2;

    private static final Load.Pace STEADY = new Load.Pace(4, 2_000);

    private final Bench bench;
    private final Arena arena;

    private Cost(Bench bench) {
        this.bench = bench;
        this.arena = bench.arena();
    }

    static void measure(Bench bench) throws SQLException, IOException {
        Cost cost = new Cost(bench);
        Arena arena = bench.arena();
        arena.prepareViews(List.of(VIEW));
        try (Subscription subscription = Subscription.prepare(arena)) {
            subscription.copySeconds();
            subscription.pause();
            for (int run = 1; run <= bench.scale().runs(); run++) {
                cost.measure(NOBODY, run);
                subscription.resume();
                subscription.awaitFresh();
                cost.measure(Subscription.NAME, run);
                subscription.awaitFresh();
                subscription.pause();
                try (SidecarProcess sidecar = arena.startSidecar()) {
                    arena.awaitServing(sidecar);
                    arena.awaitFresh();
                    cost.measure(Sample.PGTRICKLE, run);
                    arena.awaitFresh();
                    arena.requireExact(VIEW);
                }
            }
        }
        arena.dropViews(List.of(VIEW));
    }

    private void measure(String contender, int run) throws SQLException {
        Load.Outcome saturated = load(Load.Pace.SATURATION);
        bench.record(
                new Sample.Name(SATURATION, VIEW.name(), "per_second"),
                contender,
                run,
                saturated.perSecond());
        if (contender.equals(Sample.PGTRICKLE)) {
            long begin = System.nanoTime();
            arena.awaitFresh();
            bench.record(
                    new Sample.Name(SATURATION, VIEW.name(), "seconds_behind"),
                    contender,
                    run,
                    Waiting.seconds(begin, System.nanoTime()));
        }
        Load.Outcome steady = load(STEADY);
        bench.record(
                new Sample.Name(LATENCY, VIEW.name(), "p50_ms"),
                contender,
                run,
                steady.p50Millis());
        bench.record(
                new Sample.Name(LATENCY, VIEW.name(), "p99_ms"),
                contender,
                run,
                steady.p99Millis());
    }

    private Load.Outcome load(Load.Pace pace) throws SQLException {
        try (Load load = Load.start(arena, pace)) {
            long end = System.nanoTime() + bench.scale().load().toNanos();
            while (end - System.nanoTime() > 0) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
            return load.stop();
        }
    }
}
