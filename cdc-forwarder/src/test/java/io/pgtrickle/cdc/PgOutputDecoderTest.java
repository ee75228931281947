package io.pgtrickle.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.cdc.Relation.ReplicaIdentity;
import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class PgOutputDecoderTest {

    private static final SqlType TEXT = new SqlType.Text(Oids.TEXT, false, Collation.C);
    private static final Relation KEYED = Wire.table(16400, ReplicaIdentity.DEFAULT);
    private static final Relation FULL = Wire.table(16500, ReplicaIdentity.FULL);

    private final RelationScope relations = new RelationScope(new RelationHistory(), 0);

    @Test
    void readsBeginAndCommit() {
        assertThat(decode(Wire.begin(0x1_0000_0010L, -5)))
                .isEqualTo(
                        new StreamMessage.Begin(
                                Lsn.parse("1/10"), Instant.parse("2000-01-01T00:00:01Z"), -5));
        assertThat(decode(Wire.commit(0x10, 0x40)))
                .isEqualTo(
                        new StreamMessage.Commit(
                                Lsn.parse("0/10"),
                                Lsn.parse("0/40"),
                                Instant.parse("2000-01-01T00:00:01Z")));
    }

    @Test
    void readsOriginAndType() {
        assertThat(decode(Wire.origin()))
                .isEqualTo(new StreamMessage.Origin(new Lsn(7), "elsewhere"));
        assertThat(decode(Wire.type()))
                .isEqualTo(new StreamMessage.TypeName(4711, "pg_catalog", "mood"));
    }

    @Test
    void readsRelations() {
        assertThat(decode(Wire.relation(KEYED))).isEqualTo(KEYED);
        Relation large = new Relation(0xffff_fffeL, "s", "\"ü\"", ReplicaIdentity.INDEX, List.of());
        assertThat(decode(Wire.relation(large))).isEqualTo(large);
    }

    @Test
    void readsRowsWithoutCopying() {
        describe();
        Change.Insert insert = (Change.Insert) decode(Wire.insert(16400, 7, "é"));
        assertThat(insert.relation()).isEqualTo(KEYED);
        assertThat(insert.row().width()).isEqualTo(2);
        assertThat(insert.row().kind(0)).isEqualTo(Tuple.Kind.BINARY);
        assertThat(insert.row().decode(0, SqlType.INT4)).isEqualTo(7L);
        assertThat(insert.row().decode(1, TEXT)).isEqualTo("é");
    }

    @Test
    void readsNullUnchangedAndTextCells() {
        describe();
        Change.Insert insert = (Change.Insert) decode(Wire.insert(16400, null, 'u'));
        assertThat(insert.row().kind(0)).isEqualTo(Tuple.Kind.NULL);
        assertThat(insert.row().decode(0, SqlType.INT4)).isNull();
        assertThat(insert.row().kind(1)).isEqualTo(Tuple.Kind.UNCHANGED);
        assertThatThrownBy(() -> insert.row().decode(1, TEXT))
                .isInstanceOf(PgtrickleException.class);

        Tuple text = ((Change.Insert) decode(Wire.insert(16400, 1, 't'))).row();
        assertThat(text.kind(1)).isEqualTo(Tuple.Kind.TEXT);
        assertThat(text.text(1)).isEqualTo("x");
        assertMalformed(() -> text.decode(1, TEXT));
    }

    @Test
    void readsUpdatesWithAndWithoutOldRows() {
        describe();
        Change.Update plain =
                (Change.Update) decode(Wire.update(16400, ' ', List.of(), List.of(1, "b")));
        assertThat(plain.old()).isEmpty();
        Change.Update moved =
                (Change.Update)
                        decode(Wire.update(16400, 'K', Arrays.asList(1, null), List.of(2, "b")));
        assertThat(moved.old().orElseThrow().decode(0, SqlType.INT4)).isEqualTo(1L);
        Change.Update full =
                (Change.Update) decode(Wire.update(16500, 'O', List.of(1, "a"), List.of(1, 'u')));
        assertThat(full.old().orElseThrow().decode(1, TEXT)).isEqualTo("a");
        assertThat(full.row().kind(1)).isEqualTo(Tuple.Kind.UNCHANGED);
    }

    @Test
    void readsDeletes() {
        describe();
        Change.Delete byKey = (Change.Delete) decode(Wire.delete(16400, 'K', 3, null));
        assertThat(byKey.old().decode(0, SqlType.INT4)).isEqualTo(3L);
        Change.Delete whole = (Change.Delete) decode(Wire.delete(16500, 'O', 3, "x"));
        assertThat(whole.old().decode(1, TEXT)).isEqualTo("x");
    }

    @Test
    void refusesAnOldRowThatTheReplicaIdentityDoesNotGive() {
        describe();
        assertMalformed(() -> decode(Wire.delete(16400, 'O', 3, "x")));
        assertMalformed(() -> decode(Wire.delete(16500, 'K', 3, null)));
    }

    @Test
    void readsTruncatesOfSeveralTables() {
        describe();
        assertThat(decode(Wire.truncate(3, 16400, 16500)))
                .isEqualTo(new Change.Truncate(List.of(KEYED, FULL), true, true));
        assertThat(decode(Wire.truncate(0, 16500)))
                .isEqualTo(new Change.Truncate(List.of(FULL), false, false));
    }

    @Test
    void readsMessages() {
        assertThat(decode(Wire.message(true, 5, "p", "hi")))
                .isEqualTo(new Change.Message("p", Bytes.of((byte) 'h', (byte) 'i'), true));
        assertThat(decode(Wire.message(false, 5, "", "")))
                .isEqualTo(new Change.Message("", Bytes.of(), false));
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        describe();
        assertMalformed(() -> decode(new RawMessage(new byte[0], 0, 0)));
        assertMalformed(() -> decode(new RawMessage(new byte[] {'S', 0, 0, 0, 1}, 0, 5)));
        assertMalformed(() -> decode(Wire.insert(999, 1)));
        assertMalformed(() -> decode(Wire.insert(16400, 1)));
        assertMalformed(() -> decode(Wire.truncate(8, 16400)));
    }

    @Test
    void refusesEveryPrefixAndEveryTail() {
        describe();
        List<RawMessage> whole =
                List.of(
                        Wire.begin(1, 1),
                        Wire.commit(1, 2),
                        Wire.relation(KEYED),
                        Wire.insert(16400, 7, "abc"),
                        Wire.update(16500, 'O', List.of(1, "a"), List.of(1, 'u')),
                        Wire.truncate(0, 16400, 16500),
                        Wire.message(true, 5, "p", "hi"),
                        Wire.origin(),
                        Wire.type());
        for (RawMessage message : whole) {
            for (int length = 0; length < message.length(); length++) {
                RawMessage shorter = new RawMessage(message.array(), message.offset(), length);
                assertMalformed(() -> decode(shorter));
            }
            byte[] longer = Arrays.copyOf(message.array(), message.array().length + 1);
            assertMalformed(
                    () -> decode(new RawMessage(longer, message.offset(), message.length() + 1)));
        }
    }

    @Test
    void neverBelievesALength() {
        describe();
        for (int length : new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 5}) {
            byte[] insert =
                    HexFormat.of()
                            .parseHex(
                                    "49000040104e0001"
                                            + "62"
                                            + "%08x".formatted(length)
                                            + "00000001");
            assertMalformed(() -> decode(new RawMessage(insert, 0, insert.length)));
        }
        byte[] wide = HexFormat.of().parseHex("49000040104effff6e");
        assertMalformed(() -> decode(new RawMessage(wide, 0, wide.length)));
        byte[] manyTables = HexFormat.of().parseHex("547fffffff0000004010");
        assertMalformed(() -> decode(new RawMessage(manyTables, 0, manyTables.length)));
    }

    /// The bytes that PostgreSQL sends for 72 values of as many types.
    @Test
    void readsWhatPostgresSendsForEveryType() throws IOException {
        Map<String, Optional<Object>> expected =
                Map.of(
                        "bool", Optional.of(true),
                        "int2", Optional.of(-2L),
                        "int4", Optional.of(-2L),
                        "int8", Optional.of(-2L),
                        "float4", Optional.of(1.5f),
                        "text", Optional.of("é"));
        Map<String, SqlType> types =
                Map.of(
                        "bool", SqlType.BOOL,
                        "int2", SqlType.INT2,
                        "int4", SqlType.INT4,
                        "int8", SqlType.INT8,
                        "float4", SqlType.FLOAT4,
                        "text", TEXT);
        int seen = 0;
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                Objects.requireNonNull(
                                        getClass().getResourceAsStream("binary-types.txt")),
                                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("#")) {
                    continue;
                }
                String name = line.substring(0, 19).strip();
                String[] parts = line.substring(19).split(" +", 3);
                byte[] image =
                        parts[0].equals("t")
                                ? parts[2].substring("text:".length())
                                        .getBytes(StandardCharsets.UTF_8)
                                : HexFormat.of().parseHex(parts[2]);
                Tuple tuple = tupleOf(parts[0].charAt(0), image);
                seen++;
                assertThat(tuple.kind(0))
                        .as(name)
                        .isEqualTo(parts[0].equals("t") ? Tuple.Kind.TEXT : Tuple.Kind.BINARY);
                if (tuple.kind(0) == Tuple.Kind.TEXT) {
                    assertThat(tuple.text(0)).isEqualTo("postgres=r/postgres");
                    continue;
                }
                assertThat(tuple.decode(0, new SqlType.Opaque(1, false)))
                        .as(name)
                        .isEqualTo(Bytes.of(image));
                if (types.containsKey(name)) {
                    assertThat(Optional.ofNullable(tuple.decode(0, types.get(name))))
                            .as(name)
                            .isEqualTo(expected.get(name));
                }
            }
        }
        assertThat(seen).isEqualTo(72);
    }

    private static Tuple tupleOf(char kind, byte[] image) {
        Relation one =
                new Relation(
                        1, "s", "t", ReplicaIdentity.DEFAULT, List.of(KEYED.columns().getFirst()));
        RelationScope scope = new RelationScope(new RelationHistory(), 0);
        scope.put(one);
        RawMessage insert = Wire.insert(1, (Object) image);
        // the first cell's kind stands behind tag, oid, 'N' and the width
        insert.array()[insert.offset() + 8] = (byte) kind;
        return ((Change.Insert) PgOutputDecoder.decode(insert, scope)).row();
    }

    private void describe() {
        relations.put(KEYED);
        relations.put(FULL);
    }

    private StreamMessage decode(RawMessage message) {
        return PgOutputDecoder.decode(message, relations);
    }

    private static void assertMalformed(
            org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.STREAM_MALFORMED));
    }
}
