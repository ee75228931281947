package io.pgtrickle.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.cli.console.Console;
import io.pgtrickle.postgres.Environment;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The benchmarks in small: they run to the end, the views are exact, and no ratio is so far off that something must have broken.
/// A small backlog is caught up with by a JVM that has hardly begun to compile, on a machine that may do other work: hence the
/// wide bounds.
class BenchIT {

    /// Of the time in which PostgreSQL can send the backlog.
    private static final double CATCH_UP_BOUND = 80;

    @TempDir private Path directory;

    @Test
    void catchesUpWithinAMultipleOfWhatTheServerNeeds() throws IOException {
        StringWriter out = new StringWriter();
        PrintWriter printer = new PrintWriter(out);
        Console console = new Console(printer, printer, Environment.ofProcess(), false);
        int status =
                new CommandLine(new BenchCommand(console))
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setErr(printer)
                        .execute(
                                "--quick",
                                "--measure",
                                "catchup",
                                "--view",
                                "v3",
                                "--out",
                                directory.toString());
        assertThat(status).as(out.toString()).isZero();
        Samples samples = Samples.read(directory.resolve("benchmarks").resolve("samples.csv"));
        Sample.Name name = new Sample.Name(CatchUp.MEASURE, "v3", CatchUp.STREAMING);
        assertThat(samples.ratio(name, Sample.PGTRICKLE, Drain.NAME).median())
                .as(samples.toString())
                .isBetween(0.5, CATCH_UP_BOUND);
        assertThat(directory.resolve("benchmarks.md"))
                .content()
                .contains("| catch-up v3, s |", "](benchmarks/catchup-seconds.svg)");
        assertThat(Files.exists(directory.resolve("benchmarks").resolve("catchup-seconds.svg")))
                .isTrue();
    }
}
