package io.pgtrickle.cli.engine;

import io.pgtrickle.cli.http.Distribution;
import io.pgtrickle.cli.http.Figures;
import io.pgtrickle.commander.Sidecar;
import io.pgtrickle.commander.SidecarStatus;
import io.pgtrickle.dataflow.OperatorStatus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Joins what the engine counts with what the server shows.
final class SidecarFigures implements Supplier<Figures> {

    private static final double NANOS = 1e9;

    private final Sidecar sidecar;
    private final DatabaseWatch watch;

    SidecarFigures(Sidecar sidecar, DatabaseWatch watch) {
        this.sidecar = sidecar;
        this.watch = watch;
    }

    @Override
    public Figures get() {
        SidecarStatus status = sidecar.status();
        DatabaseWatch.Seen seen = watch.seen();
        SidecarStatus.StepTimes times = status.times();
        return new Figures(
                phase(status.phase()),
                version(),
                status.startedAt(),
                new Figures.Position(
                        status.applied(), status.confirmed(), status.lagBytes(), status.lag()),
                new Figures.Work(
                        status.changesReceived(),
                        status.changesApplied(),
                        Distribution.of(times.steps(), times.stepNanos() / NANOS),
                        Distribution.of(times.steps(), times.latencyNanos() / NANOS)),
                status.stateBytes(),
                status.lastError(),
                seen.slot(),
                views(seen.views(), status.views()));
    }

    private static String version() {
        return Optional.ofNullable(SidecarFigures.class.getPackage().getImplementationVersion())
                .orElse("development");
    }

    private static Figures.Phase phase(SidecarStatus.Phase phase) {
        return switch (phase) {
            case STARTING -> Figures.Phase.STARTING;
            case STANDBY -> Figures.Phase.STANDBY;
            case STREAMING -> Figures.Phase.STREAMING;
            case RETRYING -> Figures.Phase.RETRYING;
            case FAILED -> Figures.Phase.FAILED;
            case STOPPED -> Figures.Phase.STOPPED;
        };
    }

    /// The engine's counts are newer; the server knows the views that don't run, and sizes.
    private static List<Figures.View> views(
            Map<String, Figures.View> seen, List<SidecarStatus.ViewStatus> live) {
        Map<String, Figures.View> views = new LinkedHashMap<>(seen);
        for (SidecarStatus.ViewStatus view : live) {
            Figures.View known = seen.get(view.name());
            views.put(
                    view.name(),
                    new Figures.View(
                            known == null ? view.name() : known.name(),
                            view.status(),
                            view.message(),
                            known == null ? 0 : known.rows(),
                            view.changesReceived(),
                            view.changesApplied(),
                            view.stateBytes(),
                            view.operators().stream().map(SidecarFigures::line).toList()));
        }
        return new ArrayList<>(views.values());
    }

    private static String line(OperatorStatus operator) {
        return operator.name()
                + (operator.keys().isEmpty() ? "" : " by " + operator.keys())
                + ", "
                + operator.strategy()
                + ", "
                + operator.rowsIn()
                + " in, "
                + operator.rowsOut()
                + " out";
    }
}
