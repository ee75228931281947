package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.state.Arrangement;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Each row once. With A(k) the rows that are equal to k in SQL, and shown(A(k)) the one of them with the least image (`EqualRows`),
/// or nothing where there are none,
///
///     Δdistinct(A) = Σ over k touched by ΔA of  shown(A(k) + ΔA(k)) − shown(A(k))
///
/// Kept: the number of rows by k; where equal rows may differ in their images also these.
///
/// Cost of a step: one look-up a touched k; where images may differ, one a changed row and two short scans a touched k.
final class DistinctOperator implements Operator.Unary {

    private final EqualRows rows;
    private final WeightedArrangement counts;

    DistinctOperator(Plan.Distinct plan, Supplier<Arrangement> arrangements) {
        this.counts = new WeightedArrangement(arrangements.get());
        this.rows = new EqualRows(plan.types(), arrangements);
    }

    @Override
    public ZSet step(ZSet delta) {
        ZSet out = new ZSet();
        rows.group(delta).forEach((key, changed) -> change(key, changed, out));
        return out;
    }

    private void change(byte[] key, List<WeightedRow> changed, ZSet out) {
        Row any = changed.getFirst().row();
        long before = counts.weightOf(key);
        Optional<Row> gone = before > 0 ? rows.shown(key, any) : Optional.empty();
        rows.add(key, changed, "a distinct");
        long after = counts.add(key, WeightedRow.sum(changed), "a distinct");
        Optional<Row> come = after > 0 ? rows.shown(key, any) : Optional.empty();
        gone.ifPresent(row -> out.add(row, -1));
        come.ifPresent(row -> out.add(row, 1));
    }
}
