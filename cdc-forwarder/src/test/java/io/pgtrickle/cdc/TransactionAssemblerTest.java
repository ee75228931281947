package io.pgtrickle.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.cdc.Relation.RelationColumn;
import io.pgtrickle.cdc.Relation.ReplicaIdentity;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.SqlType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TransactionAssemblerTest {

    private static final Relation TABLE = Wire.table(16400, ReplicaIdentity.DEFAULT);
    private static final long RECENT_XID = (5L << 32) + 10;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void deliversWholeTransactionsWithWideIds() {
        List<StreamEvent> events =
                feed(
                        assembler(Lsn.ZERO, 1 << 20),
                        Wire.begin(0x100, 12),
                        Wire.type(),
                        Wire.origin(),
                        Wire.relation(TABLE),
                        Wire.insert(16400, 1, "a"),
                        Wire.insert(16400, 2, "b"),
                        Wire.commit(0x100, 0x130));
        Transaction transaction = only(events);
        assertThat(transaction.xid()).isEqualTo((5L << 32) + 12);
        assertThat(transaction.xid32()).isEqualTo(12);
        assertThat(transaction.commitLsn()).isEqualTo(new Lsn(0x100));
        assertThat(transaction.endLsn()).isEqualTo(new Lsn(0x130));
        assertThat(transaction.changeCount()).isEqualTo(2);
        assertThat(Wire.changes(transaction)).hasSize(2);
        assertThat(Wire.changes(transaction)).as("read again").hasSize(2);
    }

    @Test
    void skipsWhatThePositionHasBehindIt() {
        TransactionAssembler assembler = assembler(new Lsn(0x130), 1 << 20);
        assertThat(
                        feed(
                                assembler,
                                Wire.begin(0x100, 12),
                                Wire.relation(TABLE),
                                Wire.insert(16400, 1, "a"),
                                Wire.commit(0x100, 0x130)))
                .isEmpty();
        Transaction next =
                only(
                        feed(
                                assembler,
                                Wire.begin(0x200, 13),
                                Wire.insert(16400, 2, "b"),
                                Wire.commit(0x200, 0x230)));
        assertThat(next.commitLsn()).isEqualTo(new Lsn(0x200));
    }

    @Test
    void deliversATransactionWhoseCommitBeginsAtThePosition() {
        Transaction next =
                only(
                        feed(
                                assembler(new Lsn(0x130), 1 << 20),
                                Wire.begin(0x130, 13),
                                Wire.relation(TABLE),
                                Wire.insert(16400, 2, "b"),
                                Wire.commit(0x130, 0x160)));
        assertThat(next.commitLsn()).isEqualTo(new Lsn(0x130));
    }

    @Test
    void emptyTransactionsOnlyMoveThePosition() {
        TransactionAssembler assembler = assembler(Lsn.ZERO, 1 << 20);
        assertThat(feed(assembler, Wire.begin(0x100, 12), Wire.commit(0x100, 0x130))).isEmpty();
        assertThat(assembler.isBetween()).isTrue();
        assertThat(assembler.end()).isEqualTo(new Lsn(0x130));
    }

    @Test
    void largeTransactionsGoThroughAFileThatGoesWithThem() throws IOException {
        List<RawMessage> stream =
                new ArrayList<>(List.of(Wire.begin(0x100, 12), Wire.relation(TABLE)));
        String large = "x".repeat(300_000);
        for (int i = 0; i < 1_000; i++) {
            stream.add(Wire.insert(16400, i, i % 100 == 0 ? large : "v" + i));
        }
        stream.add(Wire.commit(0x100, 0x130));
        Transaction transaction =
                only(feed(assembler(Lsn.ZERO, 10_000), stream.toArray(RawMessage[]::new)));
        assertThat(transaction.messages()).isInstanceOf(RawMessages.OnDisk.class);
        assertThat(transaction.heapBytes()).isLessThan(1 << 20);
        for (int round = 0; round < 2; round++) {
            List<Object> ids = new ArrayList<>();
            transaction.forEachChange(change -> {
                Tuple row = ((Change.Insert) change).row();
                long id = (Long) java.util.Objects.requireNonNull(row.decode(0, SqlType.INT4));
                assertThat(row.text(1)).isEqualTo(id % 100 == 0 ? large : "v" + id);
                ids.add(id);
            });
            assertThat(ids).hasSize(1_000).startsWith(0L).endsWith(999L);
        }
        transaction.close();
        assertThat(files()).isZero();
    }

    @Test
    void changesCarryTheVersionOfTheirTime() {
        TransactionAssembler assembler = assembler(Lsn.ZERO, 1 << 20);
        Relation wider =
                new Relation(
                        16400,
                        "public",
                        "t16400",
                        ReplicaIdentity.DEFAULT,
                        List.of(new RelationColumn("only", Wire.INT4, -1, true)));
        Transaction first =
                only(
                        feed(
                                assembler,
                                Wire.begin(0x100, 12),
                                Wire.relation(TABLE),
                                Wire.insert(16400, 1, "a"),
                                Wire.relation(wider),
                                Wire.insert(16400, 1),
                                Wire.commit(0x100, 0x130)));
        Transaction second =
                only(
                        feed(
                                assembler,
                                Wire.begin(0x200, 13),
                                Wire.insert(16400, 2),
                                Wire.commit(0x200, 0x230)));
        // the first is read after the second came
        assertThat(Wire.changes(second))
                .extracting(change -> ((Change.Insert) change).relation())
                .containsExactly(wider);
        assertThat(Wire.changes(first))
                .extracting(change -> ((Change.Insert) change).relation())
                .containsExactly(TABLE, wider);
    }

    @Test
    void deliversOurMessagesInAndOutsideTransactions() {
        TransactionAssembler assembler = assembler(Lsn.ZERO, 1 << 20);
        List<StreamEvent> events =
                feed(
                        assembler,
                        Wire.message(false, 0x90, "pgtrickle", "1"),
                        Wire.message(false, 0x91, "somebody", "else"),
                        Wire.begin(0x100, 12),
                        Wire.message(true, 0x95, "pgtrickle", "2"),
                        Wire.message(true, 0x96, "somebody", "else"),
                        Wire.commit(0x100, 0x130));
        assertThat(events).hasSize(2);
        assertThat(events.getFirst())
                .isInstanceOfSatisfying(
                        StreamEvent.Announced.class,
                        announced -> assertThat(announced.lsn()).isEqualTo(new Lsn(0x90)));
        assertThat(((StreamEvent.Committed) events.getLast()).transaction().changeCount())
                .isEqualTo(1);
    }

    @Test
    void skipsAForgedMessageOfGreatSize() {
        assertThat(
                        feed(
                                assembler(Lsn.ZERO, 1 << 20),
                                Wire.message(false, 0x90, "pgtrickle", "x".repeat(3_000_000))))
                .isEmpty();
    }

    @Test
    void refusesMessagesOutOfPlace() {
        assertMalformed(Wire.insert(16400, 1));
        assertMalformed(Wire.commit(1, 2));
        assertMalformed(Wire.begin(1, 1), Wire.begin(1, 1));
        assertMalformed(Wire.begin(1, 1), Wire.commit(2, 3));
        assertMalformed(Wire.begin(1, 1), Wire.commit(1, 1));
        assertMalformed(Wire.message(true, 1, "pgtrickle", "1"));
    }

    private void assertMalformed(RawMessage... stream) {
        assertThatThrownBy(() -> feed(assembler(Lsn.ZERO, 1 << 20), stream))
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.STREAM_MALFORMED));
    }

    private TransactionAssembler assembler(Lsn startAt, long limitBytes) {
        return new TransactionAssembler(
                new TransactionAssembler.Limits(directory, limitBytes),
                startAt,
                new XidWidening(RECENT_XID));
    }

    private static List<StreamEvent> feed(TransactionAssembler assembler, RawMessage... stream) {
        List<StreamEvent> events = new ArrayList<>();
        for (RawMessage message : stream) {
            assembler.accept(message).ifPresent(events::add);
        }
        return events;
    }

    private static Transaction only(List<StreamEvent> events) {
        assertThat(events).hasSize(1);
        return ((StreamEvent.Committed) events.getFirst()).transaction();
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.count();
        }
    }
}
