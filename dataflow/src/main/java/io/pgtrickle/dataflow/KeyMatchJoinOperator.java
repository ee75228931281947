package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.state.Arrangement;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// LEFT, FULL, SEMI and ANTI joins whose condition is their keys and nothing else, so that all rows of a key have a match or none
/// has: those of A(k) have one where |B(k)|, the number of the other side's rows, isn't 0. With `lone` what is shown of rows
/// besides their pairs (`JoinOutput`), which depends on that alone,
///
///     out(A, B) = A ⋈ B + Σ over k of lone(A(k), |B(k)| > 0) + lone(B(k), |A(k)| > 0)
///
/// The sides change one after the other, ΔA on B, then ΔB on A + ΔA. Where A(k) gets ΔA(k), that is
///
///     ΔA(k) ⋈ B(k) + lone(ΔA(k), |B(k)| > 0)
///     + lone(B(k), |A(k) + ΔA(k)| > 0) − lone(B(k), |A(k)| > 0)
///
/// of which the last two differ only where A(k) becomes empty or ceases to be. What is shown and taken back within a
/// step falls out in the sum. A row with a NULL in its key, where that matches nothing, has no match ever and isn't kept.
///
/// Kept: the rows of both sides by key, of the right one only where pairs are shown; the number of right rows by key, and
/// for FULL of the left ones.
///
/// Cost of a step: one look-up a changed key, and for LEFT and FULL what the pairs cost (`JoinOperator`). For SEMI and ANTI a changed
/// key of the left costs nothing else; one of the right costs a scan of its left rows where their first partner comes or
/// the last one goes, and nothing else otherwise.
final class KeyMatchJoinOperator implements Operator.Binary {

    private final JoinOutput output;
    private final Side left;
    private final Side right;

    KeyMatchJoinOperator(Plan.Join plan, Supplier<Arrangement> arrangements) {
        this.output = new JoinOutput(plan);
        this.left =
                new Side(
                        JoinInput.left(plan),
                        arrangements.get(),
                        output.showsLoneRight() ? arrangements.get() : null);
        this.right =
                new Side(
                        JoinInput.right(plan),
                        output.showsPairs() ? arrangements.get() : null,
                        arrangements.get());
    }

    @Override
    public ZSet step(ZSet leftDelta, ZSet rightDelta) {
        ZSet out = new ZSet();
        KeyGroups leftChanges =
                left.input.group(leftDelta, (row, weight) -> output.left(row, weight, false, out));
        KeyGroups rightChanges =
                right.input.group(
                        rightDelta, (row, weight) -> output.right(row, weight, false, out));
        for (Side side : List.of(left, right)) {
            side.prefetch(leftChanges);
            side.prefetch(rightChanges);
        }
        leftChanges.forEach((key, changed) -> changeLeft(key, changed, out));
        rightChanges.forEach((key, changed) -> changeRight(key, changed, out));
        return out;
    }

    private void changeLeft(byte[] key, List<WeightedRow> changed, ZSet out) {
        boolean matched = right.has(key);
        for (WeightedRow row : changed) {
            output.left(row.row(), row.weight(), matched, out);
        }
        Presence presence = left.add(key, changed);
        if (!matched || !output.showsPairs()) {
            return;
        }
        right.forEach(
                key,
                (partner, weight) -> {
                    for (WeightedRow row : changed) {
                        output.pair(
                                row.row(), partner, Math.multiplyExact(row.weight(), weight), out);
                    }
                    if (presence.changes()) {
                        output.right(partner, -weight, presence.before, out);
                        output.right(partner, weight, presence.after, out);
                    }
                });
    }

    private void changeRight(byte[] key, List<WeightedRow> changed, ZSet out) {
        if (output.showsLoneRight()) {
            boolean matched = left.has(key);
            for (WeightedRow row : changed) {
                output.right(row.row(), row.weight(), matched, out);
            }
        }
        Presence presence = right.add(key, changed);
        if (!presence.changes() && !output.showsPairs()) {
            return;
        }
        left.forEach(
                key,
                (partner, weight) -> {
                    if (output.showsPairs()) {
                        for (WeightedRow row : changed) {
                            output.pair(
                                    partner,
                                    row.row(),
                                    Math.multiplyExact(weight, row.weight()),
                                    out);
                        }
                    }
                    if (presence.changes()) {
                        output.left(partner, -weight, presence.before, out);
                        output.left(partner, weight, presence.after, out);
                    }
                });
    }

    /// Whether a side has rows of a key, before and after a change.
    private record Presence(boolean before, boolean after) {

        /// Where nobody asks.
        static final Presence UNKNOWN = new Presence(true, true);

        boolean changes() {
            return before != after;
        }
    }

    private static final class Side {

        private final JoinInput input;
        private final @Nullable JoinRows rows;
        private final @Nullable WeightedArrangement counts;

        /// @param rows null where they needn't be known
        /// @param counts null where the other side needn't know whether there are any
        Side(JoinInput input, @Nullable Arrangement rows, @Nullable Arrangement counts) {
            this.input = input;
            this.rows = rows == null ? null : new JoinRows(input, rows);
            this.counts = counts == null ? null : new WeightedArrangement(counts);
        }

        void prefetch(KeyGroups changes) {
            if (counts != null && !changes.isEmpty()) {
                counts.prefetch(changes.keys());
            }
        }

        boolean has(byte[] key) {
            return counts == null || counts.weightOf(key) > 0;
        }

        void forEach(byte[] key, ZSet.Visitor visitor) {
            if (rows != null) {
                rows.forEach(key, visitor);
            }
        }

        Presence add(byte[] key, List<WeightedRow> changed) {
            if (rows != null) {
                rows.add(key, changed);
            }
            if (counts == null) {
                return Presence.UNKNOWN;
            }
            long weight = WeightedRow.sum(changed);
            long after = counts.add(key, weight, "a join");
            return new Presence(after != weight, after != 0);
        }
    }
}
