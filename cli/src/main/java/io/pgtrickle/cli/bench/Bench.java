package io.pgtrickle.cli.bench;

import io.pgtrickle.cli.console.Console;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// One run of the benchmarks: where they are measured, and what was measured so far.
final class Bench {

    private final Console console;
    private final Set<String> views;
    private final Arena arena;
    private final Sample.Occasion occasion;
    private final List<Sample> samples = new ArrayList<>();

    /// @param views to be measured where a measure is for each; empty for all
    Bench(Console console, Set<String> views, Arena arena, Sample.Occasion occasion) {
        this.console = console;
        this.views = Set.copyOf(views);
        this.arena = arena;
        this.occasion = occasion;
    }

    Arena arena() {
        return arena;
    }

    Scale scale() {
        return arena.scale();
    }

    List<Subject> chosen(List<Subject> subjects) {
        return subjects.stream()
                .filter(subject -> views.isEmpty() || views.contains(subject.name()))
                .toList();
    }

    boolean hasChosenAll() {
        return views.isEmpty();
    }

    void record(Sample.Name name, String contender, int run, double value) {
        samples.add(new Sample(occasion, name, contender, run, value));
        console.say(
                "%s %s, run %d: %s %s %s"
                        .formatted(
                                name.measure(),
                                name.subject(),
                                run,
                                contender,
                                Spread.text(value),
                                name.metric()));
    }

    Samples samples() {
        return new Samples(samples);
    }
}
