package io.pgtrickle.cli.bench;

import io.pgtrickle.cli.console.Closer;
import io.pgtrickle.cli.console.Database;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.testsupport.Comparison;
import io.pgtrickle.testsupport.EmbeddedServer;
import io.pgtrickle.testsupport.ServerOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A PostgreSQL with the workload in it, and whatever sidecar runs over it.
final class Arena {

    private static final int POSTGRES_MAJOR = 18;
    private static final String SLOT = "pgtrickle";

    private final Closer closer;
    private final Scale scale;
    private final EmbeddedServer server;
    private final Database database;
    private final Path directory;
    private final List<String> sidecarOptions;
    private long salt;

    private Arena(Closer closer, Scale scale, List<String> sidecarOptions)
            throws SQLException, IOException {
        this.closer = closer;
        this.scale = scale;
        this.sidecarOptions = List.copyOf(sidecarOptions);
        this.directory = Files.createTempDirectory("pgtrickle-bench-");
        closer.keep(() -> delete(directory));
        this.server = closer.keep(startServer());
        this.database = closer.keep(Database.open(ServerAddress.parse(server.database().uri())));
    }

    /// The closer ends all of it.
    static Arena start(Closer closer, Scale scale, List<String> sidecarOptions)
            throws SQLException, IOException {
        Arena arena = new Arena(closer, scale, sidecarOptions);
        arena.runScript();
        return arena;
    }

    /// Commits are flushed, as users have it. No checkpoint of the server's falls into a measurement by time or by size.
    static EmbeddedServer startServer() {
        return EmbeddedServer.start(
                ServerOptions.of(POSTGRES_MAJOR)
                        .withDurability()
                        .with("shared_buffers", "512MB")
                        .with("max_wal_size", "16GB")
                        .with("checkpoint_timeout", "30min"));
    }

    Scale scale() {
        return scale;
    }

    String uri() {
        return server.database().uri();
    }

    EmbeddedServer server() {
        return server;
    }

    Database database() {
        return database;
    }

    /// Also ends it where this process is told to end in the midst of a measurement.
    <T extends AutoCloseable> T keep(T resource) {
        return closer.keep(resource);
    }

    Path directory() {
        return directory;
    }

    Database session() throws SQLException {
        return Database.open(ServerAddress.parse(uri()));
    }

    /// Starts it and doesn't wait.
    SidecarProcess startSidecar() throws IOException {
        return keep(
                SidecarProcess.start(
                        new SidecarProcess.Launch(
                                uri(),
                                directory.resolve("state"),
                                directory.resolve("sidecar.log"),
                                sidecarOptions)));
    }

    /// @return when its stream began, by `System.nanoTime`
    long awaitStreaming(SidecarProcess sidecar) throws SQLException, IOException {
        return Waiting.until(
                "the sidecar streams",
                () -> {
                    sidecar.checkAlive();
                    return isTrue(
                            "SELECT count(*) = 1 FROM pg_replication_slots WHERE slot_name = ? AND active",
                            SLOT);
                });
    }

    /// Returns when commands are taken.
    void awaitServing(SidecarProcess sidecar) throws SQLException, IOException {
        awaitStreaming(sidecar);
        Waiting.until(
                "the sidecar takes commands",
                () -> {
                    sidecar.checkAlive();
                    return isTrue(
                            "SELECT count(*) = 1 FROM pgtrickle.sidecar WHERE stopped_at IS NULL"
                                    + " AND heartbeat > now() - interval '3 s'");
                });
    }

    /// @return when the views were there, by `System.nanoTime`
    long awaitApplied(SidecarProcess sidecar, Lsn position) throws SQLException, IOException {
        return Waiting.until(
                "the views are at " + position,
                () -> {
                    sidecar.checkAlive();
                    return isTrue(
                            "SELECT lsn >= ?::pg_lsn FROM pgtrickle.progress", position.toString());
                });
    }

    /// Returns when it has taken in all that is committed.
    void awaitFresh() throws SQLException {
        database.execute("CALL pgtrickle.wait_for_lsn(timeout => '10min')");
    }

    void create(Subject subject) throws SQLException {
        database.execute("CALL pgtrickle.create_view(?, ?)", subject.name(), subject.query());
    }

    void drop(List<Subject> subjects) throws SQLException {
        for (Subject subject : subjects) {
            database.execute("CALL pgtrickle.drop_view(?)", subject.name());
        }
    }

    /// Creates them by a sidecar that is stopped afterwards.
    void prepareViews(List<Subject> subjects) throws SQLException, IOException {
        try (SidecarProcess sidecar = startSidecar()) {
            awaitServing(sidecar);
            for (Subject subject : subjects) {
                create(subject);
            }
        }
    }

    /// By a sidecar that is started for it.
    void dropViews(List<Subject> subjects) throws SQLException, IOException {
        try (SidecarProcess sidecar = startSidecar()) {
            awaitServing(sidecar);
            drop(subjects);
        }
    }

    /// @throws PgtrickleException where the view isn't its query: then no figure of it counts
    void requireExact(Subject subject) throws SQLException {
        List<String> differences =
                Comparison.differences(database.connection(), subject.name(), subject.query());
        if (!differences.isEmpty()) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_INCONSISTENT,
                    "view \"" + subject.name() + "\" differs from its query: " + differences);
        }
    }

    /// Transactions of one scattered row each, then one that updates many rows (none where `bulk` is 0), then the marker's; the
    /// tables are vacuumed and the server's buffers written afterwards, so that neither falls into a measurement.
    Backlog makeBacklog(String source, int transactions, int bulk) throws SQLException {
        salt++;
        long mark = salt;
        try (Database session = session()) {
            session.execute("SET synchronous_commit = off");
            session.execute("CALL touch_" + source + "(?, ?)", transactions, mark);
            if (bulk > 0) {
                session.execute(
                        source.equals("orders")
                                ? "UPDATE orders SET amount = amount + 1 WHERE id BETWEEN 1 AND ?"
                                : "UPDATE lineitem SET l_extendedprice = l_extendedprice + 1 WHERE l_orderkey <= ? / 4",
                        bulk);
            }
            Lsn position = mark(session, source, mark);
            session.execute("VACUUM ANALYZE " + source);
            session.execute("CHECKPOINT");
            return new Backlog(position, mark, transactions + bulk);
        }
    }

    private static Lsn mark(Database session, String source, long mark) throws SQLException {
        session.connection().setAutoCommit(false);
        session.execute(
                source.equals("orders")
                        ? "UPDATE orders SET amount = ? WHERE id = 0"
                        : "UPDATE lineitem SET l_extendedprice = ? WHERE l_orderkey = 0 AND l_linenumber = 1",
                mark);
        Lsn position = Lsn.parse(session.text("SELECT pg_current_wal_insert_lsn()"));
        session.connection().commit();
        session.connection().setAutoCommit(true);
        session.execute("SET synchronous_commit = on");
        session.execute("SELECT pg_logical_emit_message(true, 'bench', '')");
        return position;
    }

    /// @param position before the commit of the last transaction, after all other commits
    /// @param mark the marker's amount
    record Backlog(Lsn position, long mark, int rows) {}

    /// An empty table of them.
    void createOrders(Database elsewhere) throws SQLException, IOException {
        for (String statement : script().split(";\n", -1)) {
            if (statement.strip().startsWith("CREATE TABLE orders")) {
                elsewhere.execute(statement);
            }
        }
    }

    private void runScript() throws SQLException, IOException {
        try (Statement statement = database.connection().createStatement()) {
            statement.execute(script());
        }
    }

    private String script() throws IOException {
        try (InputStream in = Arena.class.getResourceAsStream("workload.sql")) {
            if (in == null) {
                throw new IOException("resource workload.sql is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("${rows}", Integer.toString(scale.rows()))
                    .replace("${customers}", Integer.toString(scale.customers()));
        }
    }

    boolean isTrue(String question, Object... arguments) throws SQLException {
        return database.text(question, arguments).equals("t");
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
