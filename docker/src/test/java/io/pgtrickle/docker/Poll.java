package io.pgtrickle.docker;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/// Waits for what another process will do: looks until it is so.
final class Poll {

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

    private Poll() {}

    /// @throws AssertionError with what was seen last, when it isn't so in time
    static <T> void until(
            String expectation, Duration patience, Look<T> look, Predicate<T> satisfied)
            throws SQLException {
        long deadline = System.nanoTime() + patience.toNanos();
        T seen = look.look();
        while (!satisfied.test(seen)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "not within " + patience + ": " + expectation + "; seen last: " + seen);
            }
            LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
            seen = look.look();
        }
    }

    @FunctionalInterface
    interface Look<T> {
        T look() throws SQLException;
    }
}
