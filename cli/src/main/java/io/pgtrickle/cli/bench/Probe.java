package io.pgtrickle.cli.bench;

import io.pgtrickle.cli.console.Database;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/// Sees how far a reader is behind the commits. The marker order is updated a hundred times a second, each time to the next number,
/// and the reader asks for it all the time: a figure includes what a question takes.
final class Probe {

    private static final int CLIENTS = 4;
    private static final int MARKS_A_SECOND = 100;
    private static final long READ_PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    /// A reader that is further behind than this after the load has ended sees nothing more.
    private static final Duration LAG_LIMIT = Duration.ofMinutes(2);

    /// The part of the marks, from the first on, that warm everything up and don't count.
    private static final int WARM_UP_PART = 4;

    private final Arena arena;
    private final Database reader;
    private final String question;

    /// @param question the marker's amount, as the reader has it
    Probe(Arena arena, Database reader, String question) {
        this.arena = arena;
        this.reader = reader;
        this.question = question;
    }

    /// @param rate transactions a second, with those of the marker
    /// @return from commit to sight, sorted, in nanoseconds
    long[] lagNanos(int rate, Duration duration) throws SQLException {
        int marks = (int) (duration.toMillis() * MARKS_A_SECOND / 1000);
        long base =
                Long.parseLong(
                        arena.database().text("SELECT amount::bigint FROM orders WHERE id = 0"));
        AtomicLongArray committed = new AtomicLongArray(marks);
        try (Load load = Load.start(arena, new Load.Pace(CLIENTS, rate - MARKS_A_SECOND));
                Database writer = arena.session()) {
            Thread marking =
                    Thread.ofPlatform()
                            .name("marker")
                            .daemon()
                            .start(() -> mark(writer, base, committed));
            long[] lag = watch(base, committed);
            marking.join();
            load.stop();
            Arrays.sort(lag);
            return lag;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new long[0];
        }
    }

    private static void mark(Database writer, long base, AtomicLongArray committed) {
        long pause = TimeUnit.SECONDS.toNanos(1) / MARKS_A_SECOND;
        long due = System.nanoTime();
        try {
            for (int i = 0; i < committed.length(); i++) {
                writer.execute("UPDATE orders SET amount = ? WHERE id = 0", base + i + 1);
                committed.set(i, System.nanoTime());
                due += pause;
                while (due - System.nanoTime() > 0) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("the marker can't be updated", e);
        }
    }

    private long[] watch(long base, AtomicLongArray committed) throws SQLException {
        int marks = committed.length();
        long[] lag = new long[marks];
        long limit =
                System.nanoTime()
                        + TimeUnit.SECONDS.toNanos(marks / MARKS_A_SECOND)
                        + LAG_LIMIT.toNanos();
        int seen = 0;
        try (PreparedStatement read = reader.connection().prepareStatement(question)) {
            while (seen < marks) {
                int shown = (int) (amount(read) - base);
                long now = System.nanoTime();
                for (; seen < shown; seen++) {
                    long at = committed.get(seen);
                    // it can be seen before the writer knows of its commit
                    lag[seen] = at == 0 ? 0 : Math.max(0, now - at);
                }
                if (now > limit) {
                    throw new SQLException("the reader is more than " + LAG_LIMIT + " behind");
                }
                LockSupport.parkNanos(READ_PAUSE_NANOS);
            }
        }
        return Arrays.copyOfRange(lag, marks / WARM_UP_PART, marks);
    }

    private static long amount(PreparedStatement read) throws SQLException {
        try (ResultSet rows = read.executeQuery()) {
            return rows.next() ? rows.getBigDecimal(1).longValue() : 0;
        }
    }
}
