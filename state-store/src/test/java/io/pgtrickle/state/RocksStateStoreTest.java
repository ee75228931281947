package io.pgtrickle.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.model.ErrorCode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract on RocksDB, and what is about its files.
final class RocksStateStoreTest extends StateStoreContract {

    static final StoreLimits LIMITS = new StoreLimits(8 << 20, 4 << 20);

    @TempDir private Path root = Path.of("");

    @Override
    StateStore create() {
        return RocksStateStore.open(root.resolve("contract"), LIMITS);
    }

    @Override
    StateStore reopen(StateStore closing) {
        closing.close();
        return create();
    }

    @Test
    void onlyOneHasTheStoreOpen() {
        Path directory = root.resolve("state");
        try (RocksStateStore store = RocksStateStore.open(directory, LIMITS)) {
            fails(ErrorCode.STATE_IO, () -> RocksStateStore.open(directory, LIMITS));
            store.checkpoint(List.of(), Map.of("a", bytes("01")));
        }
        RocksStateStore.open(directory, LIMITS).close();
    }

    @Test
    void leavesAStrangersDirectoryAlone() throws IOException {
        Path directory = Files.createDirectory(root.resolve("home"));
        Files.writeString(directory.resolve("letter.txt"), "dear");
        fails(ErrorCode.STATE_FOREIGN, () -> RocksStateStore.open(directory, LIMITS));
        assertThat(names(directory)).containsExactly("letter.txt");
    }

    @Test
    void refusesAnotherFormat() throws IOException {
        Path directory = filled(1);
        Files.writeString(directory.resolve("FORMAT"), "pgtrickle state 2\n");
        fails(ErrorCode.STATE_FOREIGN, () -> RocksStateStore.open(directory, LIMITS));
        Files.writeString(directory.resolve("FORMAT"), "pgtrickle sta");
        fails(ErrorCode.STATE_CORRUPT, () -> RocksStateStore.open(directory, LIMITS));
        Files.delete(directory.resolve("FORMAT"));
        fails(ErrorCode.STATE_CORRUPT, () -> RocksStateStore.open(directory, LIMITS));
    }

    @Test
    void beginsAgainWhereMakingTheStoreWasInterrupted() throws IOException {
        Path directory = filled(1);
        Files.move(directory.resolve("FORMAT"), directory.resolve("FORMAT.new"));
        Files.delete(directory.resolve("db").resolve("CURRENT"));
        try (RocksStateStore store = RocksStateStore.open(directory, LIMITS)) {
            assertThat(store.spaceNames()).isEmpty();
        }
        assertThat(names(directory))
                .containsExactlyInAnyOrder("CLEAN", "FORMAT", "LOCK", "SEAL", "db");
    }

    @Test
    void noticesMissingFiles() throws IOException {
        for (String kind : List.of("CURRENT", "MANIFEST-", ".sst")) {
            Path directory = filled(2_000);
            try (Stream<Path> files = Files.list(directory.resolve("db"))) {
                for (Path file :
                        files.filter(path -> path.getFileName().toString().contains(kind))
                                .toList()) {
                    Files.delete(file);
                }
            }
            fails(ErrorCode.STATE_CORRUPT, () -> RocksStateStore.open(directory, LIMITS));
            // and leaves no lock behind
            fails(ErrorCode.STATE_CORRUPT, () -> RocksStateStore.open(directory, LIMITS));
        }
        Path directory = filled(2_000);
        Files.move(directory.resolve("db"), root.resolve("elsewhere"));
        fails(ErrorCode.STATE_CORRUPT, () -> RocksStateStore.open(directory, LIMITS));
    }

    @Test
    void findsFlippedBitsAfterACrash() throws IOException {
        Path directory = filled(2_000);
        flipABit(largestTable(directory));
        Files.delete(directory.resolve("CLEAN"));
        fails(ErrorCode.STATE_CORRUPT, () -> RocksStateStore.open(directory, LIMITS));
    }

    @Test
    void findsFlippedBitsWhenItReadsThem() throws IOException {
        Path directory = filled(2_000);
        flipABit(largestTable(directory));
        try (RocksStateStore store = RocksStateStore.open(directory, LIMITS)) {
            fails(ErrorCode.STATE_CORRUPT, () -> entries(store.space("v").arrangement(0), ""));
        }
    }

    @Test
    void verifiesTheLogsOnOpening() throws IOException {
        Path directory = filled(1);
        try (Stream<Path> files = Files.list(directory.resolve("db"))) {
            List<Path> options =
                    files.filter(path -> path.getFileName().toString().startsWith("OPTIONS-"))
                            .toList();
            assertThat(options).isNotEmpty();
            for (Path file : options) {
                assertThat(Files.readString(file))
                        .contains("track_and_verify_wals_in_manifest=true");
            }
        }
    }

    @Test
    void flushesMoreThanOneBatchTakes() {
        Path directory = root.resolve("large");
        try (RocksStateStore store = RocksStateStore.open(directory, LIMITS)) {
            StateSpace space = store.space("v");
            for (int i = 0; i < 20; i++) {
                space.arrangement(i).put(bytes("01"), incompressible(1_000_000, i));
            }
            space.flush();
            assertThat(space.storedBytes()).isGreaterThan(15_000_000);
            store.drop("v");
            assertThat(store.space("v").storedBytes()).isZero();
        }
        try (RocksStateStore store = RocksStateStore.open(directory, LIMITS)) {
            assertThat(store.spaceNames()).isEmpty();
        }
    }

    @Test
    void closesWhileAnotherThreadReads() throws InterruptedException {
        RocksStateStore store = RocksStateStore.open(filled(2_000), LIMITS);
        Arrangement arrangement = store.space("v").arrangement(0);
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread reader =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                while (true) {
                                    entries(arrangement, "");
                                    begun.countDown();
                                }
                            } catch (Throwable e) {
                                failure.complete(e);
                            }
                        });
        begun.await();
        store.close();
        reader.join();
        fails(
                ErrorCode.INTERNAL,
                () -> {
                    throw failure.join();
                });
    }

    /// A store that was closed in order, whose space "v" has so many entries of 1 KB, most of them in tables.
    private Path filled(int count) {
        Path directory = root.resolve("filled" + names(root).size());
        try (RocksStateStore store = RocksStateStore.open(directory, LIMITS)) {
            StateSpace space = store.space("v");
            for (int i = 0; i < count; i++) {
                space.arrangement(0).put(StoreKeys.number(i), incompressible(4_000, i));
                if (i % 100 == 0) {
                    store.checkpoint(List.of(space), Map.of());
                }
            }
        }
        return directory;
    }

    private static byte[] incompressible(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static Path largestTable(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("db"))) {
            return files.filter(path -> path.toString().endsWith(".sst"))
                    .max(Comparator.comparingLong(path -> path.toFile().length()))
                    .orElseThrow();
        }
    }

    private static void flipABit(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            long middle = file.length() / 2;
            file.seek(middle);
            int old = file.read();
            file.seek(middle);
            file.write(old ^ 1);
        }
    }

    private static List<String> names(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
