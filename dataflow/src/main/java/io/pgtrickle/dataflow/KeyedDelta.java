package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.remote.RemoteFunctions;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Computes the key by which an operator's state is partitioned, and groups deltas by it.
final class KeyedDelta {

    private final List<Evaluator> evaluators;
    private final PreparedRows rows;
    private final RowCodec codec;
    private final int[] all;
    private final ByteWriter buffer = new ByteWriter();

    KeyedDelta(List<Expression> keys) {
        this(keys, new Compiler(RemoteFunctions.NONE));
    }

    KeyedDelta(List<Expression> keys, Compiler compiler) {
        List<SqlType> types = keys.stream().map(Expression::type).toList();
        this.evaluators = keys.stream().map(compiler::evaluator).toList();
        this.rows = new PreparedRows(evaluators);
        this.codec = new RowCodec(types);
        this.all = IntStream.range(0, types.size()).toArray();
    }

    /// Rows of the keys' values, not of the input.
    RowCodec codec() {
        return codec;
    }

    /// The values of the keys.
    Row values(Row row) {
        @Nullable Object[] cells = new @Nullable Object[evaluators.size()];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = evaluators.get(i).evaluate(row);
        }
        return Row.of(cells);
    }

    /// The canonical key of such values; no key is a prefix of another.
    byte[] key(Row values) {
        buffer.clear();
        codec.writeKey(values, all, buffer);
        return buffer.toByteArray();
    }

    /// The delta's rows by key, where NULL is a value as any other.
    KeyGroups group(ZSet delta) {
        KeyGroups groups = new KeyGroups();
        rows.forEach(delta, (row, weight) -> add(groups, values(row), row, weight));
        return groups;
    }

    /// The delta's rows by key, where NULL is a value as any other in the keys for which `nullsMatch` says so.
    ///
    /// @param unmatchable receives the rows that have a NULL in another one
    KeyGroups groupMatchable(ZSet delta, boolean[] nullsMatch, ZSet.Visitor unmatchable) {
        KeyGroups groups = new KeyGroups();
        rows.forEach(
                delta,
                (row, weight) -> {
                    Row values = values(row);
                    if (matchable(values, nullsMatch)) {
                        add(groups, values, row, weight);
                    } else {
                        unmatchable.accept(row, weight);
                    }
                });
        return groups;
    }

    private void add(KeyGroups groups, Row values, Row row, long weight) {
        groups.add(key(values), new WeightedRow(row, weight));
    }

    private static boolean matchable(Row values, boolean[] nullsMatch) {
        for (int i = 0; i < values.width(); i++) {
            if (values.get(i) == null && !nullsMatch[i]) {
                return false;
            }
        }
        return true;
    }
}
