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
/// Kept: l and r by k; where equal rows may differ in their images also those of the left, and which one is shown.
///
/// Cost of a step: one look-up a touched k, and for the left what `EqualRows` costs.
final class SetOperationOperator implements Operator.Binary {

    private static final String OWNER = "a set operation";

    private final SetOperator operator;
    private final boolean all;
    private final Arrangement groups;
    private final EqualRows leftRows;

    SetOperationOperator(Plan.SetOperation plan, Supplier<Arrangement> arrangements) {
        this.operator = plan.operator();
        this.all = plan.all();
        this.groups = arrangements.get();
        this.leftRows = new EqualRows(plan.types(), arrangements, OWNER);
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
        groups.prefetch(touched.keySet());
        ZSet out = new ZSet();
        touched.forEach((key, change) -> change(key, change, out));
        return out;
    }

    private void change(byte[] key, Change change, ZSet out) {
        Group before = read(key, change.any());
        before.shown.ifPresent(row -> out.add(row, -copies(before)));
        long left = Math.addExact(before.left, WeightedRow.sum(change.left));
        long right = Math.addExact(before.right, WeightedRow.sum(change.right));
        Optional<Row> shown = before.shown;
        if (!change.left.isEmpty()) {
            Row row = leftRows.add(key, change.left, shown, left);
            shown = left > 0 ? Optional.of(row) : Optional.empty();
        }
        Group after = new Group(left, right, shown);
        write(key, after);
        after.shown.ifPresent(row -> out.add(row, copies(after)));
    }

    private long copies(Group group) {
        long copies =
                switch (operator) {
                    case INTERSECT -> Math.min(group.left, group.right);
                    case EXCEPT ->
                            all
                                    ? Math.max(group.left - group.right, 0)
                                    : group.right == 0 ? group.left : 0;
                };
        return all ? copies : Math.min(copies, 1);
    }

    private Group read(byte[] key, Row any) {
        Optional<byte[]> kept = groups.get(key);
        if (kept.isEmpty()) {
            return new Group(0, 0, Optional.empty());
        }
        ByteReader in = new ByteReader(kept.get());
        long left = in.readVarLong();
        long right = in.readVarLong();
        return new Group(
                left, right, left > 0 ? Optional.of(leftRows.read(in, any)) : Optional.empty());
    }

    private void write(byte[] key, Group group) {
        if (group.left < 0 || group.right < 0) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_INCONSISTENT,
                    "a row of " + OWNER + " was retracted too often: " + group);
        }
        if (group.left == 0 && group.right == 0) {
            groups.delete(key);
            return;
        }
        ByteWriter out = new ByteWriter().writeVarLong(group.left).writeVarLong(group.right);
        group.shown.ifPresent(row -> leftRows.write(row, out));
        groups.put(key, out.toByteArray());
    }

    /// @param shown empty where the left has no row
    private record Group(long left, long right, Optional<Row> shown) {}

    /// The changed rows of a key, of both sides; at least one.
    private record Change(List<WeightedRow> left, List<WeightedRow> right) {
        Row any() {
            return (left.isEmpty() ? right : left).getFirst().row();
        }
    }
}
