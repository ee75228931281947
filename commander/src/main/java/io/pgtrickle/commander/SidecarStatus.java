package io.pgtrickle.commander;

import io.pgtrickle.dataflow.OperatorStatus;
import io.pgtrickle.model.Lsn;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The sidecar at one moment, for HTTP, metrics and the demo's table.
///
/// @param applied the commit position that the views show
/// @param confirmed up to where the server may forget
/// @param lagBytes log between the newest known position of the server and `applied`
/// @param lag how far the views are behind the newest commit
/// @param changesReceived row changes of sources since the start
/// @param changesApplied rows inserted, updated or deleted in result tables since the start
public record SidecarStatus(
        Phase phase,
        Instant startedAt,
        Lsn applied,
        Lsn confirmed,
        long lagBytes,
        Duration lag,
        long changesReceived,
        long changesApplied,
        StepTimes times,
        long stateBytes,
        Optional<String> lastError,
        List<ViewStatus> views) {

    /// What the sidecar as a whole is doing.
    public enum Phase {
        /// Connecting, installing, opening the state.
        STARTING,
        /// Another sidecar serves this database; this one takes over when it goes.
        STANDBY,
        STREAMING,
        /// The world failed; trying again with back-off.
        RETRYING,
        /// Ended by an error that only the user can mend.
        FAILED,
        STOPPED
    }

    /// Sums since the start, from which rates and means come.
    ///
    /// @param steps how many
    /// @param stepNanos time from a step's first transaction being taken to its commit in the target
    /// @param latencyNanos from a step's last transaction's commit to its effect being visible
    /// @param lastLatency the newest of these
    public record StepTimes(long steps, long stepNanos, long latencyNanos, Duration lastLatency) {

        static final StepTimes NONE = new StepTimes(0, 0, 0, Duration.ZERO);

        StepTimes with(StepTimes other) {
            return new StepTimes(
                    steps + other.steps,
                    stepNanos + other.stepNanos,
                    latencyNanos + other.latencyNanos,
                    lastLatency.compareTo(other.lastLatency) > 0 ? lastLatency : other.lastLatency);
        }
    }

    /// @param status as in `pgtrickle.list_views()`
    public record ViewStatus(
            String name,
            String status,
            String message,
            long changesReceived,
            long changesApplied,
            long stateBytes,
            List<OperatorStatus> operators) {}

    static SidecarStatus starting(Instant now) {
        return new SidecarStatus(
                Phase.STARTING,
                now,
                Lsn.ZERO,
                Lsn.ZERO,
                0,
                Duration.ZERO,
                0,
                0,
                StepTimes.NONE,
                0,
                Optional.empty(),
                List.of());
    }

    SidecarStatus in(Phase newPhase, Optional<String> error) {
        return new SidecarStatus(
                newPhase,
                startedAt,
                applied,
                confirmed,
                lagBytes,
                lag,
                changesReceived,
                changesApplied,
                times,
                stateBytes,
                error.isPresent() ? error : lastError,
                views);
    }
}
