package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.aggregate.Accumulator;
import io.pgtrickle.dataflow.aggregate.RowsAccumulator;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.state.Arrangement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One row for each group: its keys, then its aggregates. Not linear in its output, so each touched group's row before and after
/// the step is compared; with out(g) that row, or nothing where the group has no rows,
///
///     Δγ(A) = Σ over g touched by ΔA of  +out(A + ΔA, g) − out(A, g)
///
/// Kept of a group: the number of its rows, the row that was put out, an accumulator for each call; for MIN, MAX and DISTINCT its
/// values in order; and where equal keys may look different (1.0 and 1.00) the images of the keys that are there, of which
/// the least is shown, so that it is always one that a present row has.
///
/// Without keys there is one group, which is never empty of output: `initialize` yields its row over nothing.
///
/// Cost of a step: one read and one write a touched group; for MIN and MAX one write a changed row, and one short scan where the
/// winner may have gone; for DISTINCT one or two look-ups a changed row. Independent of the groups' sizes, but for aggregates that are
/// made of their rows (`string_agg`, `percentile_cont`): those read all of the group.
final class AggregateOperator implements Operator.Unary {

    private static final byte[] THE_ONLY_GROUP = new byte[0];

    private final KeyedDelta keys;
    private final boolean grouped;
    private final Arrangement groups;
    private final @Nullable WeightedArrangement keyImages;
    private final List<AggregateColumn> columns;
    private final RowCodec outputCodec;

    /// @param arrangements where the operator's arrangements come from, in a fixed order
    AggregateOperator(Plan.Aggregate plan, Supplier<Arrangement> arrangements) {
        this.keys = new KeyedDelta(plan.keys());
        this.grouped = !plan.keys().isEmpty();
        this.groups = arrangements.get();
        boolean sameImages = keys.codec().types().stream().allMatch(SqlType::equalMeansSameImage);
        this.keyImages = sameImages ? null : new WeightedArrangement(arrangements.get());
        this.columns =
                plan.calls().stream().map(call -> AggregateColumn.of(call, arrangements)).toList();
        this.outputCodec = new RowCodec(plan.types());
    }

    @Override
    public ZSet step(ZSet delta) {
        return update(keys.group(delta));
    }

    @Override
    public ZSet initialize(ZSet delta) {
        KeyGroups touched = keys.group(delta);
        if (!grouped) {
            touched.of(THE_ONLY_GROUP);
        }
        return update(touched);
    }

    private ZSet update(KeyGroups touched) {
        ZSet out = new ZSet();
        groups.prefetch(touched.keys());
        touched.forEach((key, changes) -> update(key, changes, out));
        return out;
    }

    private void update(byte[] key, List<WeightedRow> changes, ZSet out) {
        Group group = read(key);
        Optional<Row> before = group.output;
        for (WeightedRow change : changes) {
            group.rows = Math.addExact(group.rows, change.weight());
            if (keyImages != null) {
                keyImages.add(imageEntry(key, change.row()), change.weight(), "an aggregate");
            }
        }
        if (group.rows < 0) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_INCONSISTENT,
                    "a group of an aggregate has " + group.rows + " rows");
        }
        for (int i = 0; i < columns.size(); i++) {
            columns.get(i).apply(key, changes, group.accumulators.get(i));
        }
        if (group.rows == 0 && grouped) {
            group.output = Optional.empty();
            groups.delete(key);
        } else {
            group.output = Optional.of(output(key, group, changes));
            groups.put(key, write(group));
        }
        if (!before.equals(group.output)) {
            before.ifPresent(row -> out.add(row, -1));
            group.output.ifPresent(row -> out.add(row, 1));
        }
    }

    private Row output(byte[] key, Group group, List<WeightedRow> changes) {
        @Nullable Object[] cells = new @Nullable Object[outputCodec.types().size()];
        int keyCount = cells.length - columns.size();
        if (grouped) {
            Row shown =
                    keyImages == null
                            ? group.output.orElseGet(() -> keys.values(changes.getFirst().row()))
                            : leastImage(key, keyImages);
            for (int i = 0; i < keyCount; i++) {
                cells[i] = shown.get(i);
            }
        }
        for (int i = 0; i < columns.size(); i++) {
            cells[keyCount + i] = group.accumulators.get(i).result();
        }
        return Row.of(cells);
    }

    private byte[] imageEntry(byte[] key, Row row) {
        ByteWriter entry = new ByteWriter(key.length * 2 + 16);
        entry.write(key);
        keys.codec().encode(keys.values(row), entry);
        return entry.toByteArray();
    }

    private Row leastImage(byte[] key, WeightedArrangement images) {
        try (Arrangement.Cursor cursor = images.scan(key)) {
            if (!cursor.next()) {
                throw PgtrickleException.of(
                        ErrorCode.STATE_INCONSISTENT,
                        "a group of an aggregate has rows but no key");
            }
            byte[] entry = cursor.key();
            return keys.codec().decode(Arrays.copyOfRange(entry, key.length, entry.length));
        }
    }

    private Group read(byte[] key) {
        Group group = new Group(columns.stream().map(AggregateColumn::newAccumulator).toList());
        groups.get(key)
                .ifPresent(bytes -> {
                    ByteReader in = new ByteReader(bytes);
                    group.rows = in.readVarLong();
                    group.output =
                            Optional.of(outputCodec.decode(in.readBytes((int) in.readVarLong())));
                    group.accumulators.forEach(accumulator -> accumulator.read(in));
                    restore(group);
                });
        return group;
    }

    /// Results that aren't made from the accumulator are those that were put out last.
    private void restore(Group group) {
        int keyCount = outputCodec.types().size() - columns.size();
        Row output = group.output.orElseThrow();
        for (int i = 0; i < columns.size(); i++) {
            if (group.accumulators.get(i) instanceof RowsAccumulator rows) {
                rows.set(output.get(keyCount + i));
            }
        }
    }

    private byte[] write(Group group) {
        byte[] output = outputCodec.encode(group.output.orElseThrow());
        ByteWriter out = new ByteWriter(output.length * 2 + 32);
        out.writeVarLong(group.rows).writeVarLong(output.length).write(output);
        group.accumulators.forEach(accumulator -> accumulator.write(out));
        return out.toByteArray();
    }

    /// What is kept of a group, while a step works on it.
    private static final class Group {

        private final List<Accumulator> accumulators;
        private long rows;
        private Optional<Row> output = Optional.empty();

        Group(List<Accumulator> accumulators) {
            this.accumulators = new ArrayList<>(accumulators);
        }
    }
}
