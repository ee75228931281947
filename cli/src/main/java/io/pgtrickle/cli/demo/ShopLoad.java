package io.pgtrickle.cli.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// The shop's clients, each with a thread and a connection of its own, at a steady rate of transactions together.
final class ShopLoad implements AutoCloseable {

    /// SQLSTATEs after which a client tries something else: deadlock, serialization failure.
    private static final List<String> CONFLICTS = List.of("40P01", "40001");

    /// Gives each client its connection.
    @FunctionalInterface
    interface Connections {
        Connection open() throws SQLException;
    }

    /// @param perSecond transactions a second, of all clients together
    record Pace(int shoppers, int perSecond, long seed) {
        Pace {
            if (shoppers < 1 || perSecond < 1) {
                throw new IllegalArgumentException(
                        shoppers + " clients at " + perSecond + " transactions a second");
            }
        }

        long pauseNanos() {
            return TimeUnit.SECONDS.toNanos(shoppers) / perSecond;
        }
    }

    private final List<Thread> threads = new ArrayList<>();
    private final LongAdder commits = new LongAdder();
    private final AtomicReference<Optional<Exception>> failure =
            new AtomicReference<>(Optional.empty());
    private volatile boolean stopping;

    private ShopLoad() {}

    static ShopLoad start(Connections connections, Pace pace) {
        ShopLoad load = new ShopLoad();
        for (int i = 0; i < pace.shoppers(); i++) {
            int number = i;
            load.threads.add(
                    Thread.ofPlatform()
                            .name("shopper-" + number)
                            .daemon()
                            .start(() -> load.shop(connections, pace, number)));
        }
        return load;
    }

    /// Transactions committed so far.
    long commits() {
        return commits.sum();
    }

    /// What ended a client before its time.
    Optional<Exception> failure() {
        return failure.get();
    }

    private void shop(Connections connections, Pace pace, int number) {
        try (Connection connection = connections.open()) {
            Shopper shopper =
                    Shopper.open(
                            connection,
                            new SplittableRandom(pace.seed() + number),
                            number,
                            pace.shoppers());
            long next = System.nanoTime();
            while (!stopping) {
                actOnce(shopper);
                next += pace.pauseNanos();
                while (!stopping && next - System.nanoTime() > 0) {
                    LockSupport.parkNanos(next - System.nanoTime());
                }
            }
        } catch (SQLException e) {
            if (!stopping) {
                failure.compareAndSet(Optional.empty(), Optional.of(e));
            }
        }
    }

    private void actOnce(Shopper shopper) throws SQLException {
        try {
            if (shopper.act()) {
                commits.increment();
            }
        } catch (SQLException e) {
            if (e.getSQLState() == null || !CONFLICTS.contains(e.getSQLState())) {
                throw e;
            }
            shopper.giveUp();
        }
    }

    /// Ends the clients after the transactions they are in.
    @Override
    public void close() {
        stopping = true;
        threads.forEach(LockSupport::unpark);
        try {
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(10));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
