package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.state.Arrangement;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Each row once. With A(k) the rows that are equal to k in SQL, and shown(A(k)) the one of them with the least image (`EqualRows`),
/// or nothing where there are none,
///
///     Δdistinct(A) = Σ over k touched by ΔA of  shown(A(k) + ΔA(k)) − shown(A(k))
///
/// Kept: the number of rows by k; where equal rows may differ in their images also these, and which one is shown.
///
/// Cost of a step: one look-up a touched k, and what `EqualRows` costs.
final class DistinctOperator implements Operator.Unary {

    private static final String OWNER = "a distinct";

    private final EqualRows rows;
    private final Arrangement groups;

    DistinctOperator(Plan.Distinct plan, Supplier<Arrangement> arrangements) {
        this.groups = arrangements.get();
        this.rows = new EqualRows(plan.types(), arrangements, OWNER);
    }

    @Override
    public ZSet step(ZSet delta) {
        ZSet out = new ZSet();
        KeyGroups touched = rows.group(delta);
        groups.prefetch(touched.keys());
        touched.forEach((key, changed) -> change(key, changed, out));
        return out;
    }

    private void change(byte[] key, List<WeightedRow> changed, ZSet out) {
        long count = 0;
        Optional<Row> before = Optional.empty();
        Optional<byte[]> kept = groups.get(key);
        if (kept.isPresent()) {
            ByteReader in = new ByteReader(kept.get());
            count = in.readVarLong();
            before = Optional.of(rows.read(in, changed.getFirst().row()));
        }
        count = Math.addExact(count, WeightedRow.sum(changed));
        Row after = rows.add(key, changed, before, count);
        before.ifPresent(row -> out.add(row, -1));
        if (count < 0) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_INCONSISTENT,
                    "a row of " + OWNER + " is there " + count + " times");
        }
        if (count == 0) {
            groups.delete(key);
        } else {
            ByteWriter group = new ByteWriter().writeVarLong(count);
            rows.write(after, group);
            groups.put(key, group.toByteArray());
            out.add(after, 1);
        }
    }
}
