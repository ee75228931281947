package io.pgtrickle.commander;

import io.pgtrickle.model.Lsn;
import java.time.Duration;
import java.util.List;

/// Figures that the engine's thread publishes and other threads read.
final class EngineCounters {

    /// One consistent set of them.
    record Figures(
            Lsn applied,
            Lsn checkpointed,
            long changesReceived,
            long rowsApplied,
            SidecarStatus.StepTimes times,
            List<SidecarStatus.ViewStatus> views) {}

    private long steps;
    private long stepNanos;
    private long latencyNanos;
    private Duration lastLatency = Duration.ZERO;
    private volatile String lastHeartbeat = "";
    private volatile Figures figures =
            new Figures(Lsn.ZERO, Lsn.ZERO, 0, 0, SidecarStatus.StepTimes.NONE, List.of());

    void step(long nanos, Duration latency) {
        steps++;
        stepNanos += nanos;
        lastLatency = latency.isNegative() ? Duration.ZERO : latency;
        latencyNanos += lastLatency.toNanos();
    }

    void heartbeatReturned(String instance) {
        lastHeartbeat = instance;
    }

    void publish(Group group) {
        figures =
                new Figures(
                        group.evaluated(),
                        group.checkpointed(),
                        group.changesReceived(),
                        group.rowsApplied(),
                        new SidecarStatus.StepTimes(steps, stepNanos, latencyNanos, lastLatency),
                        group.views().stream().map(EngineCounters::status).toList());
    }

    /// From any thread.
    Figures figures() {
        return figures;
    }

    /// What the newest heartbeat that came back through the stream said; from any thread.
    String lastHeartbeat() {
        return lastHeartbeat;
    }

    private static SidecarStatus.ViewStatus status(LiveView view) {
        return new SidecarStatus.ViewStatus(
                view.definition().qualifiedName(),
                ViewStatus.RUNNING.label(),
                "",
                view.changesReceived(),
                view.changesApplied(),
                view.space().storedBytes(),
                view.circuit().operators());
    }
}
