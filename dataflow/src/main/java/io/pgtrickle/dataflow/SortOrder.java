package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.ByteWriter;
import java.util.List;

/// ORDER BY as bytes that sort without sign: for each item a byte that puts NULLs first or last, then the canonical key of the
/// value, inverted where the item is descending. Rows that the order doesn't tell apart have the same bytes; of no two
/// others are the bytes a prefix of each other.
final class SortOrder {

    private static final int NULL_FIRST = 0;
    private static final int VALUE = 1;
    private static final int NULL_LAST = 2;

    private final List<SortKey> order;
    private final List<Evaluator> evaluators;
    private final ByteWriter key = new ByteWriter();

    SortOrder(List<SortKey> order) {
        this.order = List.copyOf(order);
        this.evaluators = order.stream().map(item -> Compiler.compile(item.expression())).toList();
    }

    /// Appends the bytes by which the row is ordered.
    void write(Row row, ByteWriter out) {
        for (int i = 0; i < order.size(); i++) {
            SortKey item = order.get(i);
            Object value = evaluators.get(i).evaluate(row);
            if (value == null) {
                out.writeByte(item.nullsFirst() ? NULL_FIRST : NULL_LAST);
                continue;
            }
            key.clear();
            item.expression().type().writeKey(value, key);
            byte[] bytes = key.toByteArray();
            if (item.descending()) {
                for (int b = 0; b < bytes.length; b++) {
                    bytes[b] = (byte) ~bytes[b];
                }
            }
            out.writeByte(VALUE).write(bytes);
        }
    }
}
