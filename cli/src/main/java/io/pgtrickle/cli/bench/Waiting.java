package io.pgtrickle.cli.bench;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Waits for what another process does, by asking often enough for the figures and seldom enough to cost them nothing.
final class Waiting {

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final Duration LIMIT = Duration.ofMinutes(30);

    @FunctionalInterface
    interface Question {
        boolean isSo() throws SQLException, IOException;
    }

    private Waiting() {}

    /// @return when it was so, by `System.nanoTime`
    /// @throws PgtrickleException if it isn't within half an hour
    static long until(String what, Question question) throws SQLException, IOException {
        long begin = System.nanoTime();
        while (!question.isSo()) {
            if (System.nanoTime() - begin > LIMIT.toNanos()
                    || Thread.currentThread().isInterrupted()) {
                throw PgtrickleException.of(ErrorCode.CANCELLED, "gave up waiting until " + what);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return System.nanoTime();
    }

    static double seconds(long fromNanos, long toNanos) {
        return (toNanos - fromNanos) / 1e9;
    }
}
