package io.pgtrickle.dataflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.dataflow.SourceChange.UnchangedToast;
import io.pgtrickle.dataflow.plan.Explanation;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.state.MemoryStateStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The golden files `spec/dataflow/*.spec`: for each step the changes and the exact delta with weights.
///
///     plan NAME                     of SpecPlans; below it the printed plan
///     # why
///     step TITLE
///       TABLE + cells               insert
///       TABLE - cells               delete
///       TABLE cells -> cells        update; `~` is an unchanged large value
///       TABLE truncate
///       => +1 (cells)               the delta, or the error
///
/// `-Dpgtrickle.spec.rewrite=true` writes what is printed and put out into the files; the difference is then to be read.
class CircuitSpecTest {

    private static final Path DIRECTORY = Path.of("..", "spec", "dataflow");

    static List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".spec"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void putsOutExactlyWhatTheFileSays(String name) throws IOException {
        Path file = DIRECTORY.resolve(name);
        List<String> lines = Files.readAllLines(file);
        List<String> actual = new Run().of(lines);
        if (Boolean.getBoolean("pgtrickle.spec.rewrite")) {
            Files.write(file, actual);
        }
        assertThat(String.join("\n", actual)).isEqualTo(String.join("\n", lines));
    }

    /// Goes through a file and writes it anew, with the plans and deltas as they are.
    private static final class Run {

        private final List<String> out = new ArrayList<>();
        private final Map<String, Source> sources = new LinkedHashMap<>();
        private final Map<Source, List<SourceChange>> changes = new LinkedHashMap<>();
        private @Nullable Circuit circuit;
        private boolean inStep;

        List<String> of(List<String> lines) {
            for (String line : lines) {
                if (line.startsWith("plan ")) {
                    finishStep();
                    out.add(line);
                    plan(SpecPlans.named(line.substring(5).strip()));
                } else if (line.startsWith("step")) {
                    finishStep();
                    out.add(line);
                    inStep = true;
                } else if (line.isBlank() || line.startsWith("#")) {
                    finishStep();
                    out.add(line);
                } else if (inStep && !line.startsWith("  =>")) {
                    out.add(line);
                    change(line.strip());
                }
                // printed plans and deltas are made anew
            }
            finishStep();
            return out;
        }

        private void plan(Plan plan) {
            Explanation.lines(plan).forEach(line -> out.add("  | " + line));
            sources.clear();
            collect(plan);
            circuit = Circuit.of(plan, new MemoryStateStore().space("view"));
            print(circuit.initialize());
        }

        private void collect(Plan plan) {
            if (plan instanceof Plan.Scan(Source source)) {
                sources.put(source.name(), source);
            }
            plan.inputs().forEach(this::collect);
        }

        private void finishStep() {
            if (!inStep) {
                return;
            }
            inStep = false;
            try {
                print(Objects.requireNonNull(circuit).step(changes));
            } catch (PgtrickleException e) {
                out.add("  => error " + e.code() + " " + e.sqlState() + ": " + e.messageText());
            }
            changes.clear();
        }

        private void print(ZSet delta) {
            List<String> rows = new ArrayList<>();
            delta.forEach((row, weight) ->
                    rows.add("  => " + (weight > 0 ? "+" : "") + weight + " " + text(row)));
            rows.stream().sorted().forEach(out::add);
        }

        private void change(String line) {
            String[] words = line.split(" ", 2);
            Source source = Objects.requireNonNull(sources.get(words[0]), line);
            changes.computeIfAbsent(source, _ -> new ArrayList<>())
                    .add(change(source, words[1].strip()));
        }

        private static SourceChange change(Source source, String text) {
            if (text.equals("truncate")) {
                return new SourceChange.Truncate();
            }
            if (text.startsWith("+ ")) {
                return new SourceChange.Insert(row(source, text.substring(2)));
            }
            if (text.startsWith("- ")) {
                return new SourceChange.Delete(row(source, text.substring(2)));
            }
            String[] sides = text.split(" -> ", 2);
            return new SourceChange.Update(row(source, sides[0]), row(source, sides[1]));
        }

        private static Row row(Source source, String text) {
            String[] words = text.strip().split(" +", -1);
            @Nullable Object[] cells = new @Nullable Object[source.columns().size()];
            for (int i = 0; i < words.length; i++) {
                cells[i] = value(source.columns().get(i).type(), words[i]);
            }
            return Row.of(cells);
        }

        private static @Nullable Object value(SqlType type, String word) {
            if (word.equals("null")) {
                return null;
            }
            if (word.equals("~")) {
                return UnchangedToast.VALUE;
            }
            return switch (type) {
                case SqlType.Integral _ -> Long.valueOf(word);
                case SqlType.DoublePrecision _ -> Double.valueOf(word);
                case SqlType.NumericType _ ->
                        word.equals("NaN")
                                ? io.pgtrickle.model.Numeric.Special.NAN
                                : Fixtures.decimal(word);
                case SqlType.Text _ -> word;
                default -> throw new AssertionError("no values of " + type);
            };
        }

        private static String text(Row row) {
            List<String> cells = new ArrayList<>();
            for (int i = 0; i < row.width(); i++) {
                cells.add(String.valueOf(row.get(i)));
            }
            return "(" + String.join(", ", cells) + ")";
        }
    }
}
