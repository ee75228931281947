package io.pgtrickle.cli.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;

/// How long a view takes from the call that creates it until it is there, over tables that stand still; beside a subscription's copy
/// of `orders`, and beside what PostgreSQL takes for the query itself.
final class Build {

    static final String MEASURE = "build";
    static final String REFRESH = "refresh";

    private Build() {}

    static void measure(Bench bench) throws SQLException, IOException {
        Arena arena = bench.arena();
        try (Subscription subscription = Subscription.prepare(arena);
                SidecarProcess sidecar = arena.startSidecar()) {
            arena.awaitServing(sidecar);
            for (Subject subject : bench.chosen(List.of(Subject.V1, Subject.V3))) {
                for (int run = 1; run <= bench.scale().runs(); run++) {
                    Sample.Name seconds = new Sample.Name(MEASURE, subject.name(), "seconds");
                    bench.record(seconds, Subscription.NAME, run, subscription.copySeconds());
                    subscription.forget();
                    bench.record(seconds, REFRESH, run, refreshSeconds(arena, subject));
                    long begin = System.nanoTime();
                    arena.create(subject);
                    double own = Waiting.seconds(begin, System.nanoTime());
                    bench.record(seconds, Sample.PGTRICKLE, run, own);
                    bench.record(
                            new Sample.Name(MEASURE, subject.name(), "rows_per_second"),
                            Sample.PGTRICKLE,
                            run,
                            bench.scale().rows() / own);
                    arena.requireExact(subject);
                    arena.drop(List.of(subject));
                }
            }
        }
    }

    /// Of a materialized view with the same query.
    private static double refreshSeconds(Arena arena, Subject subject) throws SQLException {
        arena.database()
                .execute(
                        "CREATE MATERIALIZED VIEW refreshed AS "
                                + subject.query()
                                + " WITH NO DATA");
        long begin = System.nanoTime();
        arena.database().execute("REFRESH MATERIALIZED VIEW refreshed");
        double seconds = Waiting.seconds(begin, System.nanoTime());
        arena.database().execute("DROP MATERIALIZED VIEW refreshed");
        return seconds;
    }
}
