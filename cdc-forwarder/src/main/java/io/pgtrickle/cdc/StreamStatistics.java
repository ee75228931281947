package io.pgtrickle.cdc;

import io.pgtrickle.model.Lsn;
import java.time.Duration;

/// How a stream does.
///
/// @param sinceArrival since bytes last came that we can see: data, or a keepalive with a new position. A heartbeat sent
///     through the database bounds it; where it doesn't come back the connection is dead and should be closed
/// @param received the server's position as far as it is known here
/// @param delivered the position up to which everything was handed to the consumer
/// @param confirmed what was last told the server to be durable
/// @param transactions handed over or queued so far
/// @param spilledTransactions of these, those that went through a file
/// @param queuedBytes of transactions that wait for the consumer
public record StreamStatistics(
        Duration sinceArrival,
        Lsn received,
        Lsn delivered,
        Lsn confirmed,
        long messages,
        long bytes,
        long transactions,
        long spilledTransactions,
        long queuedBytes) {}
