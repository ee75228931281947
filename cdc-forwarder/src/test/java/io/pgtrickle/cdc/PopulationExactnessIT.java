package io.pgtrickle.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.cdc.SnapshotTable.SnapshotColumn;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.XidSnapshot;
import io.pgtrickle.model.type.SqlType;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A snapshot and the streamed transactions that it doesn't see are the table, exactly (CDC.md, R12; TRAPS C11).
final class PopulationExactnessIT {

    private static final int SNAPSHOTS = 100;
    private static final int WRITERS = 3;
    private static final int IDS = 200;
    private static final long SEED = 20_260_101;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    /// What a new view would have: the rows of its snapshot, and from where in the spool it goes on.
    private record Population(Map<Long, Long> rows, XidSnapshot visibility, int from) {}

    @ParameterizedTest
    @MethodSource("io.pgtrickle.cdc.Servers#majors")
    void snapshotsUnderLoadAreExact(int major)
            throws SQLException, InterruptedException, ExecutionException {
        try (Source source =
                        Source.with(
                                major,
                                directory,
                                "CREATE TABLE t (id int PRIMARY KEY, v int NOT NULL)");
                ChangeStream stream = source.open()) {
            long oid = source.oid("t");
            AtomicBoolean stop = new AtomicBoolean();
            List<FutureTask<Integer>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                Random random = new Random(SEED + i);
                FutureTask<Integer> writer = new FutureTask<>(() -> write(source, random, stop));
                writers.add(writer);
                Thread.ofPlatform().daemon().start(writer);
            }
            try (Spool spool = Spool.create(directory, Set.of(oid))) {
                StreamedXids streamed = new StreamedXids();
                List<Population> populations = new ArrayList<>();
                while (populations.size() < SNAPSHOTS) {
                    drain(stream, spool, streamed);
                    populations.add(populate(source, oid, streamed, (int) spool.count()));
                }
                stop.set(true);
                int committed = 0;
                for (FutureTask<Integer> writer : writers) {
                    committed += writer.get();
                }
                Lsn end = source.currentLsn();
                while (end.isAfter(stream.statistics().delivered())) {
                    drain(stream, spool, streamed);
                }
                assertThat(spool.count()).isGreaterThan(SNAPSHOTS).isLessThanOrEqualTo(committed);
                compare(source, spool, populations);
            }
        }
    }

    private static void compare(Source source, Spool spool, List<Population> populations)
            throws SQLException {
        List<Transaction> log = new ArrayList<>();
        for (Optional<Transaction> next = spool.next(); next.isPresent(); next = spool.next()) {
            log.add(next.get());
        }
        Map<Long, Long> table = new TreeMap<>();
        try (Statement statement = source.session().createStatement();
                ResultSet rows = statement.executeQuery("SELECT id, v FROM t")) {
            while (rows.next()) {
                table.put(rows.getLong(1), rows.getLong(2));
            }
        }
        int skipped = 0;
        for (int i = 0; i < populations.size(); i++) {
            Population population = populations.get(i);
            Map<Long, Long> rows = new TreeMap<>(population.rows());
            for (Transaction transaction : log.subList(population.from(), log.size())) {
                if (population.visibility().sees(transaction.xid())) {
                    skipped++;
                } else {
                    transaction.forEachChange(change -> apply(change, rows));
                }
            }
            assertThat(rows).as("population %d of seed %d", i, SEED).isEqualTo(table);
        }
        assertThat(skipped)
                .as("transactions that a snapshot saw before the stream brought them")
                .isPositive();
    }

    private static Population populate(Source source, long oid, StreamedXids streamed, int from) {
        SnapshotTable table =
                new SnapshotTable(
                        oid,
                        List.of(
                                new SnapshotColumn(1, SqlType.INT4),
                                new SnapshotColumn(2, SqlType.INT4)));
        while (true) {
            try (SnapshotReader reader = SnapshotReader.open(source.address(), List.of(oid))) {
                if (streamed.areVisibleIn(reader.visibility())) {
                    Map<Long, Long> rows = new TreeMap<>();
                    reader.copy(
                            table,
                            batch -> batch.forEach(row -> rows.put(cell(row, 0), cell(row, 1))));
                    return new Population(rows, reader.visibility(), from);
                }
            }
        }
    }

    private static void drain(ChangeStream stream, Spool spool, StreamedXids streamed) {
        Optional<StreamEvent> event = stream.poll(Duration.ofMillis(5));
        while (event.isPresent()) {
            if (event.get() instanceof StreamEvent.Committed(Transaction transaction)) {
                try (transaction) {
                    streamed.add(transaction.xid());
                    spool.append(transaction);
                }
            }
            event = stream.poll(Duration.ZERO);
        }
    }

    /// Strictly: a change that doesn't fit the rows is a fault.
    private static void apply(Change change, Map<Long, Long> rows) {
        switch (change) {
            case Change.Insert(_, Tuple row) ->
                    assertThat(rows.put(cell(row, 0), cell(row, 1))).isNull();
            case Change.Update update -> {
                Tuple old = update.old().orElse(update.row());
                assertThat(rows.remove(cell(old, 0))).isNotNull();
                assertThat(rows.put(cell(update.row(), 0), cell(update.row(), 1))).isNull();
            }
            case Change.Delete(_, Tuple old) -> assertThat(rows.remove(cell(old, 0))).isNotNull();
            case Change.Truncate _ -> rows.clear();
            case Change.Message _ -> throw new AssertionError("a message in the spool");
        }
    }

    private static long cell(Tuple tuple, int column) {
        return (Long) Objects.requireNonNull(tuple.decode(column, SqlType.INT4));
    }

    private static long cell(Row row, int column) {
        return (Long) Objects.requireNonNull(row.get(column));
    }

    private static int write(Source source, Random random, AtomicBoolean stop) throws SQLException {
        int committed = 0;
        try (Connection connection = source.connect()) {
            connection.setAutoCommit(false);
            while (!stop.get()) {
                try {
                    int statements = 1 + random.nextInt(4);
                    for (int i = 0; i < statements; i++) {
                        change(connection, random);
                    }
                    if (random.nextInt(20) == 0) {
                        connection.rollback();
                    } else {
                        connection.commit();
                        committed++;
                    }
                } catch (SQLException e) {
                    connection.rollback();
                    // writers may stand in each other's way
                    if (!"40P01".equals(e.getSQLState()) && !"23505".equals(e.getSQLState())) {
                        throw e;
                    }
                }
            }
        }
        return committed;
    }

    private static void change(Connection connection, Random random) throws SQLException {
        int id = random.nextInt(IDS);
        int other = random.nextInt(IDS);
        String sql =
                switch (random.nextInt(100)) {
                    case 0 -> random.nextInt(10) == 0 ? "TRUNCATE t" : "SELECT 1";
                    case 1, 2, 3, 4, 5 ->
                            "SAVEPOINT s; DELETE FROM t WHERE id = "
                                    + id
                                    + "; ROLLBACK TO s; RELEASE s";
                    case 6, 7, 8, 9, 10 ->
                            "SAVEPOINT s; INSERT INTO t VALUES ("
                                    + id
                                    + ", 0) ON CONFLICT DO NOTHING; RELEASE s";
                    case 11, 12, 13, 14, 15 ->
                            "UPDATE t SET id = "
                                    + other
                                    + " WHERE id = "
                                    + id
                                    + " AND NOT EXISTS (SELECT FROM t WHERE id = "
                                    + other
                                    + ")";
                    default ->
                            switch (random.nextInt(3)) {
                                case 0 ->
                                        "INSERT INTO t VALUES ("
                                                + id
                                                + ", 1) ON CONFLICT (id) DO UPDATE SET v = t.v + 1";
                                case 1 -> "UPDATE t SET v = v + 1 WHERE id = " + id;
                                default -> "DELETE FROM t WHERE id = " + id;
                            };
                };
        Source.execute(connection, sql);
    }
}
