package io.pgtrickle.state;

import java.util.concurrent.atomic.AtomicLong;

/// How much the read caches of a store may hold together. Time is counted in generations: one ends when half of the budget was put
/// into caches in it. What wasn't used in this generation or the one before is forgotten (`ReadCache`).
///
/// For any thread.
final class CacheBudget {

    private final long generationBytes;
    private final AtomicLong taken = new AtomicLong();
    private volatile long generation;

    CacheBudget(long bytes) {
        this.generationBytes = bytes / 2;
    }

    void take(long bytes) {
        if (taken.addAndGet(bytes) > generationBytes) {
            synchronized (taken) {
                if (taken.get() > generationBytes) {
                    taken.set(0);
                    generation++;
                }
            }
        }
    }

    long generation() {
        return generation;
    }
}
