package io.pgtrickle.cli.bench;

import io.pgtrickle.cli.console.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Clients that update random orders, one row a transaction, each with a thread and a session of its own.
///
/// The time of a paced transaction counts from when it was due and not from when the client came to it: a client that is held up
/// would otherwise hide the transactions that it didn't begin meanwhile.
final class Load implements AutoCloseable {

    private static final String UPDATE = "UPDATE orders SET amount = amount + 1 WHERE id = ?";
    private static final int MAX_TIMES = 1 << 22;
    private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(30);

    /// @param perSecond transactions a second, of all clients together; 0 for as many as they can
    record Pace(int clients, int perSecond) {

        static final Pace SATURATION = new Pace(8, 0);

        long pauseNanos() {
            return perSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(clients) / perSecond;
        }
    }

    /// @param p50Millis how long a transaction took
    record Outcome(double perSecond, double p50Millis, double p99Millis) {}

    private final Arena arena;
    private final Pace pace;
    private final List<Thread> threads = new ArrayList<>();
    private final List<Client> clients = new ArrayList<>();
    private final AtomicReference<@Nullable SQLException> failure = new AtomicReference<>();
    private final long begin = System.nanoTime();
    private volatile boolean stopping;

    private Load(Arena arena, Pace pace) {
        this.arena = arena;
        this.pace = pace;
    }

    static Load start(Arena arena, Pace pace) {
        Load load = new Load(arena, pace);
        for (int i = 0; i < pace.clients(); i++) {
            Client client = load.new Client(i);
            load.clients.add(client);
            load.threads.add(Thread.ofPlatform().name("client-" + i).daemon().start(client::run));
        }
        return load;
    }

    /// Ends the clients after the transactions they are in.
    Outcome stop() throws SQLException {
        close();
        double seconds = Waiting.seconds(begin, System.nanoTime());
        SQLException error = failure.get();
        if (error != null) {
            throw error;
        }
        long[] latencies =
                clients.stream()
                        .flatMapToLong(client -> Arrays.stream(client.times, 0, client.kept))
                        .toArray();
        Arrays.sort(latencies);
        long commits = clients.stream().mapToLong(client -> client.commits).sum();
        return new Outcome(
                commits / seconds,
                Spread.quantile(latencies, 0.5) / 1e6,
                Spread.quantile(latencies, 0.99) / 1e6);
    }

    @Override
    public void close() {
        stopping = true;
        threads.forEach(LockSupport::unpark);
        try {
            for (Thread thread : threads) {
                thread.join(STOP_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Its fields are its thread's until that has ended.
    private final class Client {

        private final SplittableRandom random;
        private long[] times = new long[1024];
        private int kept;
        private long commits;

        Client(int number) {
            random = new SplittableRandom(number);
        }

        void run() {
            try (Database database = arena.session();
                    PreparedStatement update = prepare(database.connection())) {
                long due = System.nanoTime();
                while (!stopping) {
                    update.setLong(1, 1 + random.nextLong(arena.scale().rows()));
                    update.execute();
                    long now = System.nanoTime();
                    commits++;
                    keep(now - due);
                    due = pace.perSecond() == 0 ? now : due + pace.pauseNanos();
                    while (!stopping && due - System.nanoTime() > 0) {
                        LockSupport.parkNanos(due - System.nanoTime());
                    }
                }
            } catch (SQLException e) {
                failure.compareAndSet(null, e);
            }
        }

        private static PreparedStatement prepare(Connection connection) throws SQLException {
            return connection.prepareStatement(UPDATE);
        }

        private void keep(long nanos) {
            if (kept == times.length && kept < MAX_TIMES) {
                times = Arrays.copyOf(times, 2 * kept);
            }
            if (kept < times.length) {
                times[kept++] = nanos;
            }
        }
    }
}
