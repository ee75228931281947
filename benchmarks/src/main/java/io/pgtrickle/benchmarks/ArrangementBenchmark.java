package io.pgtrickle.benchmarks;

import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.state.Arrangement;
import io.pgtrickle.state.RocksStateStore;
import io.pgtrickle.state.StateSpace;
import io.pgtrickle.state.StoreLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// One access to state on RocksDB, in microseconds, against the number of entries: keys of a part and a number, ten numbers a part.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class ArrangementBenchmark {

    private static final int ENTRIES_A_PART = 10;
    private static final int FLUSHED = 100_000;
    private static final StoreLimits LIMITS = new StoreLimits(256L << 20, 64L << 20, 128L << 20);

    @Param({"100000", "10000000"})
    private int entries;

    private final SplittableRandom random = new SplittableRandom(1);
    private Optional<Filled> filled = Optional.empty();
    private int puts;

    private record Filled(
            Path directory, RocksStateStore store, StateSpace space, Arrangement arrangement) {}

    @Setup
    public void fill() throws IOException {
        Path directory = Files.createTempDirectory("pgtrickle-benchmark");
        RocksStateStore store = RocksStateStore.open(directory.resolve("store"), LIMITS);
        StateSpace space = store.space("view");
        Arrangement arrangement = space.arrangement(0);
        for (int i = 0; i < entries; i++) {
            arrangement.put(key(i), key(i));
            if (i % FLUSHED == 0) {
                space.flush();
            }
        }
        space.flush();
        store.checkpoint(List.of(space), Map.of());
        filled = Optional.of(new Filled(directory, store, space, arrangement));
    }

    @TearDown
    public void clear() throws IOException {
        Filled state = filled.orElseThrow();
        state.store().close();
        try (Stream<Path> files = Files.walk(state.directory())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Benchmark
    public Optional<byte[]> get() {
        return filled.orElseThrow().arrangement().get(key(random.nextInt(entries)));
    }

    @Benchmark
    public Optional<byte[]> miss() {
        return filled.orElseThrow().arrangement().get(key(entries + random.nextInt(entries)));
    }

    /// A part's ten entries.
    @Benchmark
    public int scan() {
        int part = random.nextInt(entries) / ENTRIES_A_PART;
        int found = 0;
        try (Arrangement.Cursor cursor =
                filled.orElseThrow()
                        .arrangement()
                        .scan(new ByteWriter().writeInt(part).toByteArray())) {
            while (cursor.next()) {
                found++;
            }
        }
        return found;
    }

    /// With a checkpoint each ten thousand.
    @Benchmark
    public void put() {
        Filled state = filled.orElseThrow();
        byte[] key = key(random.nextInt(entries));
        state.arrangement().put(key, key);
        if (++puts % 10_000 == 0) {
            state.store().checkpoint(List.of(state.space()), Map.of());
        }
    }

    private static byte[] key(int number) {
        return new ByteWriter()
                .writeInt(number / ENTRIES_A_PART)
                .writeInt(number % ENTRIES_A_PART)
                .toByteArray();
    }
}
