package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.UniqueColumns;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.RowCodec;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/// One input of a join, as far as it has no state: the key of each row, and the form in which rows are kept, which is the
/// join's key followed by the row's image.
final class JoinInput {

    private final KeyedDelta keys;
    private final boolean[] nullsMatch;
    private final RowCodec codec;
    private final boolean distinct;
    private final ByteWriter buffer = new ByteWriter();

    private JoinInput(Plan input, List<EquiKey> keys, Function<EquiKey, Expression> side) {
        this.keys = new KeyedDelta(keys.stream().map(side).toList());
        this.nullsMatch = new boolean[keys.size()];
        for (int i = 0; i < nullsMatch.length; i++) {
            nullsMatch[i] = keys.get(i).nullsMatch();
        }
        this.codec = new RowCodec(input.types());
        this.distinct = UniqueColumns.of(input).isPresent();
    }

    static JoinInput left(Plan.Join plan) {
        return new JoinInput(plan.left(), plan.on().keys(), EquiKey::left);
    }

    static JoinInput right(Plan.Join plan) {
        return new JoinInput(plan.right(), plan.on().keys(), EquiKey::right);
    }

    /// The delta's rows by key.
    ///
    /// @param unmatchable receives the rows that have a NULL where NULL matches nothing
    KeyGroups group(ZSet delta, ZSet.Visitor unmatchable) {
        return keys.groupMatchable(delta, nullsMatch, unmatchable);
    }

    /// Whether no row is there twice.
    boolean isDistinct() {
        return distinct;
    }

    byte[] entry(byte[] key, Row row) {
        buffer.clear();
        buffer.write(key);
        codec.encode(row, buffer);
        return buffer.toByteArray();
    }

    Row row(byte[] key, byte[] entry) {
        return codec.decode(Arrays.copyOfRange(entry, key.length, entry.length));
    }

    /// The part of a delta that comes (1) or goes (−1). Where a condition is evaluated over pairs, what goes is to be taken out of
    /// both sides before anything new comes in: otherwise a row that comes would be paired with one that goes, and the
    /// condition could fail (a division by zero, say) on a pair that is in no state of the tables.
    static ZSet part(ZSet delta, int sign) {
        ZSet part = new ZSet();
        delta.forEach((row, weight) -> {
            if (Long.signum(weight) == sign) {
                part.add(row, weight);
            }
        });
        return part;
    }
}
