package io.pgtrickle.cli.bench;

import io.pgtrickle.cli.console.Database;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.io.IOException;
import java.sql.SQLException;

/// The yardstick of what PostgreSQL itself does: native logical replication, a copy of `orders` in another server on the same
/// machine.
final class Subscription implements AutoCloseable {

    static final String NAME = "subscription";

    private final Arena arena;
    private final EmbeddedServer server;
    private final Database copy;

    private Subscription(Arena arena, EmbeddedServer server, Database copy) {
        this.arena = arena;
        this.server = server;
        this.copy = copy;
    }

    /// A server with an empty copy that follows nothing yet.
    static Subscription prepare(Arena arena) throws SQLException, IOException {
        EmbeddedServer server = arena.keep(Arena.startServer());
        Database copy = Database.open(ServerAddress.parse(server.database().uri()));
        arena.createOrders(copy);
        arena.database().execute("CREATE PUBLICATION bench_subscription FOR TABLE orders");
        return new Subscription(arena, server, copy);
    }

    /// Copies all and follows from then on.
    ///
    /// @return how long it took to copy
    double copySeconds() throws SQLException, IOException {
        long begin = System.nanoTime();
        copy.execute(
                "CREATE SUBSCRIPTION bench CONNECTION "
                        + Quoting.literal(
                                "host=%s port=%d dbname=postgres user=%s password=%s"
                                        .formatted(
                                                arena.server().host(),
                                                arena.server().port(),
                                                arena.server().user(),
                                                arena.server().password()))
                        + " PUBLICATION bench_subscription WITH (binary = true)");
        // f: copied; s, r: caught up as well
        long end =
                Waiting.until(
                        "the subscription has copied",
                        () ->
                                isTrue(
                                        "SELECT bool_and(srsubstate IN ('f', 's', 'r')) FROM pg_subscription_rel"));
        Waiting.until(
                "the subscription is ready",
                () -> isTrue("SELECT bool_and(srsubstate = 'r') FROM pg_subscription_rel"));
        return Waiting.seconds(begin, end);
    }

    /// It stands still; the publisher keeps what it misses.
    void pause() throws SQLException, IOException {
        copy.execute("ALTER SUBSCRIPTION bench DISABLE");
        Waiting.until(
                "the subscription stands still",
                () ->
                        arena.isTrue(
                                "SELECT NOT active FROM pg_replication_slots WHERE slot_name = 'bench'"));
    }

    void resume() throws SQLException {
        copy.execute("ALTER SUBSCRIPTION bench ENABLE");
    }

    /// From its resumption until the copy has the marker.
    double catchUpSeconds(long mark) throws SQLException, IOException {
        long begin = System.nanoTime();
        resume();
        long end =
                Waiting.until(
                        "the subscription has caught up",
                        () ->
                                copy.text("SELECT amount = ? FROM orders WHERE id = 0", mark)
                                        .equals("t"));
        return Waiting.seconds(begin, end);
    }

    /// An empty copy again.
    void forget() throws SQLException {
        copy.execute("DROP SUBSCRIPTION IF EXISTS bench");
        copy.execute("TRUNCATE orders");
    }

    /// Returns when it has applied all that is committed.
    void awaitFresh() throws SQLException, IOException {
        String now = arena.database().text("SELECT pg_current_wal_lsn()");
        Waiting.until(
                "the subscription has applied all",
                () ->
                        arena.isTrue(
                                "SELECT confirmed_flush_lsn >= ?::pg_lsn FROM pg_replication_slots WHERE slot_name = 'bench'",
                                now));
    }

    /// Another session of the copy's database.
    Database session() throws SQLException {
        return Database.open(ServerAddress.parse(server.database().uri()));
    }

    private boolean isTrue(String question) throws SQLException {
        return copy.text(question).equals("t");
    }

    @Override
    public void close() throws SQLException {
        try {
            forget();
            arena.database().execute("DROP PUBLICATION bench_subscription");
            copy.close();
        } finally {
            server.close();
        }
    }
}
