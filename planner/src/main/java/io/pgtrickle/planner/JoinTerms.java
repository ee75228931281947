package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/// A join's condition by what its terms look at.
///
/// @param left over the left row
/// @param right over the right row; terms without columns too, since the right side has no partners where they don't hold
/// @param both over the concatenated row
record JoinTerms(
        List<EquiKey> keys, List<Expression> left, List<Expression> right, List<Expression> both) {

    JoinTerms(
            List<EquiKey> keys,
            List<Expression> left,
            List<Expression> right,
            List<Expression> both) {
        this.keys = List.copyOf(keys);
        this.left = List.copyOf(left);
        this.right = List.copyOf(right);
        this.both = List.copyOf(both);
    }

    /// @param width of the left row
    static JoinTerms of(JoinCondition on, int width, EquiKeys equiKeys) {
        List<EquiKey> keys = new ArrayList<>(on.keys());
        List<Expression> left = new ArrayList<>();
        List<Expression> right = new ArrayList<>();
        List<Expression> both = new ArrayList<>();
        for (Expression term : Conjuncts.split(on.residual())) {
            BitSet columns = Columns.of(term);
            if (columns.nextSetBit(0) >= width || columns.isEmpty()) {
                right.add(Columns.shift(term, -width));
            } else if (columns.length() <= width) {
                left.add(term);
            } else {
                equiKeys.of(term)
                        .flatMap(key -> across(key, width))
                        .ifPresentOrElse(
                                key -> {
                                    if (!keys.contains(key)) {
                                        keys.add(key);
                                    }
                                },
                                () -> both.add(term));
            }
        }
        return new JoinTerms(keys, left, right, both);
    }

    /// The key with one side over each row, where it can be seen so.
    static Optional<EquiKey> across(EquiKey key, int width) {
        BitSet left = Columns.of(key.left());
        BitSet right = Columns.of(key.right());
        if (left.isEmpty() || right.isEmpty()) {
            return Optional.empty();
        }
        if (left.length() <= width && right.nextSetBit(0) >= width) {
            return Optional.of(
                    new EquiKey(key.left(), Columns.shift(key.right(), -width), key.nullsMatch()));
        }
        if (right.length() <= width && left.nextSetBit(0) >= width) {
            return Optional.of(
                    new EquiKey(key.right(), Columns.shift(key.left(), -width), key.nullsMatch()));
        }
        return Optional.empty();
    }
}
