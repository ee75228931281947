package io.pgtrickle.dataflow;

import io.pgtrickle.model.ZSet;
import java.util.List;

/// A node of the circuit: turns the deltas of a step into its own. Operators know rows, weights and arrangements only; each
/// keeps what it needs of earlier steps in arrangements of its own.
///
/// A delta that was handed over or returned isn't changed afterwards, since one may have several readers.
sealed interface Operator {

    /// The delta of one that isn't a leaf; without changes of its inputs it has none.
    ///
    /// @param deltas of its inputs
    /// @param first whether it has seen nothing yet
    default ZSet apply(List<ZSet> deltas, boolean first) {
        boolean idle = deltas.stream().allMatch(ZSet::isEmpty);
        return switch (this) {
            case Unary unary when first -> unary.initialize(deltas.getFirst());
            case Operator _ when idle -> new ZSet();
            case Unary unary -> unary.step(deltas.getFirst());
            case Nary nary -> nary.step(deltas);
            case Binary binary -> binary.step(deltas.get(0), deltas.get(1));
            case Leaf _ -> throw new IllegalArgumentException("a leaf has no inputs");
        };
    }

    /// Has no input but a table's changes.
    sealed interface Leaf extends Operator permits SourceOperator, ValuesOperator {
        ZSet step(List<SourceChange> changes);

        /// The first step of all.
        default ZSet initialize() {
            return new ZSet();
        }
    }

    sealed interface Unary extends Operator
            permits FilterOperator,
                    ProjectOperator,
                    ProjectSetOperator,
                    AggregateOperator,
                    DistinctOperator,
                    TopKOperator,
                    WindowOperator {
        ZSet step(ZSet delta);

        /// The first step of all: also yields what the operator makes of no input.
        default ZSet initialize(ZSet delta) {
            return step(delta);
        }
    }

    /// Has any number of inputs.
    sealed interface Nary extends Operator permits UnionOperator, RecursiveOperator {
        ZSet step(List<ZSet> deltas);
    }

    sealed interface Binary extends Operator
            permits JoinOperator,
                    KeyMatchJoinOperator,
                    PairMatchJoinOperator,
                    SetOperationOperator {
        ZSet step(ZSet leftDelta, ZSet rightDelta);
    }
}
