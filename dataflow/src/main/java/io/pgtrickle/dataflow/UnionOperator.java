package io.pgtrickle.dataflow;

import io.pgtrickle.model.ZSet;
import java.util.List;

/// UNION ALL. Linear: Δ(A + B) = ΔA + ΔB. No state.
final class UnionOperator implements Operator.Nary {

    @Override
    public ZSet step(List<ZSet> deltas) {
        ZSet sum = new ZSet();
        deltas.forEach(sum::addAll);
        return sum;
    }
}
