package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.state.Arrangement;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Inner join. Bilinear: with A, B the integrals before the step,
///
///     Δ(A ⋈ B) = ΔA ⋈ B + (A + ΔA) ⋈ ΔB
///
/// so the cross term ΔA ⋈ ΔB counts once, at any depth, and also where both deltas are one, as in a self-join. Both integrals are
/// kept, arranged by the join's key; a row with a NULL in its key matches nothing and isn't kept, unless NULL matches NULL
/// there. Without a key all rows have the same one, and every pair is looked at.
///
/// Cost of a step: one scan a changed key, plus the rows that it matches; partners are streamed, not gathered. Changed rows of
/// one key share the scan, so that an update of a row with 100,000 partners reads them once, or twice where there is a
/// condition (`JoinInput.part`).
final class JoinOperator implements Operator.Binary {

    private final JoinInput left;
    private final JoinInput right;
    private final JoinRows leftRows;
    private final JoinRows rightRows;
    private final @Nullable Evaluator residual;

    private JoinOperator(Plan.Join plan, Arrangement leftRows, Arrangement rightRows) {
        this.left = JoinInput.left(plan);
        this.right = JoinInput.right(plan);
        this.leftRows = new JoinRows(left, leftRows);
        this.rightRows = new JoinRows(right, rightRows);
        this.residual = plan.on().residual().map(Compiler::compile).orElse(null);
    }

    /// The operator for the join's kind and condition.
    ///
    /// @param arrangements where its arrangements come from, in a fixed order
    static Operator of(Plan.Join plan, Supplier<Arrangement> arrangements, Compiler compiler) {
        return plan.kind() == Plan.JoinKind.INNER
                ? new JoinOperator(plan, arrangements.get(), arrangements.get())
                : plan.on().residual().isEmpty()
                        ? new KeyMatchJoinOperator(plan, arrangements)
                        : new PairMatchJoinOperator(plan, arrangements, compiler);
    }

    @Override
    public ZSet step(ZSet leftDelta, ZSet rightDelta) {
        ZSet joined = new ZSet();
        if (residual == null) {
            step(leftDelta, rightDelta, joined);
        } else {
            step(JoinInput.part(leftDelta, -1), JoinInput.part(rightDelta, -1), joined);
            step(JoinInput.part(leftDelta, 1), JoinInput.part(rightDelta, 1), joined);
        }
        return joined;
    }

    private void step(ZSet leftDelta, ZSet rightDelta, ZSet joined) {
        KeyGroups leftChanges = left.group(leftDelta, JoinOperator::passOver);
        match(
                leftChanges,
                rightRows,
                (changed, partner, weight) -> emit(changed.concat(partner), weight, joined));
        leftRows.add(leftChanges);
        KeyGroups rightChanges = right.group(rightDelta, JoinOperator::passOver);
        match(
                rightChanges,
                leftRows,
                (changed, partner, weight) -> emit(partner.concat(changed), weight, joined));
        rightRows.add(rightChanges);
    }

    private static void passOver(Row row, long weight) {}

    private void emit(Row pair, long weight, ZSet joined) {
        if (residual == null || Boolean.TRUE.equals(residual.evaluate(pair))) {
            joined.add(pair, weight);
        }
    }

    private static void match(KeyGroups changes, JoinRows partners, Match match) {
        changes.forEach((key, changed) ->
                partners.forEach(
                        key,
                        (partner, weight) -> {
                            for (WeightedRow row : changed) {
                                match.accept(
                                        row.row(),
                                        partner,
                                        Math.multiplyExact(row.weight(), weight));
                            }
                        }));
    }

    @FunctionalInterface
    private interface Match {
        void accept(Row changed, Row partner, long weight);
    }
}
