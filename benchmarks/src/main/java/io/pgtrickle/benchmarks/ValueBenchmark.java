package io.pgtrickle.benchmarks;

import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.SqlType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/// What is done with every changed row before any operator: nanoseconds a row of two integers and a numeric.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class ValueBenchmark {

    private static final int ROWS = 1_000;
    private static final List<SqlType> TYPES = List.of(SqlType.INT8, SqlType.INT8, SqlType.NUMERIC);

    private final List<Row> rows = new ArrayList<>();
    private final List<Row> changed = new ArrayList<>();
    private final List<List<byte[]>> images = new ArrayList<>();
    private final ByteWriter out = new ByteWriter();

    @Setup
    public void fill() {
        for (int i = 0; i < ROWS; i++) {
            Row row = row(i, i);
            rows.add(row);
            changed.add(row(i, i + 1));
            List<byte[]> cells = new ArrayList<>();
            for (int column = 0; column < TYPES.size(); column++) {
                ByteWriter image = new ByteWriter();
                TYPES.get(column).encode(cell(row, column), image);
                cells.add(image.toByteArray());
            }
            images.add(cells);
        }
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public void decode(Blackhole hole) {
        for (List<byte[]> cells : images) {
            for (int column = 0; column < TYPES.size(); column++) {
                byte[] image = cells.get(column);
                hole.consume(TYPES.get(column).decode(image, 0, image.length));
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(ROWS)
    public int encodeKeys() {
        out.clear();
        for (Row row : rows) {
            for (int column = 0; column < TYPES.size(); column++) {
                TYPES.get(column).writeKey(cell(row, column), out);
            }
        }
        return out.size();
    }

    /// Updates of which every second one is undone in the same step.
    @Benchmark
    @OperationsPerInvocation(ROWS)
    public ZSet consolidate() {
        ZSet delta = new ZSet();
        for (int i = 0; i < ROWS; i++) {
            delta.add(rows.get(i), -1);
            delta.add(changed.get(i), 1);
            if (i % 2 == 0) {
                delta.add(changed.get(i), -1);
                delta.add(rows.get(i), 1);
            }
        }
        return delta;
    }

    private static Object cell(Row row, int column) {
        Object cell = row.get(column);
        if (cell == null) {
            throw new IllegalStateException("no cell " + column + " in " + row);
        }
        return cell;
    }

    private static Row row(long id, long cents) {
        return Row.of(id, id % 100, new Numeric.Finite(BigDecimal.valueOf(cents, 2)));
    }
}
