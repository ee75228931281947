package io.pgtrickle.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesTest {

    private static final Sample.Occasion OCCASION =
            new Sample.Occasion("2026-01-01T00:00:00Z", 1000, 0.25);
    private static final Sample.Name V1 = new Sample.Name("catchup", "v1", "seconds");
    private static final Sample.Name V2 = new Sample.Name("catchup", "v2", "seconds");

    @TempDir private Path directory;

    @Test
    void aFileKeepsThem() throws IOException {
        Samples samples =
                new Samples(List.of(sample(V1, "pgtrickle", 1, 3), sample(V2, "drain", 2, 0.5)));
        Path file = directory.resolve("deeper").resolve("samples.csv");
        samples.write(file);
        assertThat(Samples.read(file)).isEqualTo(samples);
        assertThat(Samples.read(directory.resolve("none.csv")).all()).isEmpty();
    }

    @Test
    void aFileOfSomethingElseIsRefused() throws IOException {
        Path file = directory.resolve("other.csv");
        Files.writeString(file, "a,b\n1,2\n");
        assertThatThrownBy(() -> Samples.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("other.csv");
    }

    @Test
    void newerFiguresReplaceThoseOfTheSameMeasureAndSubject() {
        Samples old =
                new Samples(
                        List.of(
                                sample(V1, "pgtrickle", 1, 3),
                                sample(V1, "drain", 1, 1),
                                sample(V2, "pgtrickle", 1, 4)));
        Samples newer = new Samples(List.of(sample(V1, "pgtrickle", 1, 2)));
        assertThat(old.with(newer).all())
                .containsExactly(sample(V2, "pgtrickle", 1, 4), sample(V1, "pgtrickle", 1, 2));
    }

    @Test
    void ratiosAreTakenRunByRun() {
        Samples samples =
                new Samples(
                        List.of(
                                sample(V1, "pgtrickle", 1, 2),
                                sample(V1, "drain", 1, 1),
                                sample(V1, "pgtrickle", 2, 30),
                                sample(V1, "drain", 2, 10),
                                sample(V1, "pgtrickle", 3, 5)));
        assertThat(samples.ratio(V1, "pgtrickle", "drain")).isEqualTo(new Spread(2, 2.5, 2, 3));
        assertThat(samples.of(V1, "pgtrickle")).isEqualTo(new Spread(3, 5, 2, 30));
        assertThat(samples.of(V2, "pgtrickle").isMeasured()).isFalse();
    }

    @Test
    void chartsShowAllContenders() {
        Samples samples =
                new Samples(
                        List.of(
                                sample(V1, "drain", 1, 1),
                                sample(V1, "pgtrickle", 1, 2),
                                sample(V1, "pgtrickle", 2, 4),
                                sample(
                                        new Sample.Name("memory", "v1", "megabytes"),
                                        "pgtrickle",
                                        1,
                                        300)));
        List<BarChart> charts = BarChart.of(samples);
        assertThat(charts).hasSize(1);
        assertThat(charts.getFirst().fileName()).isEqualTo("catchup-seconds.svg");
        assertThat(charts.getFirst().svg())
                .contains(">pgtrickle</text>", ">drain</text>", ">v1</text>", ">3.00</text>");
    }

    private static Sample sample(Sample.Name name, String contender, int run, double value) {
        return new Sample(OCCASION, name, contender, run, value);
    }
}
