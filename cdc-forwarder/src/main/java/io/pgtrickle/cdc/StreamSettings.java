package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.ServerAddress;
import java.nio.file.Path;
import java.time.Duration;

/// What a stream reads and how much it may hold.
///
/// @param address where the database is reached directly, not through a pooler
/// @param spillDirectory for the transactions that don't fit memory; belongs to this stream alone
public record StreamSettings(
        ServerAddress address,
        String slot,
        String publication,
        Path spillDirectory,
        Limits limits) {

    public StreamSettings {
        Slots.checkName(slot);
    }

    /// @param queueBytes of transactions that wait for the consumer; above it nothing is read, and the log waits at the
    ///     server
    /// @param transactionBytes of one transaction in memory; a larger one goes to a file
    /// @param statusInterval between two reports to the server, which cuts a silent client off after its
    ///     `wal_sender_timeout`
    public record Limits(long queueBytes, long transactionBytes, Duration statusInterval) {

        public static final Limits DEFAULT =
                new Limits(64L << 20, 16L << 20, Duration.ofSeconds(1));

        public Limits {
            if (queueBytes <= 0 || transactionBytes <= 0 || !statusInterval.isPositive()) {
                throw PgtrickleException.of(
                        ErrorCode.BAD_ARGUMENT,
                        "limits of a stream must be positive: "
                                + queueBytes
                                + ", "
                                + transactionBytes
                                + ", "
                                + statusInterval);
            }
        }
    }
}
