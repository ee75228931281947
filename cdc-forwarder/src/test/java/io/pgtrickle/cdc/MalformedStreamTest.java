package io.pgtrickle.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.cdc.Relation.ReplicaIdentity;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.SqlType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever bytes come, the outcome is a message or STREAM_MALFORMED (CDC.md, R10).
final class MalformedStreamTest {

    private static final int MUTANTS = 100_000;
    private static final long SEED = 20_260_101;

    private static final List<RawMessage> STREAM =
            List.of(
                    Wire.begin(0x100, 9),
                    Wire.origin(),
                    Wire.type(),
                    Wire.relation(Wire.table(16400, ReplicaIdentity.DEFAULT)),
                    Wire.relation(Wire.table(16500, ReplicaIdentity.FULL)),
                    Wire.insert(16400, 7, "abc"),
                    Wire.update(16400, 'K', Arrays.asList(7, null), List.of(8, 'u')),
                    Wire.update(16500, 'O', List.of(1, "a"), List.of(1, "b")),
                    Wire.delete(16500, 'O', 1, "b"),
                    Wire.truncate(1, 16400, 16500),
                    Wire.message(true, 0x90, "pgtrickle", "12"),
                    Wire.message(false, 0x90, "pgtrickle", "12"),
                    Wire.commit(0x100, 0x130));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void mutatedMessagesAreReadOrRefused() {
        Random random = new Random(SEED);
        int refused = 0;
        for (int i = 0; i < MUTANTS; i++) {
            RawMessage mutant = mutate(STREAM.get(random.nextInt(STREAM.size())), random);
            RelationScope relations = new RelationScope(new RelationHistory(), 0);
            relations.put(Wire.table(16400, ReplicaIdentity.DEFAULT));
            relations.put(Wire.table(16500, ReplicaIdentity.FULL));
            try {
                readAll(PgOutputDecoder.decode(mutant, relations));
            } catch (PgtrickleException e) {
                assertThat(e.code())
                        .as("mutant %d: %s", i, mutant)
                        .isEqualTo(ErrorCode.STREAM_MALFORMED);
                refused++;
            }
        }
        assertThat(refused).isBetween(MUTANTS / 10, MUTANTS);
    }

    @Test
    void mutatedStreamsAreAssembledOrRefused() {
        Random random = new Random(SEED);
        int completed = 0;
        for (int i = 0; i < MUTANTS / 20; i++) {
            List<RawMessage> stream = new ArrayList<>(STREAM);
            int place = random.nextInt(stream.size());
            switch (random.nextInt(3)) {
                case 0 -> stream.remove(place);
                case 1 -> stream.add(place, stream.get(random.nextInt(stream.size())));
                default -> stream.set(place, mutate(stream.get(place), random));
            }
            TransactionAssembler assembler =
                    new TransactionAssembler(
                            new TransactionAssembler.Limits(directory, 1 << 20),
                            Lsn.ZERO,
                            new XidWidening(1));
            try {
                for (RawMessage message : stream) {
                    if (assembler.accept(message).orElse(new StreamEvent.Idle(Lsn.ZERO))
                            instanceof StreamEvent.Committed(Transaction transaction)) {
                        transaction.forEachChange(MalformedStreamTest::readAll);
                        completed++;
                    }
                }
            } catch (PgtrickleException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.STREAM_MALFORMED);
            }
        }
        assertThat(completed).isPositive();
    }

    private static void readAll(StreamMessage message) {
        switch (message) {
            case Change.Insert(_, Tuple row) -> readAll(row);
            case Change.Update update -> {
                update.old().ifPresent(MalformedStreamTest::readAll);
                readAll(update.row());
            }
            case Change.Delete(_, Tuple old) -> readAll(old);
            case Change _, Relation _, StreamMessage _ -> {}
        }
    }

    private static void readAll(Tuple tuple) {
        for (int i = 0; i < tuple.width(); i++) {
            if (tuple.kind(i) != Tuple.Kind.UNCHANGED) {
                assertThat(tuple.decode(i, new SqlType.Opaque(1, false))).isNotEqualTo("");
            }
        }
    }

    private static RawMessage mutate(RawMessage message, Random random) {
        byte[] bytes =
                Arrays.copyOfRange(
                        message.array(), message.offset(), message.offset() + message.length());
        int mutations = 1 + random.nextInt(3);
        for (int i = 0; i < mutations && bytes.length > 0; i++) {
            int place = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[place] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[place] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, place);
                default ->
                        Arrays.fill(
                                bytes,
                                place,
                                Math.min(bytes.length, place + 4),
                                (byte) (random.nextBoolean() ? 0x7f : -1));
            }
        }
        return new RawMessage(bytes, 0, bytes.length);
    }
}
