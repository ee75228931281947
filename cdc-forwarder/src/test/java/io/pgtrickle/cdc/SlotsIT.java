package io.pgtrickle.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.testsupport.EmbeddedServer;
import io.pgtrickle.testsupport.ServerOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SlotsIT {

    private static final String MAJORS = "io.pgtrickle.cdc.Servers#majors";
    private static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY, v text)";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @ParameterizedTest
    @MethodSource(MAJORS)
    void listsSlotsWithTheirHolders(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE)) {
            source.execute(
                    "INSERT INTO t SELECT g, repeat('x', 100) FROM generate_series(1, 1000) g");
            try (ChangeStream stream = source.open()) {
                Source.next(stream).close();
                Slot slot =
                        source.slots().list().stream()
                                .filter(listed -> listed.name().equals(source.slot()))
                                .findFirst()
                                .orElseThrow();
                assertThat(slot.plugin()).isEqualTo("pgoutput");
                assertThat(slot.database()).isEqualTo(source.name());
                assertThat(slot.isActive()).isTrue();
                assertThat(slot.holder().orElseThrow().user()).isEqualTo("postgres");
                assertThat(slot.holder().orElseThrow().applicationName())
                        .isEqualTo("pgtrickle stream");
                assertThat(slot.retainedBytes()).isGreaterThan(100_000);
                assertThat(slot.lagBytes()).isGreaterThan(100_000);
                assertThat(slot.walStatus()).isEqualTo("reserved");
                assertThat(slot.isLost()).isFalse();
                assertThat(slot.confirmedLsn()).contains(source.start());
                assertThat(slot.failover().isPresent()).isEqualTo(major >= 17);
                assertThat(slot.conflicting().isPresent()).isEqualTo(major >= 16);
                assertFails(() -> source.slots().drop(source.slot()), ErrorCode.SLOT_IN_USE);
                assertFails(
                        () -> source.slots().advance(source.slot(), source.currentLsn()),
                        ErrorCode.SLOT_IN_USE);
            }
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void peeksWithoutConsuming(int major) throws SQLException {
        try (Source source = Source.with(major, directory, TABLE)) {
            source.execute("INSERT INTO t VALUES (1, 'it''s')");
            source.execute("UPDATE t SET id = 2");
            source.execute(
                    "BEGIN; DELETE FROM t; TRUNCATE t; SELECT pg_logical_emit_message(true, 'p', 'm'); COMMIT");
            for (int round = 0; round < 2; round++) {
                List<String> lines = source.slots().peek(source.slot(), Source.PUBLICATION, 100);
                assertThat(lines)
                        .anyMatch(line ->
                                line.endsWith("insert \"public\".\"t\" (id='1', v='it''s')"))
                        .anyMatch(line ->
                                line.endsWith(
                                        "update \"public\".\"t\" (id='1', v=NULL) to (id='2', v='it''s')"))
                        .anyMatch(line -> line.endsWith("delete \"public\".\"t\" (id='2', v=NULL)"))
                        .anyMatch(line -> line.endsWith("truncate \"public\".\"t\""))
                        .anyMatch(line -> line.endsWith("message p: m"));
            }
            assertThat(source.slots().peek(source.slot(), Source.PUBLICATION, 2))
                    .hasSize(3)
                    .endsWith("and more");
            Lsn end = source.currentLsn();
            assertThat(source.slots().advance(source.slot(), end)).isEqualTo(end);
            assertThat(source.slots().peek(source.slot(), Source.PUBLICATION, 100)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource(MAJORS)
    void creationNamesTheTransactionsInTheWay(int major) throws SQLException {
        // a server of its own: creation waits for the transactions of every database
        try (EmbeddedServer server = EmbeddedServer.start(major)) {
            Source source = Source.on(server.createDatabase(), directory, TABLE);
            List<List<Blocker>> told = new ArrayList<>();
            source.execute("BEGIN; INSERT INTO t VALUES (1, 'a'); PREPARE TRANSACTION 'forgotten'");
            assertThatThrownBy(() ->
                            source.slots()
                                    .create(
                                            source.address(),
                                            "waits",
                                            Duration.ofSeconds(2),
                                            told::add))
                    .isInstanceOfSatisfying(
                            PgtrickleException.class,
                            e -> {
                                assertThat(e.code()).isEqualTo(ErrorCode.CANCELLED);
                                assertThat(e)
                                        .hasMessageContaining(
                                                "prepared transaction \"forgotten\" of role \"postgres\"");
                                assertThat(e.hint()).contains("ROLLBACK PREPARED");
                            });
            assertThat(told).isNotEmpty();
            assertThat(source.slots().find("waits")).isEmpty();
            source.execute("ROLLBACK PREPARED 'forgotten'");
            try (Connection writer = source.connect()) {
                writer.setAutoCommit(false);
                Source.execute(writer, "INSERT INTO t VALUES (1, 'a')");
                // whom it waits for ends as soon as it is named
                source.slots()
                        .create(
                                source.address(),
                                "waits",
                                Source.LIMIT,
                                blockers -> {
                                    assertThat(blockers)
                                            .singleElement()
                                            .satisfies(blocker ->
                                                    assertThat(blocker.description())
                                                            .contains("role \"postgres\""));
                                    source.terminate(blockers.getFirst().pid().orElseThrow());
                                });
            }
            assertThat(source.slots().find("waits")).isPresent();
            assertFails(
                    () -> source.slots().create(source.address(), "waits", Source.LIMIT, _ -> {}),
                    ErrorCode.NAME_TAKEN);
        }
    }

    @Test
    void creationNeedsALogicalLog() throws SQLException {
        try (EmbeddedServer server =
                        EmbeddedServer.start(ServerOptions.of(18).with("wal_level", "replica"));
                Connection connection = server.connect()) {
            assertThatThrownBy(() ->
                            new Slots(connection)
                                    .create(
                                            io.pgtrickle.postgres.ServerAddress.parse(
                                                    server.database().uri()),
                                            "s",
                                            Source.LIMIT,
                                            _ -> {}))
                    .isInstanceOfSatisfying(
                            PgtrickleException.class,
                            e -> {
                                assertThat(e.code()).isEqualTo(ErrorCode.SETTING_WRONG);
                                assertThat(e.hint()).contains("wal_level = logical");
                            });
        }
    }

    @Test
    void namesAreChecked() {
        assertThat(Slots.checkName("a_1")).isEqualTo("a_1");
        for (String name : new String[] {"", "A", "a-b", "a b", "a\"", "x".repeat(64), "a\n"}) {
            assertFails(() -> Slots.checkName(name), ErrorCode.BAD_ARGUMENT);
        }
    }

    private static void assertFails(ThrowingCallable call, ErrorCode code) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        e -> assertThat(e.code()).as("%s", e).isEqualTo(code));
    }
}
