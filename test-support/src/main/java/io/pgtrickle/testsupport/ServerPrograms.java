package io.pgtrickle.testsupport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs initdb and pg_ctl of one major version, their output appended to a log file.
///
/// PostgreSQL refuses to run as root. As root they run in a user namespace of their own (`unshare -U`), in which they are
/// nobody in name, while their files stay root's: nothing has to be handed to another user.
record ServerPrograms(Path binaries, Path log) {
    private static final int LIMIT_SECONDS = 120;
    private static final int LOG_LINES_SHOWN = 20;

    /// Runs to the end; a failure shows the end of the log.
    void run(String program, List<String> arguments) throws IOException {
        int code = exitCode(program, arguments);
        if (code != 0) {
            throw new IOException(program + " failed with exit code " + code + ":\n" + endOfLog());
        }
    }

    private int exitCode(String program, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.add(binaries.resolve("bin").resolve(program).toString());
        command.addAll(arguments);
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(
                        program + " took more than " + LIMIT_SECONDS + " s:\n" + endOfLog());
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + program + " ran", e);
        }
        return process.exitValue();
    }

    private String endOfLog() throws IOException {
        List<String> lines = Files.readString(log, StandardCharsets.UTF_8).lines().toList();
        return String.join(
                "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }
}
