package io.pgtrickle.commander;

import io.pgtrickle.model.Lsn;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Figures of a group that its thread publishes and other threads read.
final class EngineCounters {

    /// One consistent set of them.
    record Figures(
            Lsn applied,
            Lsn checkpointed,
            long changesReceived,
            long rowsApplied,
            SidecarStatus.StepTimes times,
            List<SidecarStatus.ViewStatus> views) {

        /// Those of two groups as one: the positions of the one that is behind, the sums of both.
        Figures with(Figures other) {
            List<SidecarStatus.ViewStatus> all = new ArrayList<>(views);
            all.addAll(other.views);
            return new Figures(
                    Lsn.min(applied, other.applied),
                    Lsn.min(checkpointed, other.checkpointed),
                    changesReceived + other.changesReceived,
                    rowsApplied + other.rowsApplied,
                    times.with(other.times),
                    all);
        }
    }

    /// A heartbeat a second, and a moment for its way.
    private static final Duration HEARTBEATS_TAKE = Duration.ofSeconds(3);

    private long steps;
    private long stepNanos;
    private long latencyNanos;
    private Duration lastLatency = Duration.ZERO;
    private volatile Instant lastSeen = Instant.MAX;
    private volatile Figures figures =
            new Figures(Lsn.ZERO, Lsn.ZERO, 0, 0, SidecarStatus.StepTimes.NONE, List.of());

    void step(long nanos, Duration latency) {
        steps++;
        stepNanos += nanos;
        lastLatency = latency.isNegative() ? Duration.ZERO : latency;
        latencyNanos += lastLatency.toNanos();
    }

    /// A transaction has come to its step, or there is none: the default group has a heartbeat each second.
    void seen(Instant commitTime) {
        lastSeen = commitTime;
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

    /// How far the views are behind: the last step's latency, or where nothing has come by for longer than heartbeats take, the
    /// age of what came last. From any thread.
    Duration lag(Instant now) {
        Instant seen = lastSeen;
        Duration age = seen.equals(Instant.MAX) ? Duration.ZERO : Duration.between(seen, now);
        return age.compareTo(HEARTBEATS_TAKE) > 0 ? age : figures.times().lastLatency();
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
