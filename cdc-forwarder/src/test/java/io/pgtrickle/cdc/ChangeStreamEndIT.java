package io.pgtrickle.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.testsupport.EmbeddedServer;
import io.pgtrickle.testsupport.ServerOptions;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// How streams end, and what must not end them.
final class ChangeStreamEndIT {

    private static final String MAJORS = "io.pgtrickle.cdc.Servers#majors";
    private static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY, v text)";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @ParameterizedTest
    @MethodSource(MAJORS)
    void aKilledWalsenderIsALostConnection(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE);
                ChangeStream stream = source.open()) {
            source.execute("INSERT INTO t VALUES (1, 'a')");
            assertThat(Source.nextChanges(stream)).containsExactly("+t(1,a)");
            source.terminate(
                    source.slots().find(source.slot()).orElseThrow().holder().orElseThrow().pid());
            assertEnds(stream, ErrorCode.CONNECTION_LOST);
            Lsn start = source.start();
            Source.await(
                    "the slot becomes free",
                    () -> !source.slots().find(source.slot()).orElseThrow().isActive());
            try (ChangeStream again = source.open(start)) {
                assertThat(Source.nextChanges(again)).containsExactly("+t(1,a)");
            }
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void aKilledServerIsALostConnection(int major) throws SQLException {
        try (EmbeddedServer server = EmbeddedServer.start(major)) {
            Source source = Source.on(server.createDatabase(), directory, TABLE);
            try (ChangeStream stream = source.open()) {
                source.execute("INSERT INTO t VALUES (1, 'a')");
                assertThat(Source.nextChanges(stream)).containsExactly("+t(1,a)");
                server.kill();
                assertEnds(stream, ErrorCode.CONNECTION_LOST);
            }
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void closingIsQuickInTheMiddleOfALargeTransaction(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE)) {
            ChangeStream stream = source.open();
            source.execute(
                    "INSERT INTO t SELECT g, repeat('x', 200) FROM generate_series(1, 200000) g");
            Source.await("it has begun", () -> stream.statistics().messages() > 1_000);
            stream.close();
            Source.await(
                    "the slot becomes free",
                    () -> !source.slots().find(source.slot()).orElseThrow().isActive());
            assertThatThrownBy(() -> stream.poll(Duration.ZERO))
                    .isInstanceOf(PgtrickleException.class);
        }
    }

    /// The server cuts off a client that doesn't report within its timeout, here 1 s; the consumer takes 3 s and more,
    /// with the queue full all the time.
    @ParameterizedTest
    @MethodSource(MAJORS)
    void aSlowConsumerStaysConnected(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE)) {
            source.execute("ALTER DATABASE " + source.name() + " SET wal_sender_timeout = '1s'");
            StreamSettings.Limits limits =
                    new StreamSettings.Limits(20_000, 1 << 20, Duration.ofMillis(200));
            StreamSettings settings =
                    new StreamSettings(
                            source.address(), source.slot(), Source.PUBLICATION, directory, limits);
            try (ChangeStream stream = ChangeStream.open(settings, source.start())) {
                for (int i = 1; i <= 100; i++) {
                    source.execute(
                            "INSERT INTO t SELECT "
                                    + i
                                    + " * 1000 + g, repeat('x', 1000) FROM generate_series(1, 10) g");
                }
                source.execute(
                        "INSERT INTO t SELECT -g, repeat('x', 1000) FROM generate_series(1, 30000) g");
                Source.await("the queue fills", () -> stream.statistics().queuedBytes() > 5_000);
                long begun = System.nanoTime();
                Source.await(
                        "three timeouts pass",
                        () -> System.nanoTime() - begun > Duration.ofSeconds(3).toNanos());
                assertThat(stream.statistics().queuedBytes()).isLessThan(40_000);
                for (int i = 1; i <= 100; i++) {
                    try (Transaction transaction = Source.next(stream)) {
                        assertThat(transaction.changeCount()).isEqualTo(10);
                    }
                }
                try (Transaction large = Source.next(stream)) {
                    assertThat(large.changeCount()).isEqualTo(30_000);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void aSlotInUseNamesTheProcess(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE);
                ChangeStream stream = source.open()) {
            int pid = source.slots().find(source.slot()).orElseThrow().holder().orElseThrow().pid();
            assertThatThrownBy(source::open)
                    .isInstanceOfSatisfying(
                            PgtrickleException.class,
                            e -> {
                                assertThat(e.code()).isEqualTo(ErrorCode.SLOT_IN_USE);
                                assertThat(e).hasMessageContaining("process " + pid);
                            });
            assertThat(stream.poll(Duration.ZERO)).isNotNull();
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void aGapIsALostSlot(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE)) {
            source.execute("INSERT INTO t VALUES (1, 'a')");
            Lsn reached = source.slots().advance(source.slot(), source.currentLsn());
            assertThat(reached).isGreaterThan(source.start());
            assertFails(source::open, ErrorCode.SLOT_LOST);
            // the server notices a moment later that the refused session has gone
            Source.await(
                    "the slot is free",
                    () -> !source.slots().find(source.slot()).orElseThrow().isActive());
            source.slots().drop(source.slot());
            assertFails(source::open, ErrorCode.SLOT_LOST);
            source.slots().create(source.address(), source.slot(), Source.LIMIT, _ -> {});
            assertFails(source::open, ErrorCode.SLOT_LOST);
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void aDroppedPublicationIsALostSlot(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE)) {
            source.execute("DROP PUBLICATION " + Source.PUBLICATION);
            source.execute("INSERT INTO t VALUES (1, 'a')");
            assertFails(source::open, ErrorCode.SLOT_LOST);
        }
    }

    /// Up to 17 the server refuses to go on; 18 only warns, so that the publication's oid must be watched.
    @Test
    void aPublicationDroppedWhileStreamingEndsTheStreamUpTo17() throws SQLException {
        try (Source source = Source.with(14, directory, TABLE);
                ChangeStream stream = source.open()) {
            source.execute("DROP PUBLICATION " + Source.PUBLICATION);
            source.execute("INSERT INTO t VALUES (1, 'a')");
            assertEnds(stream, ErrorCode.SLOT_LOST);
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void aSlotWithoutItsLogIsLost(int major) throws SQLException {
        ServerOptions options =
                ServerOptions.of(major)
                        .with("max_slot_wal_keep_size", "1MB")
                        .with("max_wal_size", "32MB")
                        .with("min_wal_size", "32MB");
        try (EmbeddedServer server = EmbeddedServer.start(options)) {
            Source source = Source.on(server.createDatabase(), directory, TABLE);
            for (int i = 0; i < 5; i++) {
                source.execute("SELECT pg_logical_emit_message(false, 'x', repeat('x', 1000))");
                source.execute("SELECT pg_switch_wal()");
            }
            source.execute("CHECKPOINT");
            Slot slot = source.slots().find(source.slot()).orElseThrow();
            assertThat(slot.isLost()).as("%s", slot).isTrue();
            assertFails(source::open, ErrorCode.SLOT_LOST);
        }
    }

    @Test
    void refusesToConfirmWhatWasNotDelivered() throws SQLException {
        try (Source source = Source.with(18, directory, TABLE);
                ChangeStream stream = source.open()) {
            stream.confirm(source.start());
            assertFails(() -> stream.confirm(new Lsn(Long.MAX_VALUE)), ErrorCode.INTERNAL);
        }
    }

    @Test
    void oddNamesOfSlotsAndPublicationsAreQuoted() throws SQLException {
        try (Source source = Source.with(18, directory, TABLE)) {
            String publication = "it's \"odd\", isn't it";
            Publication odd = new Publication(source.session(), publication);
            odd.ensure();
            odd.addTable(source.oid("t"));
            for (String slot : new String[] {"9_lives", "select"}) {
                Lsn start = source.slots().create(source.address(), slot, Source.LIMIT, _ -> {});
                StreamSettings settings =
                        new StreamSettings(
                                source.address(),
                                slot,
                                publication,
                                directory,
                                StreamSettings.Limits.DEFAULT);
                try (ChangeStream stream = ChangeStream.open(settings, start)) {
                    source.execute("INSERT INTO t SELECT count(*), 'x' FROM t");
                    assertThat(Source.nextChanges(stream)).hasSize(1);
                }
                Source.await(
                        "the slot becomes free",
                        () -> !source.slots().find(slot).orElseThrow().isActive());
                assertThat(source.slots().peek(slot, publication, 100)).isNotEmpty();
                source.slots().drop(slot);
            }
        }
    }

    private static void assertEnds(ChangeStream stream, ErrorCode code) {
        assertFails(
                () ->
                        IntStream.range(0, 60)
                                .forEach(_ ->
                                        assertThat(stream.poll(Duration.ofSeconds(1))).isNotNull()),
                code);
    }

    private static void assertFails(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        e -> assertThat(e.code()).as("%s", e).isEqualTo(code));
    }
}
