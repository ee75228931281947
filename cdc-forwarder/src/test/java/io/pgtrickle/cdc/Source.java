package io.pgtrickle.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A database with a publication and a slot, and what tests do with it.
final class Source implements AutoCloseable {

    static final String PUBLICATION = "pub";
    static final Duration LIMIT = Duration.ofSeconds(30);

    private final Database database;
    private final Path spillDirectory;
    private final String slot;
    private final Connection session;
    private final Lsn start;

    private Source(Database database, Path spillDirectory, String... statements)
            throws SQLException {
        this.database = database;
        this.spillDirectory = spillDirectory;
        this.slot = "slot_" + database.name();
        this.session = database.connect();
        for (String statement : statements) {
            execute(statement);
        }
        publication().ensure();
        for (String table :
                query(
                        "SELECT oid::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                                + " AND relkind = 'r' AND relname NOT LIKE 'unpublished%'")) {
            publication().addTable(Long.parseLong(table));
        }
        this.start = slots().create(address(), slot, LIMIT, _ -> {});
    }

    /// @param statements make the tables; all in schema public are published, but those named `unpublished…`
    static Source with(int major, Path spillDirectory, String... statements) throws SQLException {
        return new Source(
                EmbeddedServer.shared(major).createDatabase(), spillDirectory, statements);
    }

    static Source on(Database database, Path spillDirectory, String... statements)
            throws SQLException {
        return new Source(database, spillDirectory, statements);
    }

    ServerAddress address() {
        return ServerAddress.parse(database.uri());
    }

    Connection session() {
        return session;
    }

    Connection connect() throws SQLException {
        return database.connect();
    }

    String name() {
        return database.name();
    }

    String slot() {
        return slot;
    }

    /// Where the slot begins.
    Lsn start() {
        return start;
    }

    Slots slots() {
        return new Slots(session);
    }

    Publication publication() {
        return new Publication(session, PUBLICATION);
    }

    StreamSettings settings() {
        return new StreamSettings(
                address(), slot, PUBLICATION, spillDirectory, StreamSettings.Limits.DEFAULT);
    }

    ChangeStream open(Lsn startAt) {
        return ChangeStream.open(settings(), startAt);
    }

    ChangeStream open() {
        return open(start);
    }

    void execute(String sql) throws SQLException {
        execute(session, sql);
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    List<String> query(String sql) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(String.valueOf(rows.getString(1)));
            }
            return values;
        }
    }

    long oid(String table) throws SQLException {
        return Long.parseLong(query("SELECT '" + table + "'::regclass::oid::text").getFirst());
    }

    Lsn currentLsn() throws SQLException {
        return Lsn.parse(query("SELECT pg_current_wal_lsn()::text").getFirst());
    }

    /// The next transaction; announcements and frontiers are passed over.
    static Transaction next(ChangeStream stream) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (System.nanoTime() < deadline) {
            Optional<StreamEvent> event = stream.poll(Duration.ofSeconds(1));
            if (event.isPresent()
                    && event.get() instanceof StreamEvent.Committed(Transaction transaction)) {
                return transaction;
            }
        }
        throw new AssertionError("no transaction came: " + stream.statistics());
    }

    /// The next transaction's changes in words.
    static List<String> nextChanges(ChangeStream stream) {
        try (Transaction transaction = next(stream)) {
            return describe(transaction);
        }
    }

    static List<String> describe(Transaction transaction) {
        List<String> changes = new ArrayList<>();
        transaction.forEachChange(change -> changes.add(describe(change)));
        assertThat(transaction.changeCount()).isEqualTo(changes.size());
        return changes;
    }

    static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static String describe(Change change) {
        return switch (change) {
            case Change.Insert(Relation relation, Tuple row) ->
                    "+" + relation.name() + row(relation, row);
            case Change.Update update ->
                    "~"
                            + update.relation().name()
                            + update.old().map(old -> row(update.relation(), old)).orElse("")
                            + row(update.relation(), update.row());
            case Change.Delete(Relation relation, Tuple old) ->
                    "-" + relation.name() + row(relation, old);
            case Change.Truncate truncate ->
                    "0"
                            + truncate.relations().stream()
                                    .map(Relation::name)
                                    .sorted()
                                    .collect(Collectors.joining(","));
            case Change.Message message ->
                    "!"
                            + new String(
                                    message.content().array(),
                                    java.nio.charset.StandardCharsets.UTF_8);
        };
    }

    private static String row(Relation relation, Tuple row) {
        return IntStream.range(0, row.width())
                .mapToObj(i ->
                        row.kind(i) == Tuple.Kind.UNCHANGED
                                ? "unchanged"
                                : shortened(
                                        row.decode(i, type(relation.columns().get(i).typeOid()))))
                .collect(Collectors.joining(",", "(", ")"));
    }

    private static String shortened(@Nullable Object value) {
        String text = String.valueOf(value);
        return text.length() <= 20 ? text : text.substring(0, 2) + "…" + text.length();
    }

    private static SqlType type(int oid) {
        return switch (oid) {
            case Oids.INT4 -> SqlType.INT4;
            case Oids.INT8 -> SqlType.INT8;
            case Oids.TEXT -> new SqlType.Text(Oids.TEXT, false, Collation.C);
            default -> new SqlType.Opaque(oid, false);
        };
    }

    /// Slots are few in a server that all tests share.
    @Override
    public void close() throws SQLException {
        Optional<Slot> left = slots().find(slot);
        if (left.isPresent()) {
            left.get().holder().ifPresent(holder -> terminate(holder.pid()));
            await(
                    "the slot becomes free",
                    () -> slots().find(slot).map(found -> !found.isActive()).orElse(true));
            if (slots().find(slot).isPresent()) {
                slots().drop(slot);
            }
        }
        session.close();
    }

    void terminate(int pid) {
        try {
            execute("SELECT pg_terminate_backend(" + pid + ")");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
