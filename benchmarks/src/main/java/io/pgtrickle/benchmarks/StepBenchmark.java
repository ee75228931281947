package io.pgtrickle.benchmarks;

import io.pgtrickle.dataflow.Circuit;
import io.pgtrickle.dataflow.SourceChange;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.Source.Identity;
import io.pgtrickle.dataflow.plan.Source.SourceColumn;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.state.RocksStateStore;
import io.pgtrickle.state.StateSpace;
import io.pgtrickle.state.StoreLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The cost of a changed row, in microseconds, against the size of the state: it should be flat. A step updates 100 random orders
/// on RocksDB; every tenth step makes a checkpoint.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 3, time = 3)
public class StepBenchmark {

    private static final int CHANGES = 100;
    private static final int STEPS_A_CHECKPOINT = 10;
    private static final int CUSTOMERS = 10_000;
    private static final StoreLimits LIMITS = new StoreLimits(256L << 20, 64L << 20, 128L << 20);

    private static final Source ORDERS = source(1, "orders");
    private static final Source CUSTOMER = source(2, "customers");

    /// What the views are: a sum by customer; orders with their customer, one row for each.
    public enum View {
        AGGREGATE,
        JOIN
    }

    @Param private View view = View.AGGREGATE;

    @Param({"10000", "100000", "1000000"})
    private int orders;

    private final SplittableRandom random = new SplittableRandom(1);
    private Optional<Bench> bench = Optional.empty();

    private record Bench(
            Path directory, RocksStateStore store, StateSpace space, Circuit circuit) {}

    private long[] amounts = {};
    private int steps;

    @Setup
    public void fill() throws IOException {
        Path directory = Files.createTempDirectory("pgtrickle-benchmark");
        RocksStateStore store = RocksStateStore.open(directory.resolve("store"), LIMITS);
        StateSpace space = store.space("view");
        Bench filled = new Bench(directory, store, space, Circuit.of(plan(), space));
        amounts = new long[orders];
        filled.circuit().initialize();
        if (view == View.JOIN) {
            insert(filled, CUSTOMER, CUSTOMERS);
        }
        insert(filled, ORDERS, orders);
        space.flush();
        bench = Optional.of(filled);
    }

    @TearDown
    public void clear() throws IOException {
        Bench filled = bench.orElseThrow();
        filled.store().close();
        try (Stream<Path> files = Files.walk(filled.directory())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(CHANGES)
    public ZSet step() {
        Bench filled = bench.orElseThrow();
        List<SourceChange> changes = new ArrayList<>(CHANGES);
        for (int i = 0; i < CHANGES; i++) {
            int id = random.nextInt(orders);
            Row before = row(id, amounts[id]);
            amounts[id]++;
            changes.add(new SourceChange.Update(before, row(id, amounts[id])));
        }
        ZSet delta = filled.circuit().step(Map.of(ORDERS, changes));
        if (++steps % STEPS_A_CHECKPOINT == 0) {
            filled.store().checkpoint(List.of(filled.space()), Map.of());
        }
        return delta;
    }

    private static void insert(Bench bench, Source source, int rows) {
        List<SourceChange> batch = new ArrayList<>();
        for (int id = 0; id < rows; id++) {
            batch.add(new SourceChange.Insert(row(id, 0)));
            if (batch.size() == 1_000 || id == rows - 1) {
                bench.circuit().step(Map.of(source, batch));
                batch = new ArrayList<>();
                bench.space().flush();
            }
        }
    }

    /// In `pg_proc`.
    private static final int SUM_OF_INT8 = 2107;

    private Plan plan() {
        Plan scan = new Plan.Scan(ORDERS);
        return switch (view) {
            case AGGREGATE ->
                    new Plan.Aggregate(
                            scan,
                            List.of(new Column(1, SqlType.INT8)),
                            List.of(
                                    new AggregateCall(
                                            new AggregateFunction(
                                                    AggregateFunction.Kind.SUM,
                                                    SUM_OF_INT8,
                                                    "sum",
                                                    Collation.NONE),
                                            List.of(new Column(2, SqlType.INT8)),
                                            AggregateCall.Clauses.NONE,
                                            SqlType.NUMERIC)));
            case JOIN ->
                    new Plan.Join(
                            scan,
                            new Plan.Scan(CUSTOMER),
                            Plan.JoinKind.INNER,
                            new Plan.JoinCondition(
                                    List.of(
                                            new Plan.EquiKey(
                                                    new Column(1, SqlType.INT8),
                                                    new Column(0, SqlType.INT8),
                                                    false)),
                                    Optional.empty()));
        };
    }

    private static Row row(long id, long amount) {
        return Row.of(id, id % CUSTOMERS, amount);
    }

    private static Source source(long oid, String name) {
        return new Source(
                oid,
                "public",
                name,
                List.of(
                        new SourceColumn(1, "id", SqlType.INT8, true),
                        new SourceColumn(2, "customer_id", SqlType.INT8, true),
                        new SourceColumn(3, "amount", SqlType.INT8, true)),
                new Identity.Key(List.of(0)));
    }
}
