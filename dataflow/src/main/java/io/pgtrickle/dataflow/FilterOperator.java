package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.model.ZSet;
import java.util.List;

/// The rows for which a predicate is true. Linear:
///
///     Δ(σ A) = σ ΔA
///
/// Cost of a step: one evaluation a changed row. No state.
final class FilterOperator implements Operator.Unary {

    private final Evaluator predicate;
    private final PreparedRows rows;

    FilterOperator(Evaluator predicate) {
        this.predicate = predicate;
        this.rows = new PreparedRows(List.of(predicate));
    }

    @Override
    public ZSet step(ZSet delta) {
        ZSet passed = new ZSet();
        rows.forEach(
                delta,
                (row, weight) -> {
                    if (Boolean.TRUE.equals(predicate.evaluate(row))) {
                        passed.add(row, weight);
                    }
                });
        return passed;
    }
}
