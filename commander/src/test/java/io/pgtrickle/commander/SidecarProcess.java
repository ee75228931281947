package io.pgtrickle.commander;

import io.pgtrickle.postgres.ServerAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A sidecar in a process of its own, to be killed.
final class SidecarProcess implements AutoCloseable {

    private final Process process;

    private SidecarProcess(Process process) {
        this.process = process;
    }

    /// Runs a sidecar until the process is killed.
    public static void main(String[] arguments) throws InterruptedException {
        Sidecar sidecar =
                Sidecar.start(
                        new SidecarSettings(
                                ServerAddress.parse(arguments[0]),
                                Path.of(arguments[1]),
                                arguments[2],
                                SidecarSettings.DEFAULT_PUBLICATION,
                                Long.getLong(
                                        "pgtrickle.memory", SidecarSettings.DEFAULT_MEMORY_BYTES)),
                        Clock.systemUTC());
        sidecar.awaitStop();
    }

    /// @param options of the JVM
    static SidecarProcess start(String uri, Path state, String slot, String... options) {
        try {
            Path java = Path.of(System.getProperty("java.home"), "bin", "java");
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    java.toString(),
                                    "-Xmx512m",
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-cp",
                                    System.getProperty("java.class.path")));
            command.addAll(List.of(options));
            command.addAll(List.of(SidecarProcess.class.getName(), uri, state.toString(), slot));
            return new SidecarProcess(
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(
                                    ProcessBuilder.Redirect.appendTo(
                                            state.resolveSibling("sidecar.log").toFile()))
                            .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// SIGSTOP or SIGCONT.
    void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// With the heap that the launcher gives it for `--memory`.
    static SidecarProcess startWithin(long memoryBytes, String uri, Path state, String slot) {
        return start(
                uri,
                state,
                slot,
                "-Dpgtrickle.memory=" + memoryBytes,
                "-Xmx" + memoryBytes / 2,
                "-XX:+UseCompactObjectHeaders",
                "-XX:+ExitOnOutOfMemoryError");
    }

    /// The most memory that it has had so far.
    long peakResidentKilobytes() throws IOException {
        for (String line :
                Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException("no VmHWM of process " + process.pid());
    }

    /// Whether it ends by itself in that time.
    boolean hasEndedWithin(Duration limit) throws InterruptedException {
        return process.waitFor(limit);
    }

    /// SIGKILL; returns when it is gone.
    void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the sidecar process survived SIGKILL");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }
}
