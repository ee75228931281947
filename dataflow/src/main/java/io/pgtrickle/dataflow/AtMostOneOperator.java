package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.RowErrors;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.state.Arrangement;
import java.util.List;

/// Lets its input through and fails where at the end of a step two rows have equal keys, as PostgreSQL does where a scalar subquery
/// returns a second row. Linear otherwise: Δ(A) = ΔA. That there are two for a moment within a step is no error.
///
/// Kept: the number of rows by key. Cost of a step: one look-up a changed key.
final class AtMostOneOperator implements Operator.Unary {

    private final KeyedDelta keys;
    private final WeightedArrangement counts;

    AtMostOneOperator(Plan.AtMostOne plan, Arrangement counts) {
        this.keys = new KeyedDelta(plan.keys());
        this.counts = new WeightedArrangement(counts);
    }

    @Override
    public ZSet step(ZSet delta) {
        keys.group(delta).forEach(this::count);
        return delta;
    }

    private void count(byte[] key, List<WeightedRow> changed) {
        long rows = counts.add(key, WeightedRow.sum(changed), "a scalar subquery");
        if (rows > 1) {
            throw RowErrors.of(
                    "21000", "more than one row returned by a subquery used as an expression");
        }
    }
}
