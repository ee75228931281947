package io.pgtrickle.commander;

import java.time.Duration;

/// What is done every now and then: says when it is time again, by a clock that nobody sets. For one thread.
final class Interval {

    private final long nanos;
    private long since = System.nanoTime();

    Interval(Duration length) {
        this.nanos = length.toNanos();
    }

    boolean isOver() {
        return System.nanoTime() - since >= nanos;
    }

    /// It begins anew.
    void restart() {
        since = System.nanoTime();
    }
}
