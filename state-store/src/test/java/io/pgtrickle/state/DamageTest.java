package io.pgtrickle.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damage of every kind to every file of a store that was closed in order, or whose process was killed: it is noticed, or it does no harm, or
/// the store is as it was at an earlier checkpoint and says so. Never is its content another one than at some checkpoint.
final class DamageTest {

    /// What becomes of a file.
    private enum Damage {
        MISSING,
        EMPTY,
        HALF,
        SHORT_BY_ONE,
        BIT_FLIPPED_AT_THE_BEGINNING,
        BIT_FLIPPED_IN_THE_MIDDLE,
        BIT_FLIPPED_AT_THE_END,
        ZEROES,
        FOREIGN,
        OLD
    }

    private static final List<String> FILES =
            List.of(
                    "CURRENT",
                    "MANIFEST-",
                    ".sst",
                    ".log",
                    "OPTIONS-",
                    "IDENTITY",
                    "FORMAT",
                    "SEAL",
                    "CLEAN");
    private static final Set<ErrorCode> NOTICED =
            Set.of(ErrorCode.STATE_CORRUPT, ErrorCode.STATE_FOREIGN, ErrorCode.STATE_IO);
    private static final int CHECKPOINTS = 12;
    private static final String POSITION = "position";

    /// So small that tables are written.
    private static final StoreLimits LIMITS = new StoreLimits(1 << 20, 1 << 20);

    @TempDir private Path root = Path.of("");

    private final Map<Integer, Map<String, String>> contents = new TreeMap<>();

    @Test
    void noDamageIsSilent() throws IOException {
        Path old = root.resolve("old");
        Path killed = root.resolve("killed");
        Path closed = root.resolve("closed");
        write(old, killed, closed);
        int cases = 0;
        int noticed = 0;
        int setBack = 0;
        List<String> silent = new ArrayList<>();
        for (Path moment : List.of(closed, killed)) {
            for (String kind : FILES) {
                for (Damage damage : Damage.values()) {
                    Path copy = copy(moment, root.resolve("copy"));
                    if (!harm(copy, old, kind, damage)) {
                        continue;
                    }
                    cases++;
                    String name = moment.getFileName() + ", " + kind + ", " + damage;
                    try {
                        int position = check(copy, name, silent);
                        setBack += position < CHECKPOINTS ? 1 : 0;
                    } catch (PgtrickleException e) {
                        assertThat(e.code()).as(name).isIn(NOTICED);
                        noticed++;
                    }
                }
            }
        }
        System.out.println(
                "damage: %d kinds and moments, %d noticed, %d harmless, %d back at an earlier checkpoint, %d silent"
                        .formatted(
                                cases,
                                noticed,
                                cases - noticed - setBack - silent.size(),
                                setBack,
                                silent.size()));
        assertThat(silent).isEmpty();
        assertThat(cases).isGreaterThanOrEqualTo(57);
    }

    private void write(Path old, Path killed, Path closed) throws IOException {
        Random random = new Random(1);
        try (RocksStateStore store = RocksStateStore.open(closed, LIMITS)) {
            StateSpace space = store.space("v");
            for (int position = 1; position <= CHECKPOINTS; position++) {
                for (int i = 0; i < 60; i++) {
                    byte[] value = new byte[2_000];
                    random.nextBytes(value);
                    space.arrangement(i % 2).put(StoreKeys.number(random.nextInt(300)), value);
                    space.arrangement(i % 2).delete(StoreKeys.number(random.nextInt(300)));
                }
                store.checkpoint(List.of(space), Map.of(POSITION, StoreKeys.number(position)));
                contents.put(position, content(store));
                if (position == CHECKPOINTS / 2) {
                    copy(closed, old);
                }
            }
            copy(closed, killed);
        }
    }

    /// @return the position at which the store says that it is
    private int check(Path directory, String name, List<String> silent) {
        try (RocksStateStore store = RocksStateStore.open(directory, LIMITS)) {
            Optional<byte[]> position = store.metadata(POSITION);
            int at = position.map(bytes -> java.nio.ByteBuffer.wrap(bytes).getInt()).orElse(0);
            // without a position all of it is made anew
            if (at != 0 && !content(store).equals(contents.get(at))) {
                silent.add(name);
            }
            return at;
        }
    }

    private static Map<String, String> content(StateStore store) {
        Map<String, String> content = new TreeMap<>();
        for (int ordinal = 0; ordinal < 2; ordinal++) {
            try (Arrangement.Cursor cursor =
                    store.space("v").arrangement(ordinal).scan(new byte[0])) {
                while (cursor.next()) {
                    content.put(
                            ordinal + Arrays.toString(cursor.key()),
                            Integer.toString(Arrays.hashCode(cursor.value())));
                }
            }
        }
        return content;
    }

    /// @return false where there is no such file, or nothing old of its kind
    private static boolean harm(Path directory, Path old, String kind, Damage damage)
            throws IOException {
        Optional<Path> found = largest(directory, kind);
        if (found.isEmpty()) {
            return false;
        }
        Path file = found.get();
        byte[] bytes = Files.readAllBytes(file);
        Optional<byte[]> changed =
                switch (damage) {
                    case MISSING -> Optional.empty();
                    case EMPTY -> Optional.of(new byte[0]);
                    case HALF -> Optional.of(Arrays.copyOf(bytes, bytes.length / 2));
                    case SHORT_BY_ONE ->
                            Optional.of(Arrays.copyOf(bytes, Math.max(0, bytes.length - 1)));
                    case BIT_FLIPPED_AT_THE_BEGINNING -> Optional.of(flipped(bytes, 1));
                    case BIT_FLIPPED_IN_THE_MIDDLE -> Optional.of(flipped(bytes, bytes.length / 2));
                    case BIT_FLIPPED_AT_THE_END -> Optional.of(flipped(bytes, bytes.length - 2));
                    case ZEROES -> Optional.of(new byte[bytes.length]);
                    case FOREIGN -> Optional.of("dear diary\n".repeat(500).getBytes(UTF_8));
                    case OLD -> {
                        Optional<Path> before = largest(old, kind);
                        yield before.isEmpty()
                                ? Optional.of(bytes)
                                : Optional.of(Files.readAllBytes(before.get()));
                    }
                };
        if (changed.isEmpty()) {
            Files.delete(file);
            return true;
        }
        if (Arrays.equals(changed.get(), bytes)) {
            return false;
        }
        Files.write(file, changed.get(), StandardOpenOption.TRUNCATE_EXISTING);
        return true;
    }

    private static byte[] flipped(byte[] bytes, int place) {
        byte[] changed = bytes.clone();
        if (place >= 0 && place < changed.length) {
            changed[place] ^= 4;
        }
        return changed;
    }

    private static Optional<Path> largest(Path directory, String kind) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(path -> path.getFileName().toString().contains(kind))
                    .max(Comparator.comparingLong(path -> path.toFile().length()));
        }
    }

    private static Path copy(Path from, Path to) throws IOException {
        if (Files.exists(to)) {
            try (Stream<Path> files = Files.walk(to)) {
                for (Path file : files.toList().reversed()) {
                    Files.delete(file);
                }
            }
        }
        List<Path> files;
        try (Stream<Path> walk = Files.walk(from)) {
            files = walk.toList();
        }
        for (Path file : files) {
            Files.copy(
                    file,
                    to.resolve(from.relativize(file).toString()),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        return to;
    }
}
