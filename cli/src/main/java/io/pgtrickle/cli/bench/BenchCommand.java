package io.pgtrickle.cli.bench;

import io.pgtrickle.cli.console.Closer;
import io.pgtrickle.cli.console.Console;
import io.pgtrickle.cli.console.Logging;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/// `pgtrickle bench`.
@Command(
        name = "bench",
        description =
                "Measures pgtrickle on a PostgreSQL of its own, beside what PostgreSQL itself can do, and writes tables and plots.",
        footer =
                "Figures already in the directory are kept, but for those that are measured again.")
public final class BenchCommand implements Callable<Integer> {

    private static final Set<String> QUICK_VIEWS = Set.of("v1", "v3");

    private final Console console;

    @Option(
            names = "--measure",
            split = ",",
            paramLabel = "NAME",
            description = "What to measure: ${COMPLETION-CANDIDATES}. Default: all.")
    private Set<Measure> measures = new LinkedHashSet<>(Arrays.asList(Measure.values()));

    @Option(
            names = "--view",
            split = ",",
            paramLabel = "NAME",
            description =
                    "Which of the views v1 to v6. Default: all that a measure is meant for; with --quick v1 and v3.")
    private Set<String> views = Set.of();

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "Rows of the large tables. Default: 1000000.")
    private Optional<Integer> rows = Optional.empty();

    @Option(
            names = "--backlog",
            paramLabel = "N",
            description = "Transactions of one row each to catch up with. Default: 100000.")
    private Optional<Integer> backlog = Optional.empty();

    @Option(
            names = "--runs",
            paramLabel = "N",
            description = "Runs of each measurement. Default: 3.")
    private Optional<Integer> runs = Optional.empty();

    @Option(
            names = "--quick",
            description =
                    "Small tables, one run, no figures to rely on; the other options still hold.")
    private boolean quick;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description =
                    "Where benchmarks.md and the directory benchmarks are written. Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("pgtrickle-bench");

    @Option(
            names = "--sidecar-option",
            paramLabel = "OPTION",
            description = "An option for the sidecar's JVM, such as one that records a profile.")
    private List<String> sidecarOptions = List.of();

    public BenchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws SQLException, IOException {
        Logging.level(false, console.verbose());
        Scale scale = scale();
        Sample.Occasion occasion =
                new Sample.Occasion(
                        Instant.now().truncatedTo(ChronoUnit.MINUTES).toString(),
                        scale.rows(),
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
        try (Closer closer = Closer.install()) {
            return run(closer, scale, occasion);
        }
    }

    /// What was measured before a failure is written as well.
    private int run(Closer closer, Scale scale, Sample.Occasion occasion)
            throws SQLException, IOException {
        try {
            console.say("starting PostgreSQL and filling %,d orders".formatted(scale.rows()));
            Bench bench =
                    new Bench(
                            console,
                            chosenViews(),
                            Arena.start(closer, scale, sidecarOptions),
                            occasion);
            try {
                for (Measure measure : measures) {
                    measure.run(bench);
                }
            } finally {
                new Report(out).add(bench.samples());
            }
        } catch (SQLException | IOException | RuntimeException e) {
            if (closer.isInterrupted()) {
                return ExitCode.SOFTWARE;
            }
            throw e;
        }
        console.say("written: " + out.resolve("benchmarks.md"));
        return ExitCode.OK;
    }

    private Set<String> chosenViews() {
        return quick && views.isEmpty() ? QUICK_VIEWS : views;
    }

    private Scale scale() {
        Scale base = quick ? Scale.QUICK : Scale.FULL;
        return new Scale(
                rows.orElse(base.rows()),
                backlog.orElse(base.backlog()),
                runs.orElse(base.runs()),
                base.load());
    }
}
