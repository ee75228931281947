package io.pgtrickle.cli.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Writes `benchmarks.md` with its plots, beside the CSV of all samples, from which it is made anew each time.
final class Report {

    /// Load from others above which figures don't count for good.
    private static final double QUIET = 0.5;

    private final Path directory;

    /// Files are `benchmarks.md` and those in `benchmarks/`.
    Report(Path directory) {
        this.directory = directory;
    }

    /// Merges the samples into those that are there, and writes all.
    void add(Samples newer) throws IOException {
        Path file = directory.resolve("benchmarks").resolve("samples.csv");
        Samples all = Samples.read(file).with(newer);
        all.write(file);
        Files.writeString(
                directory.resolve("benchmarks.md"), markdown(all), StandardCharsets.UTF_8);
    }

    private String markdown(Samples samples) throws IOException {
        return template()
                .replace("${provisional}", provisional(samples))
                .replace("${goals}", goals(samples))
                .replace("${figures}", figures(samples))
                .replace("${plots}", plots(samples));
    }

    private static String template() throws IOException {
        try (InputStream in = Report.class.getResourceAsStream("benchmarks.template")) {
            if (in == null) {
                throw new IOException("resource benchmarks.template is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String provisional(Samples samples) {
        Set<String> busy =
                samples.all().stream()
                        .filter(sample -> sample.occasion().loadAverage() > QUIET)
                        .map(sample -> sample.name().measure())
                        .collect(Collectors.toCollection(LinkedHashSet::new));
        return busy.isEmpty()
                ? ""
                : "**Provisional**: the machine did other work while these were measured: "
                        + String.join(", ", busy)
                        + ".\n\n";
    }

    private static String goals(Samples samples) {
        List<String> lines = new ArrayList<>();
        lines.add("| measure | goal | pgtrickle | yardstick | ratio | |");
        lines.add("| --- | --- | --- | --- | --- | --- |");
        for (Goal goal : Goal.ALL) {
            Spread compared = goal.compared(samples);
            lines.add(
                    row(
                            goal.title(),
                            goal.text(),
                            samples.of(goal.name(), Sample.PGTRICKLE).toString(),
                            goal.isRatio()
                                    ? samples.of(goal.name(), goal.yardstick()).toString()
                                    : "",
                            goal.isRatio() ? compared.toString() : "",
                            verdict(goal, compared)));
        }
        return String.join("\n", lines);
    }

    private static String verdict(Goal goal, Spread compared) {
        if (!compared.isMeasured()) {
            return "not measured";
        }
        return goal.bound().holds(compared.median()) ? "reached" : "**not reached**";
    }

    private static String figures(Samples samples) {
        List<String> lines = new ArrayList<>();
        lines.add(
                "| measure | of | figure | contender | median (least to most) | runs | rows | measured at |");
        lines.add("| --- | --- | --- | --- | --- | --- | --- | --- |");
        record Line(Sample.Occasion occasion, Sample.Name name, String contender) {}
        for (Line line : samples.distinct(s -> new Line(s.occasion(), s.name(), s.contender()))) {
            Spread spread = samples.of(line.name(), line.contender());
            lines.add(
                    row(
                            line.name().measure(),
                            line.name().subject(),
                            line.name().metric().replace('_', ' '),
                            line.contender(),
                            spread.toString(),
                            Integer.toString(spread.runs()),
                            "%,d".formatted(line.occasion().rows()),
                            line.occasion().at()));
        }
        return String.join("\n", lines);
    }

    private String plots(Samples samples) throws IOException {
        StringBuilder links = new StringBuilder();
        for (BarChart chart : BarChart.of(samples)) {
            Files.writeString(
                    directory.resolve("benchmarks").resolve(chart.fileName()),
                    chart.svg(),
                    StandardCharsets.UTF_8);
            links.append("![")
                    .append(chart.title())
                    .append("](benchmarks/")
                    .append(chart.fileName())
                    .append(")\n");
        }
        return links.toString().stripTrailing();
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |";
    }
}
