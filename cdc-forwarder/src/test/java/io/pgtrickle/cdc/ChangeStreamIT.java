package io.pgtrickle.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.model.Lsn;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a real server sends.
final class ChangeStreamIT {

    private static final String MAJORS = "io.pgtrickle.cdc.Servers#majors";
    private static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY, v text)";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @ParameterizedTest
    @MethodSource(MAJORS)
    void deliversTransactionsInCommitOrder(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE);
                ChangeStream stream = source.open();
                Connection first = source.connect();
                Connection second = source.connect()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            Source.execute(first, "INSERT INTO t VALUES (1, 'a')");
            Source.execute(second, "INSERT INTO t VALUES (2, 'b')");
            Source.execute(first, "INSERT INTO t VALUES (3, 'c')");
            second.commit();
            Source.execute(first, "DELETE FROM t WHERE id = 1");
            first.commit();
            try (Transaction b = Source.next(stream);
                    Transaction a = Source.next(stream)) {
                assertThat(Source.describe(b)).containsExactly("+t(2,b)");
                assertThat(Source.describe(a)).containsExactly("+t(1,a)", "+t(3,c)", "-t(1,null)");
                assertThat(a.commitLsn()).isGreaterThan(b.commitLsn());
                assertThat(a.xid()).isLessThan(b.xid());
                String known =
                        source.query("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
                                .getFirst();
                assertThat(Long.parseLong(known))
                        .isGreaterThan(b.xid())
                        .isLessThan(b.xid() + 1_000);
            }
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void leavesOutWhatSavepointsRolledBack(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE);
                ChangeStream stream = source.open()) {
            source.execute(
                    "BEGIN; INSERT INTO t VALUES (1, 'a'); SAVEPOINT s; INSERT INTO t VALUES (2, 'b');"
                            + " SELECT pg_logical_emit_message(true, 'pgtrickle', 'no'); ROLLBACK TO s;"
                            + " INSERT INTO t VALUES (3, 'c'); RELEASE s; COMMIT");
            source.execute("BEGIN; INSERT INTO t VALUES (9, 'z'); ROLLBACK");
            source.execute("INSERT INTO t VALUES (4, 'd')");
            assertThat(Source.nextChanges(stream)).containsExactly("+t(1,a)", "+t(3,c)");
            assertThat(Source.nextChanges(stream)).containsExactly("+t(4,d)");
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void deliversPreparedTransactionsWhenTheyCommit(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE);
                ChangeStream stream = source.open()) {
            source.execute(
                    "BEGIN; INSERT INTO t VALUES (1, 'a'); PREPARE TRANSACTION 'p_"
                            + source.name()
                            + "'");
            source.execute("INSERT INTO t VALUES (2, 'b')");
            source.execute("COMMIT PREPARED 'p_" + source.name() + "'");
            assertThat(Source.nextChanges(stream)).containsExactly("+t(2,b)");
            assertThat(Source.nextChanges(stream)).containsExactly("+t(1,a)");
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void deliversTruncatesInTheirPlace(int major) throws SQLException {
        String child = "CREATE TABLE u (id int PRIMARY KEY REFERENCES t)";
        try (Source source = Source.with(major, directory, TABLE, child);
                ChangeStream stream = source.open()) {
            source.execute(
                    "BEGIN; INSERT INTO t VALUES (1, 'a'); TRUNCATE t CASCADE; INSERT INTO t VALUES (2, 'b'); COMMIT");
            assertThat(Source.nextChanges(stream)).containsExactly("+t(1,a)", "0t,u", "+t(2,b)");
            source.execute("TRUNCATE u, t RESTART IDENTITY");
            try (Transaction transaction = Source.next(stream)) {
                assertThat(Wire.changes(transaction))
                        .singleElement()
                        .isInstanceOfSatisfying(
                                Change.Truncate.class,
                                truncate -> assertThat(truncate.restartIdentity()).isTrue());
            }
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void carriesOldRowsAsTheReplicaIdentitySays(int major) throws SQLException {
        String large =
                "repeat(md5(id::text), 200) || (SELECT string_agg(md5(g::text), '') FROM generate_series(1, 500) g)";
        try (Source source =
                        Source.with(
                                major,
                                directory,
                                "CREATE TABLE d (id int PRIMARY KEY, v int, big text)",
                                "CREATE TABLE f (id int PRIMARY KEY, v int, big text)",
                                "ALTER TABLE d ALTER big SET STORAGE EXTERNAL",
                                "ALTER TABLE f ALTER big SET STORAGE EXTERNAL",
                                "ALTER TABLE f REPLICA IDENTITY FULL",
                                "INSERT INTO d SELECT id, 0, "
                                        + large
                                        + " FROM generate_series(1, 1) id",
                                "INSERT INTO f SELECT * FROM d");
                ChangeStream stream = source.open()) {
            source.execute("UPDATE d SET v = 1");
            source.execute("UPDATE f SET v = 1");
            source.execute("UPDATE d SET id = 2");
            source.execute("UPDATE f SET id = 2");
            source.execute("DELETE FROM d");
            source.execute("DELETE FROM f");
            assertThat(Source.nextChanges(stream)).containsExactly("~d(1,1,unchanged)");
            assertThat(Source.nextChanges(stream))
                    .containsExactly("~f(1,0,c4…22400)(1,1,unchanged)");
            assertThat(Source.nextChanges(stream))
                    .containsExactly("~d(1,null,null)(2,1,unchanged)");
            assertThat(Source.nextChanges(stream))
                    .containsExactly("~f(1,1,c4…22400)(2,1,unchanged)");
            assertThat(Source.nextChanges(stream)).containsExactly("-d(2,null,null)");
            assertThat(Source.nextChanges(stream)).containsExactly("-f(2,1,c4…22400)");
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void followsChangesOfTables(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE);
                ChangeStream stream = source.open()) {
            source.execute(
                    "BEGIN; INSERT INTO t VALUES (1, 'a'); ALTER TABLE t ADD w int; INSERT INTO t VALUES (2, 'b', 7);"
                            + " ALTER TABLE t REPLICA IDENTITY FULL; UPDATE t SET v = 'c' WHERE id = 1;"
                            + " ALTER TABLE t DROP v; ALTER TABLE t RENAME TO renamed; INSERT INTO renamed VALUES (3, 8); COMMIT");
            assertThat(Source.nextChanges(stream))
                    .containsExactly(
                            "+t(1,a)", "+t(2,b,7)", "~t(1,a,null)(1,c,null)", "+renamed(3,8)");
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void deliversMessagesOfBothKinds(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE);
                ChangeStream stream = source.open()) {
            source.execute(
                    "BEGIN; INSERT INTO t VALUES (1, 'a');"
                            + " SELECT pg_logical_emit_message(false, 'pgtrickle', 'now');"
                            + " SELECT pg_logical_emit_message(true, 'pgtrickle', 'later');"
                            + " SELECT pg_logical_emit_message(true, 'other', 'never'); COMMIT");
            List<StreamEvent> events = new ArrayList<>();
            Source.await(
                    "both came",
                    () -> {
                        stream.poll(Duration.ofMillis(100))
                                .filter(event -> !(event instanceof StreamEvent.Idle))
                                .ifPresent(events::add);
                        return events.size() == 2;
                    });
            assertThat(events.getFirst()).isInstanceOf(StreamEvent.Announced.class);
            Transaction transaction = ((StreamEvent.Committed) events.getLast()).transaction();
            assertThat(Source.describe(transaction)).containsExactly("+t(1,a)", "!later");
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void spillsLargeTransactions(int major) throws SQLException {
        int rows = 100_000;
        try (Source source = Source.with(major, directory, TABLE);
                ChangeStream stream = ChangeStream.open(small(source, 1 << 20), source.start())) {
            source.execute(
                    "INSERT INTO t SELECT g, 'value ' || g FROM generate_series(1, "
                            + rows
                            + ") g");
            try (Transaction transaction = Source.next(stream)) {
                assertThat(transaction.messages()).isInstanceOf(RawMessages.OnDisk.class);
                assertThat(transaction.changeCount()).isEqualTo(rows);
                for (int round = 0; round < 2; round++) {
                    AtomicLong last = new AtomicLong();
                    transaction.forEachChange(change -> {
                        Tuple row = ((Change.Insert) change).row();
                        assertThat(row.text(1)).isEqualTo("value " + last.incrementAndGet());
                    });
                    assertThat(last).hasValue(rows);
                }
            }
            assertThat(stream.statistics().spilledTransactions()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void resumesExactlyAfterTheConfirmedPosition(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE)) {
            Lsn durable = source.start();
            try (ChangeStream stream = source.open()) {
                for (int i = 1; i <= 10; i++) {
                    source.execute("INSERT INTO t VALUES (" + i + ", 'x')");
                }
                for (int i = 1; i <= 10; i++) {
                    try (Transaction transaction = Source.next(stream)) {
                        durable = i == 4 ? transaction.endLsn() : durable;
                    }
                }
                stream.confirm(durable);
                awaitConfirmed(source, durable);
            }
            for (int round = 0; round < 2; round++) {
                try (ChangeStream stream = source.open(durable)) {
                    for (int i = 5; i <= 10; i++) {
                        assertThat(Source.nextChanges(stream)).containsExactly("+t(" + i + ",x)");
                    }
                }
            }
        }
    }

    /// The slot may stand behind our position: after a crash of the server it goes back.
    @ParameterizedTest
    @MethodSource(MAJORS)
    void skipsWhatItHasAlready(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE)) {
            Lsn position;
            try (ChangeStream stream = source.open()) {
                source.execute("INSERT INTO t VALUES (1, 'a')");
                try (Transaction transaction = Source.next(stream)) {
                    position = transaction.endLsn();
                }
            }
            source.execute("INSERT INTO t VALUES (2, 'b')");
            try (ChangeStream stream = source.open(position)) {
                assertThat(Source.nextChanges(stream)).containsExactly("+t(2,b)");
            }
        }
    }

    /// Commit records may touch: the second transaction's begins where the first one's ends.
    @ParameterizedTest
    @MethodSource(MAJORS)
    void deliversTheTransactionThatCommitsRightAtThePosition(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE);
                Connection first = source.connect();
                Connection second = source.connect()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            boolean touched = false;
            for (int i = 0; i < 20 && !touched; i++) {
                Lsn from = source.currentLsn();
                Source.execute(first, "INSERT INTO t VALUES (" + (2 * i) + ", 'a')");
                Source.execute(second, "INSERT INTO t VALUES (" + (2 * i + 1) + ", 'b')");
                first.commit();
                second.commit();
                Lsn position;
                try (ChangeStream stream = source.open(Lsn.max(from, source.start()));
                        Transaction a = Source.next(stream);
                        Transaction b = Source.next(stream)) {
                    position = a.endLsn();
                    touched = b.commitLsn().equals(position);
                }
                try (ChangeStream stream = source.open(position)) {
                    assertThat(Source.nextChanges(stream))
                            .containsExactly("+t(" + (2 * i + 1) + ",b)");
                }
            }
            assertThat(touched).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void anIdleDatabaseHoldsBackNoLog(int major) throws SQLException {
        confirmsWhile(major, false);
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void aDatabaseWhosePublishedTablesAreIdleHoldsBackNoLog(int major) throws SQLException {
        confirmsWhile(major, true);
    }

    private void confirmsWhile(int major, boolean busy) throws SQLException {
        try (Source source =
                        Source.with(
                                major,
                                directory,
                                TABLE,
                                "CREATE TABLE unpublished (id int, v text)");
                ChangeStream stream = source.open()) {
            source.execute("INSERT INTO t VALUES (1, 'a')");
            Source.next(stream).close();
            for (int round = 0; round < 3; round++) {
                source.execute(
                        "INSERT INTO unpublished SELECT g, repeat('x', 100) FROM generate_series(1, 5000) g");
                Lsn written = source.currentLsn();
                Source.await(
                        "the slot follows",
                        () -> {
                            if (busy) {
                                write(source);
                            }
                            Optional<StreamEvent> event = stream.poll(Duration.ofMillis(10));
                            event.ifPresent(
                                    idle -> stream.confirm(((StreamEvent.Idle) idle).frontier()));
                            return !written.isAfter(confirmed(source));
                        });
            }
        }
    }

    private static void write(Source source) {
        try {
            source.execute("INSERT INTO unpublished VALUES (1, 'x')");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Lsn confirmed(Source source) {
        return source.slots().find(source.slot()).orElseThrow().confirmedLsn().orElseThrow();
    }

    private static void awaitConfirmed(Source source, Lsn position) {
        Source.await("the server knows what is durable", () -> confirmed(source).equals(position));
    }

    private static StreamSettings small(Source source, long transactionBytes) {
        StreamSettings settings = source.settings();
        return new StreamSettings(
                settings.address(),
                settings.slot(),
                settings.publication(),
                settings.spillDirectory(),
                new StreamSettings.Limits(64 << 20, transactionBytes, Duration.ofSeconds(1)));
    }
}
