package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.SetOperator;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.state.Arrangement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/// INTERSECT and EXCEPT. With l and r how many rows of each side are equal to k in SQL, the result has as many as
///
///     | | ALL | otherwise |
///     | --- | --- | --- |
///     | INTERSECT | min(l, r) | 1 where l > 0 and r > 0 |
///     | EXCEPT | max(l − r, 0) | 1 where l > 0 and r = 0 |
///
/// copies of that one of the left rows which has the least image (`EqualRows`). Not linear, so for each k that a side's
/// delta touches the output before and after is compared; both deltas of a step count at once.
///
/// Kept: l and r by k; where equal rows may differ in their images also those of the left.
///
/// Cost of a step: one read and write a touched k; where images may differ, one look-up a changed row of the left and two
/// short scans a touched k.
final class SetOperationOperator implements Operator.Binary {

    private static final String OWNER = "a set operation";

    private final SetOperator operator;
    private final boolean all;
    private final Arrangement counts;
    private final EqualRows leftRows;

    SetOperationOperator(Plan.SetOperation plan, Supplier<Arrangement> arrangements) {
        this.operator = plan.operator();
        this.all = plan.all();
        this.counts = arrangements.get();
        this.leftRows = new EqualRows(plan.types(), arrangements);
    }

    @Override
    public ZSet step(ZSet leftDelta, ZSet rightDelta) {
        SortedMap<byte[], Change> touched = new TreeMap<>(Arrays::compareUnsigned);
        leftRows.group(leftDelta)
                .forEach((key, changed) -> touched.put(key, new Change(changed, List.of())));
        leftRows.group(rightDelta)
                .forEach((key, changed) ->
                        touched.merge(
                                key,
                                new Change(List.of(), changed),
                                (left, right) -> new Change(left.left, right.right)));
        ZSet out = new ZSet();
        touched.forEach((key, change) -> change(key, change, out));
        return out;
    }

    private void change(byte[] key, Change change, ZSet out) {
        Counts before = read(key);
        long gone = copies(before);
        Optional<Row> shown = gone > 0 ? leftRows.shown(key, change.any()) : Optional.empty();
        shown.ifPresent(row -> out.add(row, -gone));
        leftRows.add(key, change.left, OWNER);
        Counts after =
                new Counts(
                        Math.addExact(before.left, WeightedRow.sum(change.left)),
                        Math.addExact(before.right, WeightedRow.sum(change.right)));
        write(key, after);
        long come = copies(after);
        shown = come > 0 ? leftRows.shown(key, change.any()) : Optional.empty();
        shown.ifPresent(row -> out.add(row, come));
    }

    private long copies(Counts counts) {
        long copies =
                switch (operator) {
                    case INTERSECT -> Math.min(counts.left, counts.right);
                    case EXCEPT ->
                            all
                                    ? Math.max(counts.left - counts.right, 0)
                                    : counts.right == 0 ? counts.left : 0;
                };
        return all ? copies : Math.min(copies, 1);
    }

    private Counts read(byte[] key) {
        return counts.get(key)
                .map(bytes -> {
                    ByteReader in = new ByteReader(bytes);
                    return new Counts(in.readVarLong(), in.readVarLong());
                })
                .orElse(Counts.NONE);
    }

    private void write(byte[] key, Counts after) {
        if (after.left < 0 || after.right < 0) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_INCONSISTENT,
                    "a row of " + OWNER + " was retracted too often: " + after);
        }
        if (after.equals(Counts.NONE)) {
            counts.delete(key);
        } else {
            counts.put(
                    key,
                    new ByteWriter()
                            .writeVarLong(after.left)
                            .writeVarLong(after.right)
                            .toByteArray());
        }
    }

    private record Counts(long left, long right) {
        static final Counts NONE = new Counts(0, 0);
    }

    /// The changed rows of a key, of both sides; at least one.
    private record Change(List<WeightedRow> left, List<WeightedRow> right) {
        Row any() {
            return (left.isEmpty() ? right : left).getFirst().row();
        }
    }
}
