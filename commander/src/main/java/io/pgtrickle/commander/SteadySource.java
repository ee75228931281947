package io.pgtrickle.commander;

import java.time.Instant;
import java.time.InstantSource;

/// Tells how much time has passed since a moment, whatever is done to the machine's clock meanwhile: for waits and intervals. Of no use
/// beside times of the server's. For any thread.
final class SteadySource implements InstantSource {

    private final Instant begin;
    private final long beginNanos = System.nanoTime();

    SteadySource(Instant begin) {
        this.begin = begin;
    }

    @Override
    public Instant instant() {
        return begin.plusNanos(System.nanoTime() - beginNanos);
    }
}
