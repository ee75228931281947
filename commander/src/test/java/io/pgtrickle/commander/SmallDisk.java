package io.pgtrickle.commander;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// A file system of few bytes, in memory, which can be filled and relieved again.
final class SmallDisk implements AutoCloseable {

    private static final int BLOCK_BYTES = 64 << 10;

    private static final Duration PAUSE = Duration.ofMillis(2);

    private final Path directory;
    private Thread filling = new Thread(() -> {});

    private SmallDisk(Path directory) {
        this.directory = directory;
    }

    /// Skips the test, and says why, where the user may not mount.
    static SmallDisk mount(Path directory, long bytes) throws IOException, InterruptedException {
        Files.createDirectory(directory);
        String error =
                run("mount", "-t", "tmpfs", "-o", "size=" + bytes, "tmpfs", directory.toString());
        if (!error.isEmpty()) {
            System.out.println("skipped, since no small disk can be mounted: " + error);
        }
        assumeTrue(error.isEmpty(), error);
        return new SmallDisk(directory);
    }

    Path directory() {
        return directory;
    }

    /// From now on nothing more can be written, also where somebody gives space back.
    void fill() {
        filling = Thread.ofPlatform().name("filler").start(this::keepFull);
    }

    private void keepFull() {
        byte[] block = new byte[BLOCK_BYTES];
        while (!Thread.currentThread().isInterrupted()) {
            try {
                Files.write(filler(), block, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                // full, as is wanted
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        }
    }

    void relieve() throws IOException, InterruptedException {
        filling.interrupt();
        filling.join();
        Files.delete(filler());
    }

    private Path filler() {
        return directory.resolve("filler");
    }

    @Override
    public void close() {
        filling.interrupt();
        try {
            filling.join();
            run("umount", directory.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// What the program says where it fails.
    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() == 0 ? "" : output + " (" + process.exitValue() + ")";
    }
}
