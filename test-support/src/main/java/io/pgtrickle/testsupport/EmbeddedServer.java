package io.pgtrickle.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/// A PostgreSQL server of its own: fresh data directory, free port on the loopback address, ready for logical decoding.
///
/// The superuser has a random password, so that no other user of the machine can become it; roles that a test makes log
/// in without one. [#close] stops the server and removes its data. Not for several threads, but for [#connect] and
/// [#createDatabase].
public final class EmbeddedServer implements AutoCloseable {
    public static final List<Integer> MAJORS = List.of(14, 15, 16, 17, 18);

    private static final String USER = "postgres";
    private static final String HOST = "127.0.0.1";

    /// Below the range from which Linux takes the ports of outgoing connections: a client that tries a dead server's port
    /// again and again can otherwise get that same port as its own, and so be connected to itself.
    private static final int FIRST_PORT = 20_000;

    private static final int LAST_PORT = 32_000;

    /// Backends notice by themselves that the postmaster is gone; one that computes does so late.
    private static final Duration ORPHAN_LIMIT = Duration.ofSeconds(10);

    /// One a major version, made when first asked for, stopped when the JVM ends.
    private static final Map<Integer, EmbeddedServer> SHARED = new HashMap<>();

    private final ServerOptions options;
    private final Path home;
    private final Path data;
    private final ServerPrograms programs;
    private final int port;
    private final String password;
    private final AtomicInteger databases = new AtomicInteger();

    private EmbeddedServer(ServerOptions options, String password) throws IOException {
        this.options = options;
        this.password = password;
        home = Files.createTempDirectory("pgtrickle-postgres-");
        data = home.resolve("data");
        programs =
                new ServerPrograms(
                        PostgresBinaries.directory(options.major()), home.resolve("server.log"));
        port = freePort();
    }

    public static EmbeddedServer start(int major) {
        return start(ServerOptions.of(major));
    }

    public static EmbeddedServer start(ServerOptions options) {
        try {
            EmbeddedServer server = new EmbeddedServer(options, randomPassword());
            server.initializeAndStart();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("could not start PostgreSQL " + options.major(), e);
        }
    }

    /// A standby that follows this server's log, by a slot of its own, until it is promoted. Only one at a time.
    public EmbeddedServer startStandby() {
        try {
            EmbeddedServer standby = new EmbeddedServer(options, password);
            try {
                StandbyCopy.of(this, data, standby.data);
                Files.writeString(
                        standby.data.resolve("postgresql.conf"),
                        "port = " + standby.port + "\n",
                        StandardOpenOption.APPEND);
                standby.startPostmaster();
                return standby;
            } catch (IOException e) {
                standby.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("could not start a standby", e);
        }
    }

    /// Makes a standby a server of its own.
    public void promote() {
        try {
            programs.run("pg_ctl", List.of("-D", data.toString(), "-w", "promote"));
        } catch (IOException e) {
            throw new UncheckedIOException("could not promote PostgreSQL " + major(), e);
        }
    }

    /// The server that the tests of this JVM share; don't stop it, and take a database of your own.
    public static EmbeddedServer shared(int major) {
        synchronized (SHARED) {
            return SHARED.computeIfAbsent(
                    major,
                    _ -> {
                        EmbeddedServer server = start(major);
                        Runtime.getRuntime()
                                .addShutdownHook(
                                        new Thread(server::close, "stop-postgres-" + major));
                        return server;
                    });
        }
    }

    public int major() {
        return options.major();
    }

    public String host() {
        return HOST;
    }

    public int port() {
        return port;
    }

    public String user() {
        return USER;
    }

    public String password() {
        return password;
    }

    /// The server's log, for the message of a failed test.
    public Path log() {
        return programs.log();
    }

    /// The database "postgres".
    public Database database() {
        return database(USER);
    }

    public Database database(String name) {
        return new Database(this, name);
    }

    /// A new empty database with a name of its own.
    public Database createDatabase() {
        return createDatabase("");
    }

    /// One that is made from the empty template.
    ///
    /// @param options of CREATE DATABASE
    public Database createDatabase(String options) {
        Database database = database("db" + databases.incrementAndGet());
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE DATABASE " + database.name() + " TEMPLATE template0 " + options);
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "could not create database \"" + database.name() + "\"", e);
        }
        return database;
    }

    /// A new session of the superuser in database "postgres".
    public Connection connect() throws SQLException {
        return connect(USER);
    }

    Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(database(database).jdbcUrl());
    }

    /// SIGKILL to the postmaster; returns when it and all its children are gone.
    public void kill() {
        ProcessHandle postmaster =
                postmaster()
                        .orElseThrow(() ->
                                new IllegalStateException(
                                        "PostgreSQL " + major() + " does not run"));
        List<ProcessHandle> children = postmaster.descendants().toList();
        postmaster.destroyForcibly();
        await(List.of(postmaster));
        try {
            await(children);
        } catch (IllegalStateException e) {
            children.forEach(ProcessHandle::destroyForcibly);
            await(children);
        }
    }

    /// Stops it in an orderly way, breaking its sessions.
    public void stop() {
        try {
            programs.run("pg_ctl", List.of("-D", data.toString(), "-m", "fast", "-w", "stop"));
        } catch (IOException e) {
            throw new UncheckedIOException("could not stop PostgreSQL " + major(), e);
        }
    }

    /// Starts it again on the same data and port, after an orderly stop if it runs; returns when it accepts sessions.
    public void restart() {
        if (isRunning()) {
            stop();
        }
        try {
            startPostmaster();
        } catch (IOException e) {
            throw new UncheckedIOException("could not restart PostgreSQL " + major(), e);
        }
    }

    public boolean isRunning() {
        return postmaster().isPresent();
    }

    @Override
    public void close() {
        try {
            if (isRunning()) {
                programs.run(
                        "pg_ctl", List.of("-D", data.toString(), "-m", "immediate", "-w", "stop"));
            }
            Directories.delete(home);
        } catch (IOException e) {
            throw new UncheckedIOException("could not stop and remove PostgreSQL " + major(), e);
        }
    }

    private void initializeAndStart() throws IOException {
        try {
            initialize();
            startPostmaster();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void initialize() throws IOException {
        Path passwordFile = home.resolve("password");
        Files.createFile(
                passwordFile,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(passwordFile, password);
        programs.run(
                "initdb",
                List.of(
                        "-D",
                        data.toString(),
                        "-U",
                        USER,
                        "--pwfile",
                        passwordFile.toString(),
                        "--auth",
                        "scram-sha-256",
                        "--encoding",
                        "UTF8",
                        "--locale",
                        "C",
                        "--no-sync"));
        Files.delete(passwordFile);
        Files.writeString(
                data.resolve("pg_hba.conf"),
                """
                host all,replication postgres 127.0.0.1/32 scram-sha-256
                host all,replication all 127.0.0.1/32 trust
                """);
        StringBuilder configuration = new StringBuilder();
        settings()
                .forEach((name, value) ->
                        configuration
                                .append(name)
                                .append(" = '")
                                .append(value.replace("'", "''"))
                                .append("'\n"));
        Files.writeString(data.resolve("postgresql.conf"), configuration);
    }

    private Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        settings.put("listen_addresses", HOST);
        settings.put("port", Integer.toString(port));
        settings.put("unix_socket_directories", "");
        settings.put("wal_level", "logical");
        settings.put("max_replication_slots", "200");
        settings.put("max_wal_senders", "40");
        settings.put("max_prepared_transactions", "10");
        settings.put("fsync", options.durable() ? "on" : "off");
        settings.put("timezone", "UTC");
        settings.put("log_timezone", "UTC");
        settings.putAll(options.settings());
        return settings;
    }

    private void startPostmaster() throws IOException {
        programs.run("pg_ctl", List.of("-D", data.toString(), "-w", "-t", "100", "start"));
    }

    /// Empty when it doesn't run: the file is there while it does, and after it was killed.
    private Optional<ProcessHandle> postmaster() {
        if (!Files.exists(pidFile())) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(pidFile())) {
            long pid = Long.parseLong(lines.findFirst().orElseThrow().strip());
            return ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
        } catch (IOException e) {
            throw new UncheckedIOException("could not read \"" + pidFile() + "\"", e);
        }
    }

    private Path pidFile() {
        return data.resolve("postmaster.pid");
    }

    private static void await(List<ProcessHandle> processes) {
        CompletableFuture<?>[] exits =
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(exits).get(ORPHAN_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new IllegalStateException("processes that don't end: " + processes, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + processes, e);
        }
    }

    private static int freePort() throws IOException {
        SecureRandom random = new SecureRandom();
        IOException last = new IOException("no port tried");
        for (int attempt = 0; attempt < 100; attempt++) {
            int port = random.nextInt(FIRST_PORT, LAST_PORT);
            try (ServerSocket _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return port;
            } catch (IOException e) {
                last = e;
            }
        }
        throw new IOException("no free port between " + FIRST_PORT + " and " + LAST_PORT, last);
    }

    private static String randomPassword() {
        byte[] bytes = new byte[8];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
