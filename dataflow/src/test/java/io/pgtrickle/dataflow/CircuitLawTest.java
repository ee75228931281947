package io.pgtrickle.dataflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.dataflow.plan.Explanation;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.state.MemoryStateStore;
import io.pgtrickle.state.RocksStateStore;
import io.pgtrickle.state.StateSpace;
import io.pgtrickle.state.StoreLimits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The laws that every circuit obeys, over generated plans and transactions.
///
/// A failure names its seed; `-Dpgtrickle.law.seed=N` runs that one alone, `-Dpgtrickle.law.runs=N` runs more.
class CircuitLawTest {

    private static final int TRANSACTIONS = 14;

    /// A plan with its transactions and what its tables hold after each.
    private record Case(
            Plan plan, List<Map<Source, List<SourceChange>>> transactions, List<ZSet> expected) {

        static Case of(long seed) {
            Random random = new Random(seed);
            GeneratedPlans plans = new GeneratedPlans(random);
            Plan plan = plans.plan(1 + random.nextInt(3));
            GeneratedChanges changes = new GeneratedChanges(random, plans.sources());
            List<Map<Source, List<SourceChange>>> transactions = new ArrayList<>();
            List<ZSet> expected = new ArrayList<>();
            for (int i = 0; i < TRANSACTIONS; i++) {
                Map<Source, List<SourceChange>> transaction = changes.transaction();
                // what the plan doesn't read isn't sent to it
                transaction.keySet().retainAll(sources(plan));
                transactions.add(transaction);
                expected.add(new NaiveEvaluation(copy(changes.tables())).evaluate(plan));
            }
            return new Case(plan, transactions, expected);
        }

        private static Map<Source, List<Row>> copy(Map<Source, List<Row>> tables) {
            Map<Source, List<Row>> copy = new LinkedHashMap<>();
            tables.forEach((source, rows) -> copy.put(source, List.copyOf(rows)));
            return copy;
        }

        private static List<Source> sources(Plan plan) {
            List<Source> sources = new ArrayList<>();
            if (plan instanceof Plan.Scan(Source source)) {
                sources.add(source);
            }
            plan.inputs().forEach(input -> sources.addAll(sources(input)));
            return sources;
        }
    }

    /// A circuit, or what pretends to be one.
    private interface Subject {
        ZSet initialize();

        ZSet step(Map<Source, List<SourceChange>> changes);

        static Subject of(Circuit circuit) {
            return new Subject() {
                @Override
                public ZSet initialize() {
                    return circuit.initialize();
                }

                @Override
                public ZSet step(Map<Source, List<SourceChange>> changes) {
                    return circuit.step(changes);
                }
            };
        }
    }

    @Test
    void theSumOfTheDeltasIsTheEvaluationOfTheSum() {
        forEachSeed(seed -> {
            Case generated = Case.of(seed);
            checkEachStep(seed, generated, Subject.of(Fixtures.circuit(generated.plan)));
        });
    }

    @Test
    void cuttingTheChangesIntoOtherStepsChangesNothing() {
        forEachSeed(seed -> {
            Case generated = Case.of(seed);
            Random random = new Random(~seed);
            Circuit circuit = Fixtures.circuit(generated.plan);
            ZSet output = new ZSet();
            output.addAll(circuit.initialize());
            Map<Source, List<SourceChange>> gathered = new LinkedHashMap<>();
            for (int i = 0; i < TRANSACTIONS; i++) {
                generated
                        .transactions
                        .get(i)
                        .forEach((source, changes) ->
                                gathered.computeIfAbsent(source, _ -> new ArrayList<>())
                                        .addAll(changes));
                if (i == TRANSACTIONS - 1 || random.nextInt(3) == 0) {
                    output.addAll(circuit.step(gathered));
                    gathered.clear();
                    assertThat(output)
                            .as(label(seed, generated, i))
                            .isEqualTo(generated.expected.get(i));
                }
            }
        });
    }

    @Test
    void aCheckpointAndARestartInMemoryChangeNothing() {
        forEachSeed(seed -> {
            Case generated = Case.of(seed);
            MemoryStateStore store = new MemoryStateStore();
            ZSet output = new ZSet();
            output.addAll(Circuit.of(generated.plan, store.space("view")).initialize());
            for (int i = 0; i < TRANSACTIONS; i++) {
                StateSpace space = store.space("view");
                output.addAll(
                        Circuit.of(generated.plan, space).step(generated.transactions.get(i)));
                assertThat(output)
                        .as(label(seed, generated, i))
                        .isEqualTo(generated.expected.get(i));
                store.checkpoint(List.of(space), Map.of());
                store = store.reopen();
            }
        });
    }

    @Test
    void aRestartFromDiskChangesNothing(@TempDir Path directory) {
        forEachSeed(
                40,
                seed -> {
                    Case generated = Case.of(seed);
                    Path own = directory.resolve("seed" + seed);
                    ZSet output = new ZSet();
                    for (int i = 0; i < TRANSACTIONS; i += 3) {
                        try (RocksStateStore store =
                                RocksStateStore.open(
                                        own, new StoreLimits(8 << 20, 8 << 20, 1 << 10))) {
                            StateSpace space = store.space("view");
                            Circuit circuit = Circuit.of(generated.plan, space);
                            output.addAll(i == 0 ? circuit.initialize() : new ZSet());
                            for (int j = i; j < Math.min(i + 3, TRANSACTIONS); j++) {
                                output.addAll(circuit.step(generated.transactions.get(j)));
                                assertThat(output)
                                        .as(label(seed, generated, j))
                                        .isEqualTo(generated.expected.get(j));
                            }
                            store.checkpoint(List.of(space), Map.of());
                        }
                    }
                });
    }

    /// The negative control: sources that take turns within a step, each on the state before it, lose the cross term of a join.
    @Test
    void aLostCrossTermIsNoticed() {
        assertThatThrownBy(() ->
                        forEachSeed(seed -> {
                            Case generated = Case.of(seed);
                            checkEachStep(seed, generated, new WithoutCrossTerm(generated.plan));
                        }))
                .isInstanceOf(AssertionError.class);
    }

    /// C(A + ΔA, B) + C(A, B + ΔB) − C(A, B), each by a circuit of its own that has seen all earlier steps.
    private static final class WithoutCrossTerm implements Subject {

        private final Plan plan;
        private final List<Map<Source, List<SourceChange>>> history = new ArrayList<>();

        WithoutCrossTerm(Plan plan) {
            this.plan = plan;
        }

        @Override
        public ZSet initialize() {
            return Fixtures.circuit(plan).initialize();
        }

        @Override
        public ZSet step(Map<Source, List<SourceChange>> changes) {
            ZSet sum = new ZSet();
            changes.forEach((source, own) -> {
                Circuit circuit = Fixtures.circuit(plan);
                circuit.initialize();
                history.forEach(circuit::step);
                sum.addAll(circuit.step(Map.of(source, own)));
            });
            history.add(changes);
            return sum;
        }
    }

    private static void checkEachStep(long seed, Case generated, Subject subject) {
        ZSet output = new ZSet();
        output.addAll(subject.initialize());
        for (int i = 0; i < TRANSACTIONS; i++) {
            output.addAll(subject.step(generated.transactions.get(i)));
            assertThat(output).as(label(seed, generated, i)).isEqualTo(generated.expected.get(i));
        }
    }

    private static void forEachSeed(LongConsumer check) {
        forEachSeed(Integer.getInteger("pgtrickle.law.runs", 400), check);
    }

    private static void forEachSeed(int runs, LongConsumer check) {
        Long single = Long.getLong("pgtrickle.law.seed");
        if (single != null) {
            check.accept(single);
            return;
        }
        for (long seed = 1; seed <= runs; seed++) {
            try {
                check.accept(seed);
            } catch (RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + " (-Dpgtrickle.law.seed=" + seed + ")", e);
            }
        }
    }

    private static String label(long seed, Case generated, int transaction) {
        return "seed "
                + seed
                + " (-Dpgtrickle.law.seed="
                + seed
                + "), after transaction "
                + transaction
                + ", plan\n"
                + String.join("\n", Explanation.lines(generated.plan))
                + "\n";
    }
}
