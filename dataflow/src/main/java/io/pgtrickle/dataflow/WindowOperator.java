package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.window.WindowEvaluation;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.state.Arrangement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Window functions: each row with what its calls make of its partition. Not linear, so each touched partition's output before and after
/// the step is compared; with out(p) the output rows of partition p,
///
///     ΔW(A) = Σ over p touched by ΔA of  +out(A + ΔA, p) − out(A, p)
///
/// Only rows whose output changed are emitted. The rows of each partition are kept in order; among rows that ORDER BY doesn't tell apart
/// the canonical order of the whole row decides, so that `row_number` and frames of ROWS are a function of the partition's
/// content.
///
/// Cost of a step: a scan of each touched partition and two evaluations of it, before and after; each is linear in the partition's
/// rows for ranks, `lag`, `lead`, values of the frame, and sums and counts over any frame.
final class WindowOperator implements Operator.Unary {

    private final KeyedDelta partitions;
    private final SortOrder order;
    private final OrderedRows rows;
    private final WindowEvaluation evaluation;

    WindowOperator(Plan.Window plan, Arrangement arrangement) {
        this.partitions = new KeyedDelta(plan.partition());
        this.order = new SortOrder(plan.order());
        this.rows = new OrderedRows(arrangement, plan.input().types(), "a window");
        this.evaluation = WindowEvaluation.of(plan);
    }

    @Override
    public ZSet initialize(ZSet delta) {
        evaluation.checkOffsets();
        return step(delta);
    }

    @Override
    public ZSet step(ZSet delta) {
        ZSet out = new ZSet();
        partitions.group(delta).forEach((partition, changes) -> update(partition, changes, out));
        return out;
    }

    private void update(byte[] partition, List<WeightedRow> changes, ZSet out) {
        NavigableMap<byte[], WeightedRow> before = rows.read(partition);
        NavigableMap<byte[], WeightedRow> after = new TreeMap<>(Arrays::compareUnsigned);
        after.putAll(before);
        for (WeightedRow change : changes) {
            Row row = change.row();
            byte[] entry = rows.entry(partition, row, order, row);
            rows.add(entry, change.weight());
            after.merge(entry, change, WindowOperator::sumOrGone);
        }
        emit(output(before.values()), output(after.values()), out);
    }

    @SuppressWarnings("NullAway") // merge takes null for an entry that goes
    private static WeightedRow sumOrGone(WeightedRow a, WeightedRow b) {
        long sum = Math.addExact(a.weight(), b.weight());
        return sum == 0 ? null : new WeightedRow(a.row(), sum);
    }

    private List<Row> output(Collection<WeightedRow> partition) {
        List<Row> expanded = new ArrayList<>(partition.size());
        for (WeightedRow row : partition) {
            for (long i = 0; i < row.weight(); i++) {
                expanded.add(row.row());
            }
        }
        return evaluation.evaluate(expanded);
    }

    /// The difference of two lists of output rows, most of which stand in both at the same place from the beginning or from the end.
    private static void emit(List<Row> before, List<Row> after, ZSet out) {
        int shorter = Math.min(before.size(), after.size());
        int head = 0;
        while (head < shorter && before.get(head).equals(after.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < shorter - head
                && before.get(before.size() - 1 - tail)
                        .equals(after.get(after.size() - 1 - tail))) {
            tail++;
        }
        before.subList(head, before.size() - tail).forEach(row -> out.add(row, -1));
        after.subList(head, after.size() - tail).forEach(row -> out.add(row, 1));
    }
}
