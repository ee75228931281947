package io.pgtrickle.cli.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;

/// How long a consumer takes for a backlog that gathered while it was stopped, from its resumption until the result equals the
/// query. In each run all contenders read the same backlog, one after the other.
final class CatchUp {

    static final String MEASURE = "catchup";

    /// From when the slot was taken: what a consumer that runs needs.
    static final String STREAMING = "seconds";

    /// From when the process was started: a JVM's start, recovery and connecting as well.
    static final String FROM_START = "seconds_from_start";

    static final String ONE_VIEW = "one view";
    static final Sample.Name FIFTY_VIEWS = new Sample.Name("fifty", "50 views", STREAMING);

    private static final int FIFTY = 50;

    private final Bench bench;
    private final Arena arena;

    private CatchUp(Bench bench) {
        this.bench = bench;
        this.arena = bench.arena();
    }

    static void measure(Bench bench) throws SQLException, IOException {
        try (Subscription subscription = Subscription.prepare(bench.arena())) {
            subscription.copySeconds();
            subscription.pause();
            CatchUp catchUp = new CatchUp(bench);
            for (Subject subject : bench.chosen(Subject.ALL)) {
                catchUp.measure(subject.name(), List.of(subject), subscription);
            }
            if (bench.hasChosenAll()) {
                catchUp.measure("all six", Subject.ALL, subscription);
            }
        }
    }

    /// Single-row transactions only.
    static void transactions(Bench bench) throws SQLException, IOException {
        Arena arena = bench.arena();
        Sample.Name name = new Sample.Name("transactions", "v1", "per_second");
        List<Subject> kept = List.of(Subject.V1);
        arena.prepareViews(kept);
        for (int run = 1; run <= bench.scale().runs(); run++) {
            try (Drain drain = Drain.prepare(arena, Subject.V1.source())) {
                int transactions = bench.scale().backlog();
                Arena.Backlog backlog = arena.makeBacklog(Subject.V1.source(), transactions, 0);
                bench.record(
                        name, Drain.NAME, run, transactions / drain.seconds(backlog.position()));
                Times times = catchUp(arena, backlog, kept, run == bench.scale().runs());
                bench.record(name, Sample.PGTRICKLE, run, transactions / times.streaming());
            }
        }
    }

    /// Fifty views over the same tables, beside one of them.
    static void fifty(Bench bench) throws SQLException, IOException {
        Arena arena = bench.arena();
        List<Subject> many =
                IntStream.rangeClosed(1, FIFTY).mapToObj(Subject::amountsOver).toList();
        for (List<Subject> kept : List.of(List.of(Subject.amountsOver(0)), many)) {
            arena.prepareViews(kept);
            for (int run = 1; run <= bench.scale().runs(); run++) {
                Arena.Backlog backlog =
                        arena.makeBacklog("orders", bench.scale().backlog(), bench.scale().bulk());
                Times times = catchUp(arena, backlog, kept, run == bench.scale().runs());
                String contender = kept.size() == 1 ? ONE_VIEW : Sample.PGTRICKLE;
                bench.record(FIFTY_VIEWS, contender, run, times.streaming());
            }
        }
    }

    private void measure(String name, List<Subject> kept, Subscription subscription)
            throws SQLException, IOException {
        arena.prepareViews(kept);
        String source = kept.getFirst().source();
        for (int run = 1; run <= bench.scale().runs(); run++) {
            try (Drain drain = Drain.prepare(arena, source)) {
                Arena.Backlog backlog =
                        arena.makeBacklog(source, bench.scale().backlog(), bench.scale().bulk());
                Sample.Name streaming = new Sample.Name(MEASURE, name, STREAMING);
                bench.record(streaming, Drain.NAME, run, drain.seconds(backlog.position()));
                int thisRun = run;
                drain.secondsOfProgram(backlog.position())
                        .ifPresent(seconds ->
                                bench.record(streaming, Drain.PROGRAM, thisRun, seconds));
                if (source.equals("orders")) {
                    bench.record(
                            streaming,
                            Subscription.NAME,
                            run,
                            subscription.catchUpSeconds(backlog.mark()));
                    subscription.pause();
                }
                Times times = catchUp(arena, backlog, kept, run == bench.scale().runs());
                bench.record(streaming, Sample.PGTRICKLE, run, times.streaming());
                bench.record(
                        new Sample.Name(MEASURE, name, FROM_START),
                        Sample.PGTRICKLE,
                        run,
                        times.fromStart());
            }
        }
    }

    private record Times(double fromStart, double streaming) {}

    /// @param isLast whether the views go afterwards
    private static Times catchUp(
            Arena arena, Arena.Backlog backlog, List<Subject> kept, boolean isLast)
            throws SQLException, IOException {
        try (SidecarProcess sidecar = arena.startSidecar()) {
            long streaming = arena.awaitStreaming(sidecar);
            long end = arena.awaitApplied(sidecar, backlog.position());
            for (Subject subject : kept) {
                arena.requireExact(subject);
            }
            if (isLast) {
                arena.awaitServing(sidecar);
                arena.drop(kept);
            }
            return new Times(
                    Waiting.seconds(sidecar.startedNanos(), end), Waiting.seconds(streaming, end));
        }
    }
}
