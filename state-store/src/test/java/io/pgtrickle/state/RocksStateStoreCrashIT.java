package io.pgtrickle.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that writes checkpoints is killed at random instants; what it leaves is one of its checkpoints, whole, and not
/// before the last that it was told of. `-Dpgtrickle.crash.seed` repeats a run as far as that can be, `-Dpgtrickle.crash.kills`
/// makes it longer.
final class RocksStateStoreCrashIT {

    private static final int MAX_CHECKPOINTS_BEFORE_KILL = 400;
    private static final int MAX_SPIN_NANOS = 3_000_000;

    @TempDir private Path root = Path.of("");

    @Test
    void aKilledProcessLeavesExactlyACheckpoint() throws IOException, InterruptedException {
        int kills = Integer.getInteger("pgtrickle.crash.kills", 10);
        long seed = Long.getLong("pgtrickle.crash.seed", System.nanoTime());
        Random random = new Random(seed);
        Path directory = root.resolve("state");
        int last = 0;
        for (int kill = 0; kill < kills; kill++) {
            int acknowledged = runAndKill(directory, random);
            int found = check(directory, "kill " + kill + " of seed " + seed);
            System.out.printf(
                    "seed %d: kill %d after checkpoint %d was acknowledged, found checkpoint %d%n",
                    seed, kill, acknowledged, found);
            assertThat(found).as("seed %d", seed).isGreaterThanOrEqualTo(acknowledged);
            assertThat(found).as("seed %d", seed).isGreaterThanOrEqualTo(last);
            last = found;
        }
        assertThat(last).isPositive();
    }

    /// Lets a process write until some checkpoints were reported and a random while after, then kills it.
    private static int runAndKill(Path directory, Random random)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-Xmx128m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                CheckpointLoop.class.getName(),
                                directory.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        int acknowledged = 0;
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (int left = 1 + random.nextInt(MAX_CHECKPOINTS_BEFORE_KILL); left > 0; left--) {
                String line = lines.readLine();
                assertThat(line).as("the child process ended").isNotNull();
                acknowledged = Integer.parseInt(line);
            }
            long deadline = System.nanoTime() + random.nextInt(MAX_SPIN_NANOS);
            while (System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            // not the process's own method, which closes the pipe as well
            process.toHandle().destroyForcibly();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                acknowledged = line.isEmpty() ? acknowledged : Integer.parseInt(line);
            }
        } finally {
            process.destroyForcibly().waitFor();
        }
        return acknowledged;
    }

    /// The number of the checkpoint that the store is at, after comparing everything in it with what it must then have.
    private static int check(Path directory, String what) {
        try (RocksStateStore store = RocksStateStore.open(directory, CheckpointLoop.LIMITS)) {
            int counter =
                    store.metadata(CheckpointLoop.COUNTER)
                            .map(bytes -> ByteBuffer.wrap(bytes).getInt())
                            .orElse(0);
            for (String name : CheckpointLoop.SPACES) {
                Map<Integer, Integer> expected = CheckpointLoop.expected(name, counter);
                Map<Integer, Integer> found = CheckpointLoop.read(store.space(name).arrangement(1));
                assertThat(found).as("%s, space %s at %d", what, name, counter).isEqualTo(expected);
            }
            // a space that is dropped and made again has entries of one life only
            assertThat(
                            CheckpointLoop.read(
                                            store.space(CheckpointLoop.TEMPORARY).arrangement(1))
                                    .values())
                    .as("%s, temporary space at %d", what, counter)
                    .satisfies(
                            values -> assertThat(values.stream().distinct().count()).isLessThan(2));
            return counter;
        }
    }
}
