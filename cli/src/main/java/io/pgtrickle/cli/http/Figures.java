package io.pgtrickle.cli.http;

import io.pgtrickle.model.Lsn;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What HTTP, metrics and the demo show of a sidecar: one moment, immutable.
///
/// @param lastError of the sidecar as a whole
/// @param slot empty while it couldn't be read
public record Figures(
        Phase phase,
        String version,
        Instant startedAt,
        Position position,
        Work work,
        long stateBytes,
        Optional<String> lastError,
        Optional<Slot> slot,
        List<View> views) {

    public Figures(
            Phase phase,
            String version,
            Instant startedAt,
            Position position,
            Work work,
            long stateBytes,
            Optional<String> lastError,
            Optional<Slot> slot,
            List<View> views) {
        this.phase = phase;
        this.version = version;
        this.startedAt = startedAt;
        this.position = position;
        this.work = work;
        this.stateBytes = stateBytes;
        this.lastError = lastError;
        this.slot = slot;
        this.views = List.copyOf(views);
    }

    /// What the sidecar is doing.
    public enum Phase {
        STARTING,
        /// Another sidecar serves this database.
        STANDBY,
        STREAMING,
        /// The world failed; trying again.
        RETRYING,
        /// Ended by an error that only the user can mend.
        FAILED,
        STOPPED;

        /// As users see it, lower case.
        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        /// Whether a supervisor should leave the process alone.
        boolean alive() {
            return switch (this) {
                case STARTING, STANDBY, STREAMING, RETRYING -> true;
                case FAILED, STOPPED -> false;
            };
        }
    }

    /// Where the views are in the server's log.
    ///
    /// @param applied the commit position that the views show
    /// @param confirmed up to where the server may forget
    /// @param lagBytes log of the server that isn't applied yet
    /// @param lag from commit to visibility, now
    public record Position(Lsn applied, Lsn confirmed, long lagBytes, Duration lag) {}

    /// Since the start.
    ///
    /// @param changesReceived row changes of sources
    /// @param changesApplied rows written to result tables
    /// @param stepTime from a step's first transaction to its commit in the target, in seconds
    /// @param latency from a transaction's commit to its effect being visible, in seconds
    public record Work(
            long changesReceived,
            long changesApplied,
            Distribution stepTime,
            Distribution latency) {}

    /// The replication slot, as PostgreSQL shows it.
    ///
    /// @param retainedBytes log that the server keeps for it
    /// @param safeBytes log that may still be written before the slot is lost; empty where nothing limits it
    public record Slot(
            String name,
            boolean active,
            String walStatus,
            long retainedBytes,
            Optional<Long> safeBytes) {}

    /// One view.
    ///
    /// @param status as in `pgtrickle.list_views()`
    /// @param rows of the result table, the planner's estimate
    public record View(
            String name,
            String status,
            String message,
            long rows,
            long changesReceived,
            long changesApplied,
            long stateBytes,
            List<String> operators) {

        public View(
                String name,
                String status,
                String message,
                long rows,
                long changesReceived,
                long changesApplied,
                long stateBytes,
                List<String> operators) {
            this.name = name;
            this.status = status;
            this.message = message;
            this.rows = rows;
            this.changesReceived = changesReceived;
            this.changesApplied = changesApplied;
            this.stateBytes = stateBytes;
            this.operators = List.copyOf(operators);
        }
    }
}
