package io.pgtrickle.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What `StateStore` and `Arrangement` promise, for each implementation.
abstract class StateStoreContract {

    private StateStore store = new MemoryStateStore();

    /// An empty store.
    abstract StateStore create();

    /// Closes the store and opens what is left of it.
    abstract StateStore reopen(StateStore closing);

    @BeforeEach
    void createTheStore() {
        store = create();
    }

    @AfterEach
    void closeTheStore() {
        store.close();
    }

    @Test
    void readsWhatWasWritten() {
        Arrangement arrangement = store.space("v").arrangement(0);
        arrangement.put(bytes("01"), bytes("aa"));
        arrangement.put(bytes("02"), bytes(""));
        arrangement.put(bytes("01"), bytes("bb"));
        assertThat(arrangement.get(bytes("01"))).contains(bytes("bb"));
        assertThat(arrangement.get(bytes("02"))).contains(bytes(""));
        assertThat(arrangement.get(bytes("03"))).isEmpty();
        arrangement.delete(bytes("01"));
        arrangement.delete(bytes("03"));
        assertThat(arrangement.get(bytes("01"))).isEmpty();
        assertThat(entries(arrangement, "")).containsExactly("02=");
    }

    @Test
    void readsWhatWasWrittenBeforeAndAfterACheckpoint() {
        StateSpace space = store.space("v");
        Arrangement arrangement = space.arrangement(0);
        for (String key : List.of("01", "02", "03", "05")) {
            arrangement.put(bytes(key), bytes("aa"));
        }
        store.checkpoint(List.of(space), Map.of());
        arrangement.put(bytes("02"), bytes("bb"));
        arrangement.delete(bytes("03"));
        arrangement.put(bytes("04"), bytes("bb"));
        arrangement.delete(bytes("05"));
        assertThat(entries(arrangement, "")).containsExactly("01=aa", "02=bb", "04=bb");
        assertThat(arrangement.get(bytes("02"))).contains(bytes("bb"));
        assertThat(arrangement.get(bytes("03"))).isEmpty();
        store.checkpoint(List.of(space), Map.of());
        assertThat(entries(arrangement, "")).containsExactly("01=aa", "02=bb", "04=bb");
    }

    @Test
    void aReleasedSpaceIsFlushedUntilTheNextCheckpoint() {
        StateSpace space = store.space("v");
        Arrangement arrangement = space.arrangement(0);
        arrangement.put(bytes("01"), bytes("aa"));
        store.checkpoint(List.of(space), Map.of());
        space.release();
        arrangement.put(bytes("02"), bytes("bb"));
        space.flush();
        assertThat(space.pendingBytes()).isZero();
        arrangement.put(bytes("03"), bytes("cc"));
        store.checkpoint(List.of(space), Map.of());
        fails(ErrorCode.INTERNAL, space::flush);
        store = reopen(store);
        assertThat(entries(store.space("v").arrangement(0), ""))
                .containsExactly("01=aa", "02=bb", "03=cc");
    }

    @Test
    void revertsToTheLastCheckpoint() {
        StateSpace space = store.space("v");
        Arrangement arrangement = space.arrangement(0);
        arrangement.put(bytes("01"), bytes("aa"));
        arrangement.put(bytes("02"), bytes("aa"));
        store.checkpoint(List.of(space), Map.of());
        arrangement.put(bytes("02"), bytes("bb"));
        arrangement.put(bytes("02"), bytes("cc"));
        arrangement.delete(bytes("01"));
        arrangement.put(bytes("03"), bytes("bb"));
        space.revert();
        assertThat(entries(arrangement, "")).containsExactly("01=aa", "02=aa");
        assertThat(space.pendingBytes()).isZero();
        store.checkpoint(List.of(space), Map.of());
        assertThat(entries(arrangement, "")).containsExactly("01=aa", "02=aa");
    }

    @Test
    void scansInTheOrderOfUnsignedBytes() {
        StateSpace space = store.space("v");
        Arrangement arrangement = space.arrangement(0);
        for (String key : List.of("ff", "7f", "", "80", "7fff", "00", "0000")) {
            arrangement.put(bytes(key), bytes("01"));
        }
        List<String> ordered =
                List.of("=01", "00=01", "0000=01", "7f=01", "7fff=01", "80=01", "ff=01");
        assertThat(entries(arrangement, "")).isEqualTo(ordered);
        store.checkpoint(List.of(space), Map.of());
        assertThat(entries(arrangement, "")).isEqualTo(ordered);
    }

    @Test
    void scansThePrefixOnly() {
        StateSpace space = store.space("v");
        Arrangement arrangement = space.arrangement(0);
        for (String key :
                List.of(
                        "00", "01", "0100", "01ff", "01ffff", "02", "ff", "ffff", "ffff00",
                        "fffe")) {
            arrangement.put(bytes(key), bytes("01"));
        }
        for (int round = 0; round < 2; round++) {
            assertThat(entries(arrangement, "01"))
                    .containsExactly("01=01", "0100=01", "01ff=01", "01ffff=01");
            assertThat(entries(arrangement, "01ff")).containsExactly("01ff=01", "01ffff=01");
            assertThat(entries(arrangement, "ff"))
                    .containsExactly("ff=01", "fffe=01", "ffff=01", "ffff00=01");
            assertThat(entries(arrangement, "ffff")).containsExactly("ffff=01", "ffff00=01");
            assertThat(entries(arrangement, "03")).isEmpty();
            store.checkpoint(List.of(space), Map.of());
        }
    }

    @Test
    void scansPastManyDeletedEntries() {
        StateSpace space = store.space("v");
        Arrangement arrangement = space.arrangement(0);
        for (int i = 0; i < 1_000; i++) {
            arrangement.put(bytes("02%04x".formatted(i)), bytes("00"));
        }
        arrangement.put(bytes("01"), bytes("00"));
        arrangement.put(bytes("0204"), bytes("00"));
        arrangement.put(bytes("03"), bytes("00"));
        store.checkpoint(List.of(space), Map.of());
        for (int i = 0; i < 1_000; i++) {
            arrangement.delete(bytes("02%04x".formatted(i)));
        }
        store.checkpoint(List.of(space), Map.of());
        for (int round = 0; round < 2; round++) {
            assertThat(entries(arrangement, "01")).containsExactly("01=00");
            assertThat(entries(arrangement, "02")).containsExactly("0204=00");
            assertThat(entries(arrangement, "0200")).isEmpty();
            assertThat(entries(arrangement, "")).containsExactly("01=00", "0204=00", "03=00");
        }
    }

    @Test
    void keepsArrangementsAndSpacesApart() {
        List<StateSpace> spaces = List.of(store.space("a"), store.space("b"));
        for (StateSpace space : spaces) {
            for (int ordinal : List.of(0, 1, 255, 256, 65_535)) {
                space.arrangement(ordinal)
                        .put(bytes("ff"), (space.name() + ordinal).getBytes(UTF_8));
            }
        }
        for (int round = 0; round < 2; round++) {
            for (StateSpace space : spaces) {
                for (int ordinal : List.of(0, 1, 255, 256, 65_535)) {
                    String value =
                            HexFormat.of().formatHex((space.name() + ordinal).getBytes(UTF_8));
                    assertThat(entries(space.arrangement(ordinal), ""))
                            .containsExactly("ff=" + value);
                }
            }
            store.checkpoint(spaces, Map.of());
        }
        assertThat(entries(store.space("a").arrangement(2), "")).isEmpty();
    }

    @Test
    void refusesOrdinalsOutsideOfTwoBytes() {
        StateSpace space = store.space("v");
        fails(ErrorCode.INTERNAL, () -> space.arrangement(-1));
        fails(ErrorCode.INTERNAL, () -> space.arrangement(65_536));
    }

    @Test
    void aCursorShowsWhatWasThereWhenItWasOpened() {
        StateSpace space = store.space("v");
        Arrangement arrangement = space.arrangement(0);
        arrangement.put(bytes("01"), bytes("aa"));
        arrangement.put(bytes("02"), bytes("aa"));
        store.checkpoint(List.of(space), Map.of());
        arrangement.put(bytes("02"), bytes("bb"));
        arrangement.put(bytes("03"), bytes("bb"));
        arrangement.put(bytes("04"), bytes("bb"));
        try (Arrangement.Cursor cursor = arrangement.scan(bytes(""))) {
            arrangement.delete(bytes("01"));
            arrangement.put(bytes("03"), bytes("cc"));
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.key()).isEqualTo(bytes("01"));
            store.checkpoint(List.of(space), Map.of());
            arrangement.delete(bytes("04"));
            arrangement.put(bytes("05"), bytes("cc"));
            assertThat(rest(cursor)).containsExactly("02=bb", "03=bb", "04=bb");
            assertThat(cursor.next()).isFalse();
        }
        assertThat(entries(arrangement, "")).containsExactly("02=bb", "03=cc", "05=cc");
    }

    @Test
    void aCursorStandsBeforeItsFirstEntry() {
        StateSpace space = store.space("v");
        Arrangement arrangement = space.arrangement(0);
        arrangement.put(bytes("01"), bytes("aa"));
        store.checkpoint(List.of(space), Map.of());
        try (Arrangement.Cursor cursor = arrangement.scan(bytes(""))) {
            fails(ErrorCode.INTERNAL, cursor::value);
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.value()).isEqualTo(bytes("aa"));
            assertThat(cursor.value()).isEqualTo(bytes("aa"));
            assertThat(cursor.next()).isFalse();
            fails(ErrorCode.INTERNAL, cursor::value);
        }
    }

    @Test
    void reopenedShowsTheLastCheckpoint() {
        StateSpace space = store.space("v");
        space.arrangement(3).put(bytes("01"), bytes("aa"));
        space.arrangement(3).put(bytes("02"), bytes("aa"));
        store.checkpoint(List.of(space), Map.of("lsn", bytes("0100")));
        space.arrangement(3).put(bytes("01"), bytes("bb"));
        space.arrangement(3).delete(bytes("02"));
        space.arrangement(3).put(bytes("03"), bytes("bb"));
        store.space("unwritten").arrangement(0).put(bytes("01"), bytes("bb"));
        store = reopen(store);
        assertThat(store.spaceNames()).containsExactly("v");
        assertThat(store.metadata("lsn")).contains(bytes("0100"));
        assertThat(entries(store.space("v").arrangement(3), "")).containsExactly("01=aa", "02=aa");
        assertThat(store.space("v").pendingBytes()).isZero();
        assertThat(entries(store.space("unwritten").arrangement(0), "")).isEmpty();
    }

    @Test
    void aCheckpointWritesTheSpacesThatItNamesOnly() {
        StateSpace named = store.space("named");
        StateSpace other = store.space("other");
        for (int round = 1; round < 3; round++) {
            named.arrangement(0).put(bytes("0" + round), bytes("aa"));
            other.arrangement(0).put(bytes("0" + round), bytes("aa"));
            store.checkpoint(round == 1 ? List.of(named, other) : List.of(named), Map.of());
        }
        assertThat(entries(other.arrangement(0), "")).containsExactly("01=aa", "02=aa");
        assertThat(other.pendingBytes()).isPositive();
        assertThat(named.pendingBytes()).isZero();
        store = reopen(store);
        assertThat(entries(store.space("named").arrangement(0), ""))
                .containsExactly("01=aa", "02=aa");
        assertThat(entries(store.space("other").arrangement(0), "")).containsExactly("01=aa");
    }

    @Test
    void aCheckpointKeepsASpaceInWhichNothingWasWritten() {
        store.checkpoint(List.of(store.space("v")), Map.of());
        store = reopen(store);
        assertThat(store.spaceNames()).containsExactly("v");
    }

    @Test
    void metadataKeepsItsLastValue() {
        store.checkpoint(List.of(), Map.of("a", bytes("01"), "b", bytes("02")));
        store.checkpoint(List.of(), Map.of("a", bytes("03")));
        assertThat(store.metadata("a")).contains(bytes("03"));
        store = reopen(store);
        assertThat(store.metadata("a")).contains(bytes("03"));
        assertThat(store.metadata("b")).contains(bytes("02"));
        assertThat(store.metadata("c")).isEmpty();
        assertThat(store.spaceNames()).isEmpty();
    }

    @Test
    void aDroppedSpaceIsGoneAndItsNameIsFree() {
        StateSpace first = store.space("v");
        first.arrangement(0).put(bytes("01"), bytes("aa"));
        StateSpace neighbour = store.space("w");
        neighbour.arrangement(0).put(bytes("01"), bytes("aa"));
        store.checkpoint(List.of(first, neighbour), Map.of());
        store.drop("v");
        assertThat(store.spaceNames()).containsExactly("w");
        fails(ErrorCode.INTERNAL, () -> first.arrangement(0));
        fails(ErrorCode.INTERNAL, () -> store.checkpoint(List.of(first), Map.of()));
        StateSpace second = store.space("v");
        assertThat(entries(second.arrangement(0), "")).isEmpty();
        second.arrangement(0).put(bytes("02"), bytes("bb"));
        store.checkpoint(List.of(second), Map.of());
        store = reopen(store);
        assertThat(entries(store.space("v").arrangement(0), "")).containsExactly("02=bb");
        assertThat(entries(store.space("w").arrangement(0), "")).containsExactly("01=aa");
        store.drop("v");
        store = reopen(store);
        assertThat(store.spaceNames()).containsExactly("w");
        assertThat(entries(store.space("x").arrangement(0), "")).isEmpty();
    }

    @Test
    void droppingWhatIsNotThereDoesNothing() {
        store.drop("never");
        StateSpace made = store.space("made");
        made.arrangement(0).put(bytes("01"), bytes("aa"));
        store.drop("made");
        store.drop("made");
        assertThat(store.spaceNames()).isEmpty();
        assertThat(entries(store.space("made").arrangement(0), "")).isEmpty();
    }

    @Test
    void aFlushedSpaceSurvivesWithoutACheckpoint() {
        StateSpace space = store.space("v");
        space.arrangement(0).put(bytes("01"), bytes("aa"));
        space.flush();
        assertThat(space.pendingBytes()).isZero();
        space.arrangement(0).put(bytes("01"), bytes("bb"));
        space.arrangement(0).put(bytes("02"), bytes("bb"));
        assertThat(entries(space.arrangement(0), "")).containsExactly("01=bb", "02=bb");
        store = reopen(store);
        StateSpace reopened = store.space("v");
        assertThat(entries(reopened.arrangement(0), "")).containsExactly("01=aa");
        reopened.arrangement(0).put(bytes("03"), bytes("cc"));
        reopened.flush();
        store.checkpoint(List.of(reopened), Map.of());
        assertThat(entries(reopened.arrangement(0), "")).containsExactly("01=aa", "03=cc");
    }

    @Test
    void aSpaceOfACheckpointIsNotFlushed() {
        StateSpace space = store.space("v");
        store.checkpoint(List.of(space), Map.of());
        fails(ErrorCode.INTERNAL, space::flush);
        store = reopen(store);
        fails(ErrorCode.INTERNAL, store.space("v")::flush);
    }

    @Test
    void tellsWhatIsPending() {
        StateSpace space = store.space("v");
        assertThat(space.pendingBytes()).isZero();
        space.arrangement(0).put(bytes("01"), new byte[10_000]);
        space.arrangement(1).put(bytes("01"), new byte[10_000]);
        assertThat(space.pendingBytes()).isBetween(20_000L, 21_000L);
        space.arrangement(0).put(bytes("01"), new byte[1_000]);
        assertThat(space.pendingBytes()).isBetween(11_000L, 12_000L);
        space.arrangement(0).delete(bytes("01"));
        assertThat(space.pendingBytes()).isBetween(10_000L, 11_000L);
        store.checkpoint(List.of(space), Map.of());
        assertThat(space.pendingBytes()).isZero();
        assertThat(space.storedBytes()).isNotNegative();
    }

    @Test
    void oneNameIsOneSpace() {
        assertThat(store.space("v")).isSameAs(store.space("v"));
        assertThat(store.space("v").name()).isEqualTo("v");
        assertThat(store.space("").name()).isEmpty();
        assertThat(store.space("größe/\u0000'").name()).isEqualTo("größe/\u0000'");
        store.checkpoint(List.of(store.space(""), store.space("größe/\u0000'")), Map.of());
        store = reopen(store);
        assertThat(store.spaceNames()).containsExactlyInAnyOrder("", "größe/\u0000'");
    }

    @Test
    void refusesASpaceOfAnotherStore() {
        StateSpace foreign = new MemoryStateStore().space("v");
        fails(ErrorCode.INTERNAL, () -> store.checkpoint(List.of(foreign), Map.of()));
    }

    @Test
    void useAfterCloseIsAnError() {
        StateSpace space = store.space("v");
        Arrangement arrangement = space.arrangement(0);
        arrangement.put(bytes("01"), bytes("aa"));
        store.checkpoint(List.of(space), Map.of());
        Arrangement.Cursor cursor = arrangement.scan(bytes(""));
        assertThat(cursor.next()).isTrue();
        store.close();
        store.close();
        fails(ErrorCode.INTERNAL, cursor::next);
        cursor.close();
        fails(ErrorCode.INTERNAL, () -> arrangement.get(bytes("01")));
        fails(ErrorCode.INTERNAL, () -> arrangement.put(bytes("01"), bytes("aa")));
        fails(ErrorCode.INTERNAL, () -> arrangement.scan(bytes("")));
        fails(ErrorCode.INTERNAL, space::flush);
        fails(ErrorCode.INTERNAL, space::storedBytes);
        fails(ErrorCode.INTERNAL, () -> store.space("v"));
        fails(ErrorCode.INTERNAL, () -> store.drop("v"));
        fails(ErrorCode.INTERNAL, () -> store.metadata("a"));
        fails(ErrorCode.INTERNAL, () -> store.checkpoint(List.of(space), Map.of()));
    }

    static void fails(ErrorCode code, ThrowingCallable action) {
        assertThatExceptionOfType(PgtrickleException.class)
                .isThrownBy(action)
                .satisfies(e -> assertThat(e.code()).as(e.messageText()).isEqualTo(code));
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    static List<String> entries(Arrangement arrangement, String prefix) {
        try (Arrangement.Cursor cursor = arrangement.scan(bytes(prefix))) {
            return rest(cursor);
        }
    }

    private static List<String> rest(Arrangement.Cursor cursor) {
        List<String> entries = new ArrayList<>();
        while (cursor.next()) {
            entries.add(
                    HexFormat.of().formatHex(cursor.key())
                            + "="
                            + HexFormat.of().formatHex(cursor.value()));
        }
        return entries;
    }
}
