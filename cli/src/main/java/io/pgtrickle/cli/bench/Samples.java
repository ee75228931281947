package io.pgtrickle.cli.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Measured figures in the order in which they were measured. In a file they are CSV; no cell has a comma.
record Samples(List<Sample> all) {

    Samples(List<Sample> all) {
        this.all = List.copyOf(all);
    }

    static Samples read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new Samples(List.of());
        }
        List<Sample> samples = new ArrayList<>();
        for (String line : Files.readAllLines(file).stream().skip(1).toList()) {
            List<String> cells = Arrays.asList(line.split(",", -1));
            if (cells.size() != Sample.COLUMNS.size()) {
                throw new IOException("\"" + file + "\" has a line that is no sample: " + line);
            }
            samples.add(Sample.of(cells));
        }
        return new Samples(samples);
    }

    void write(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        List<String> lines = new ArrayList<>();
        lines.add(String.join(",", Sample.COLUMNS));
        all.forEach(sample -> lines.add(String.join(",", sample.cells())));
        Files.writeString(file, String.join("\n", lines) + "\n", StandardCharsets.UTF_8);
    }

    /// With newer ones in the place of the older ones of the same measure and subject.
    Samples with(Samples newer) {
        record Replaced(String measure, String subject) {
            static Replaced of(Sample sample) {
                return new Replaced(sample.name().measure(), sample.name().subject());
            }
        }
        Set<Replaced> replaced = newer.all.stream().map(Replaced::of).collect(Collectors.toSet());
        List<Sample> merged = new ArrayList<>(all);
        merged.removeIf(sample -> replaced.contains(Replaced.of(sample)));
        merged.addAll(newer.all);
        return new Samples(merged);
    }

    /// What one contender reached.
    Spread of(Sample.Name name, String contender) {
        return Spread.of(
                all.stream()
                        .filter(s -> s.name().equals(name) && s.contender().equals(contender))
                        .map(Sample::value)
                        .toList());
    }

    /// The ratio of two contenders, run by run.
    Spread ratio(Sample.Name name, String contender, String yardstick) {
        List<Double> ratios = new ArrayList<>();
        for (Sample sample : all) {
            if (sample.name().equals(name) && sample.contender().equals(contender)) {
                all.stream()
                        .filter(s -> s.name().equals(name) && s.contender().equals(yardstick))
                        .filter(s -> s.run() == sample.run() && s.value() > 0)
                        .forEach(s -> ratios.add(sample.value() / s.value()));
            }
        }
        return Spread.of(ratios);
    }

    <T> Set<T> distinct(Function<Sample, T> property) {
        return all.stream().map(property).collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
