package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.state.Arrangement;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// Inner join. Bilinear: with A, B the integrals before the step,
///
///     Δ(A ⋈ B) = ΔA ⋈ B + (A + ΔA) ⋈ ΔB
///
/// so the cross term ΔA ⋈ ΔB counts once, at any depth, and also where both deltas are one, as in a self-join. Both integrals are
/// kept, arranged by the join's key; a row with a NULL in its key matches nothing and isn't kept. Without a key all
/// rows have the same one, and every pair is looked at.
///
/// Cost of a step: one scan a changed key, plus the rows that it matches; partners are streamed, not gathered. Changed rows of
/// one key share the scan, so that an update of a row with 100,000 partners reads them once.
final class JoinOperator implements Operator.Binary {

    private final Side left;
    private final Side right;
    private final @Nullable Evaluator residual;

    JoinOperator(Plan.Join plan, Arrangement leftRows, Arrangement rightRows) {
        List<EquiKey> keys = plan.on().keys();
        this.left = new Side(plan.left(), keys.stream().map(EquiKey::left).toList(), leftRows);
        this.right = new Side(plan.right(), keys.stream().map(EquiKey::right).toList(), rightRows);
        this.residual = plan.on().residual().map(Compiler::compile).orElse(null);
    }

    @Override
    public ZSet step(ZSet leftDelta, ZSet rightDelta) {
        ZSet joined = new ZSet();
        SortedMap<byte[], List<WeightedRow>> leftChanges = left.keys.groupWithoutNulls(leftDelta);
        right.match(
                leftChanges,
                (changed, partner, weight) -> emit(changed.concat(partner), weight, joined));
        left.integrate(leftChanges);
        SortedMap<byte[], List<WeightedRow>> rightChanges =
                right.keys.groupWithoutNulls(rightDelta);
        left.match(
                rightChanges,
                (changed, partner, weight) -> emit(partner.concat(changed), weight, joined));
        right.integrate(rightChanges);
        return joined;
    }

    private void emit(Row pair, long weight, ZSet joined) {
        if (residual == null || Boolean.TRUE.equals(residual.evaluate(pair))) {
            joined.add(pair, weight);
        }
    }

    @FunctionalInterface
    private interface Match {
        void accept(Row changed, Row partner, long weight);
    }

    /// One input's integral: join key, then row image → weight.
    private static final class Side {

        private final KeyedDelta keys;
        private final RowCodec codec;
        private final WeightedArrangement rows;

        Side(Plan input, List<Expression> keys, Arrangement rows) {
            this.keys = new KeyedDelta(keys);
            this.codec = new RowCodec(input.types());
            this.rows = new WeightedArrangement(rows);
        }

        void match(SortedMap<byte[], List<WeightedRow>> changes, Match match) {
            changes.forEach((key, changed) -> {
                try (Arrangement.Cursor cursor = rows.scan(key)) {
                    while (cursor.next()) {
                        byte[] entry = cursor.key();
                        Row partner =
                                codec.decode(Arrays.copyOfRange(entry, key.length, entry.length));
                        long weight = WeightedArrangement.weight(cursor.value());
                        for (WeightedRow row : changed) {
                            match.accept(
                                    row.row(), partner, Math.multiplyExact(row.weight(), weight));
                        }
                    }
                }
            });
        }

        void integrate(SortedMap<byte[], List<WeightedRow>> changes) {
            changes.forEach((key, changed) -> {
                for (WeightedRow row : changed) {
                    ByteWriter entry = new ByteWriter(key.length + 64);
                    entry.write(key);
                    codec.encode(row.row(), entry);
                    rows.add(entry.toByteArray(), row.weight(), "a join");
                }
            });
        }
    }
}
