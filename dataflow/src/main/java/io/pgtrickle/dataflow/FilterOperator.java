package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.model.ZSet;

/// The rows for which a predicate is true. Linear:
///
///     Δ(σ A) = σ ΔA
///
/// Cost of a step: one evaluation a changed row. No state.
final class FilterOperator implements Operator.Unary {

    private final Evaluator predicate;

    FilterOperator(Evaluator predicate) {
        this.predicate = predicate;
    }

    @Override
    public ZSet step(ZSet delta) {
        ZSet passed = new ZSet();
        delta.forEach((row, weight) -> {
            if (Boolean.TRUE.equals(predicate.evaluate(row))) {
                passed.add(row, weight);
            }
        });
        return passed;
    }
}
