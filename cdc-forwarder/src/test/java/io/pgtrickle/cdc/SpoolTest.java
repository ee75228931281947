package io.pgtrickle.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.cdc.Relation.ReplicaIdentity;
import io.pgtrickle.model.Lsn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SpoolTest {

    private static final Relation WANTED = Wire.table(1, ReplicaIdentity.DEFAULT);
    private static final Relation OTHER = Wire.table(2, ReplicaIdentity.DEFAULT);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void keepsWhatConcernsItsTables() {
        TransactionAssembler assembler = assembler();
        try (Spool spool = Spool.create(directory, Set.of(1L))) {
            spool.append(
                    transaction(
                            assembler,
                            1,
                            Wire.relation(WANTED),
                            Wire.relation(OTHER),
                            Wire.insert(1, 1, "a"),
                            Wire.insert(2, 2, "b")));
            spool.append(transaction(assembler, 2, Wire.insert(2, 3, "c")));
            spool.append(
                    transaction(
                            assembler,
                            3,
                            Wire.truncate(0, 2, 1),
                            Wire.message(true, 1, "pgtrickle", "1")));
            assertThat(spool.count()).isEqualTo(2);
            assertThat(spool.appended()).isEqualTo(new Lsn(0x330));

            Transaction first = spool.next().orElseThrow();
            assertThat(first.changeCount()).isEqualTo(1);
            assertThat(first.xid()).isEqualTo(1);
            assertThat(first.commitLsn()).isEqualTo(new Lsn(0x100));
            assertThat(first.endLsn()).isEqualTo(new Lsn(0x130));
            assertThat(Wire.changes(first))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            Change.Insert.class,
                            insert -> assertThat(insert.relation()).isEqualTo(WANTED));
            Transaction second = spool.next().orElseThrow();
            assertThat(Wire.changes(second))
                    .containsExactly(new Change.Truncate(List.of(OTHER, WANTED), false, false));
            assertThat(spool.next()).isEmpty();

            spool.append(transaction(assembler, 4, Wire.insert(1, 9, "z")));
            assertThat(spool.next().orElseThrow().commitLsn()).isEqualTo(new Lsn(0x400));
            assertThat(spool.next()).isEmpty();
        }
    }

    @Test
    void goesOnAfterAReconnection() {
        try (Spool spool = Spool.create(directory, Set.of(1L))) {
            spool.append(
                    transaction(assembler(), 1, Wire.relation(WANTED), Wire.insert(1, 1, "a")));
            Relation renamed =
                    new Relation(1, "public", "renamed", ReplicaIdentity.FULL, WANTED.columns());
            spool.append(
                    transaction(assembler(), 2, Wire.relation(renamed), Wire.insert(1, 2, "b")));
            assertThat(Wire.changes(spool.next().orElseThrow()))
                    .extracting(change -> ((Change.Insert) change).relation())
                    .containsExactly(WANTED);
            assertThat(Wire.changes(spool.next().orElseThrow()))
                    .extracting(change -> ((Change.Insert) change).relation())
                    .containsExactly(renamed);
        }
    }

    @Test
    void isReadWhileItGrows() throws ExecutionException, InterruptedException {
        int count = 2_000;
        try (Spool spool = Spool.create(directory, Set.of(1L))) {
            FutureTask<Integer> writing =
                    new FutureTask<>(() -> {
                        TransactionAssembler assembler = assembler();
                        spool.append(
                                transaction(
                                        assembler,
                                        1,
                                        Wire.relation(WANTED),
                                        Wire.insert(1, 1, "a")));
                        for (int i = 2; i <= count; i++) {
                            spool.append(
                                    transaction(assembler, i, Wire.insert(1, i, "v".repeat(i))));
                        }
                        return count;
                    });
            Thread.ofVirtual().start(writing);
            List<Long> xids = new ArrayList<>();
            while (xids.size() < count) {
                Optional<Transaction> next = spool.next();
                if (next.isEmpty()) {
                    assertThat(writing.isDone() && spool.count() == xids.size())
                            .as("ended at %d", xids.size())
                            .isFalse();
                    Thread.onSpinWait();
                    continue;
                }
                Transaction transaction = next.get();
                xids.add(transaction.xid());
                long xid = transaction.xid();
                transaction.forEachChange(change ->
                        assertThat(((Change.Insert) change).row().text(1))
                                .hasSize(xid == 1 ? 1 : (int) xid));
            }
            assertThat(writing.get()).isEqualTo(count);
            assertThat(xids).isSorted().hasSize(count);
        }
    }

    @Test
    void removesItsFileAndLeftovers() throws IOException {
        Files.writeString(directory.resolve("left.spool"), "x");
        Files.writeString(directory.resolve("other"), "x");
        Spool.deleteLeftovers(directory);
        Spool.create(directory, Set.of(1L)).close();
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(path -> path.getFileName().toString())).containsExactly("other");
        }
    }

    private TransactionAssembler assembler() {
        return new TransactionAssembler(
                new TransactionAssembler.Limits(directory, 1 << 20), Lsn.ZERO, new XidWidening(1));
    }

    private static Transaction transaction(
            TransactionAssembler assembler, int number, RawMessage... messages) {
        long lsn = 0x100L * number;
        assertThat(assembler.accept(Wire.begin(lsn, number))).isEmpty();
        for (RawMessage message : messages) {
            assertThat(assembler.accept(message)).isEmpty();
        }
        StreamEvent event = assembler.accept(Wire.commit(lsn, lsn + 0x30)).orElseThrow();
        return ((StreamEvent.Committed) event).transaction();
    }
}
