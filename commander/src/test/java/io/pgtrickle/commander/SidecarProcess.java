package io.pgtrickle.commander;

import io.pgtrickle.postgres.ServerAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
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
                                SidecarSettings.DEFAULT_MEMORY_BYTES),
                        Clock.systemUTC());
        sidecar.awaitStop();
    }

    static SidecarProcess start(String uri, Path state, String slot) {
        try {
            Path java = Path.of(System.getProperty("java.home"), "bin", "java");
            return new SidecarProcess(
                    new ProcessBuilder(
                                    java.toString(),
                                    "-Xmx512m",
                                    "--enable-native-access=ALL-UNNAMED",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    SidecarProcess.class.getName(),
                                    uri,
                                    state.toString(),
                                    slot)
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
