package io.pgtrickle.cli.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// What a sidecar that keeps all six views takes of the machine: memory after it has built them and caught up with a backlog, and
/// the processor while nothing happens.
final class Footprint {

    static final String SUBJECT = "all six";
    static final Sample.Name MEMORY = new Sample.Name("memory", SUBJECT, "resident_mb");
    static final Sample.Name IDLE = new Sample.Name("idle", SUBJECT, "core_percent");

    /// For compilation, garbage collection and RocksDB's compaction to come to an end.
    private static final Duration SETTLING = Duration.ofSeconds(10);

    private Footprint() {}

    static void measure(Bench bench) throws SQLException, IOException {
        Arena arena = bench.arena();
        for (int run = 1; run <= bench.scale().runs(); run++) {
            try (SidecarProcess sidecar = arena.startSidecar()) {
                arena.awaitServing(sidecar);
                for (Subject subject : Subject.ALL) {
                    arena.create(subject);
                }
                arena.makeBacklog("orders", bench.scale().backlog(), bench.scale().bulk());
                arena.awaitFresh();
                bench.record(MEMORY, Sample.PGTRICKLE, run, sidecar.residentMegabytes());
                pause(SETTLING);
                Duration before = sidecar.cpuTime();
                pause(bench.scale().load());
                double busy = sidecar.cpuTime().minus(before).toNanos();
                bench.record(
                        IDLE, Sample.PGTRICKLE, run, 100 * busy / bench.scale().load().toNanos());
                for (Subject subject : Subject.ALL) {
                    arena.requireExact(subject);
                }
                arena.drop(Subject.ALL);
            }
        }
    }

    private static void pause(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        while (end - System.nanoTime() > 0) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }
}
