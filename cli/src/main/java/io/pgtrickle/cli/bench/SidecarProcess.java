package io.pgtrickle.cli.bench;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A sidecar as users run it: a process of its own, on the class path and with the JVM's options of this one.
final class SidecarProcess implements AutoCloseable {

    private static final String MAIN = "io.pgtrickle.cli.Main";
    private static final long STOP_SECONDS = 60;
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    /// @param uri of the database, with the password
    /// @param stateDirectory outlives the process
    /// @param options of the JVM, after those of this one
    record Launch(String uri, Path stateDirectory, Path log, List<String> options) {
        Launch(String uri, Path stateDirectory, Path log, List<String> options) {
            this.uri = uri;
            this.stateDirectory = stateDirectory;
            this.log = log;
            this.options = List.copyOf(options);
        }
    }

    private final Process process;
    private final Launch launch;
    private final long startedNanos;

    private SidecarProcess(Process process, Launch launch, long startedNanos) {
        this.process = process;
        this.launch = launch;
        this.startedNanos = startedNanos;
    }

    static SidecarProcess start(Launch launch) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(launch.options());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN, "run"));
        command.addAll(List.of("--state-dir", launch.stateDirectory().toString(), "--http", "off"));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(launch.log().toFile()));
        // settings of whoever runs the benchmark aren't the sidecar's
        builder.environment().keySet().removeIf(name -> name.startsWith("PGTRICKLE_"));
        builder.environment().put("PGTRICKLE_URL", launch.uri());
        long begin = System.nanoTime();
        return new SidecarProcess(builder.start(), launch, begin);
    }

    /// By `System.nanoTime`.
    long startedNanos() {
        return startedNanos;
    }

    /// @throws PgtrickleException if it has ended, with the end of its log
    void checkAlive() throws IOException {
        if (!process.isAlive()) {
            List<String> lines = Files.readAllLines(launch.log());
            throw PgtrickleException.of(
                    ErrorCode.INTERNAL,
                    "the sidecar ended: "
                            + String.join(
                                    "\n",
                                    lines.subList(Math.max(0, lines.size() - 10), lines.size())));
        }
    }

    /// What of it is in memory, where the machine tells it (Linux); else NaN.
    double residentMegabytes() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return Double.NaN;
        }
        Matcher resident = RESIDENT.matcher(Files.readString(status));
        return resident.find() ? Long.parseLong(resident.group(1)) / 1024.0 : Double.NaN;
    }

    /// Of all its threads, since it was started.
    Duration cpuTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// In an orderly way: with a checkpoint.
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IOException("the sidecar didn't end within " + STOP_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
