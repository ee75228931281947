package io.pgtrickle.cli.bench;

import io.pgtrickle.cli.console.Database;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/// How long after a commit its effect can be read in the view, under a steady load; beside a subscription's copy under the same load.
final class Freshness {

    static final String MEASURE = "freshness";
    static final String P50 = "p50_ms";
    static final String P99 = "p99_ms";
    static final List<Integer> RATES = List.of(500, 5_000);
    static final List<Subject> VIEWS = List.of(Subject.V1, Subject.V3);

    private static final String COPY = "SELECT amount FROM orders WHERE id = 0";

    private final Bench bench;
    private final Arena arena;
    private final Subscription subscription;

    private Freshness(Bench bench, Subscription subscription) {
        this.bench = bench;
        this.arena = bench.arena();
        this.subscription = subscription;
    }

    static String subject(Subject view, int rate) {
        return view.name() + " at " + rate + " tps";
    }

    static void measure(Bench bench) throws SQLException, IOException {
        try (Subscription subscription = Subscription.prepare(bench.arena())) {
            subscription.copySeconds();
            subscription.pause();
            Freshness freshness = new Freshness(bench, subscription);
            for (Subject view : bench.chosen(VIEWS)) {
                freshness.measure(view);
            }
        }
    }

    private void measure(Subject view) throws SQLException, IOException {
        arena.prepareViews(List.of(view));
        for (int run = 1; run <= bench.scale().runs(); run++) {
            for (int rate : RATES) {
                subscription.resume();
                subscription.awaitFresh();
                try (Database reader = subscription.session()) {
                    record(view, rate, Subscription.NAME, run, probe(rate, reader, COPY));
                }
                subscription.pause();
                try (SidecarProcess sidecar = arena.startSidecar();
                        Database reader = arena.session()) {
                    arena.awaitServing(sidecar);
                    arena.awaitFresh();
                    record(view, rate, Sample.PGTRICKLE, run, probe(rate, reader, view.probe()));
                    arena.awaitFresh();
                    arena.requireExact(view);
                }
            }
        }
        arena.dropViews(List.of(view));
    }

    private long[] probe(int rate, Database reader, String question) throws SQLException {
        return new Probe(arena, reader, question).lagNanos(rate, bench.scale().load());
    }

    private void record(Subject view, int rate, String contender, int run, long[] lagNanos) {
        String subject = subject(view, rate);
        bench.record(
                new Sample.Name(MEASURE, subject, P50),
                contender,
                run,
                Spread.quantile(lagNanos, 0.5) / 1e6);
        bench.record(
                new Sample.Name(MEASURE, subject, P99),
                contender,
                run,
                Spread.quantile(lagNanos, 0.99) / 1e6);
    }
}
