package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.dataflow.expression.RowErrors;
import io.pgtrickle.model.BitString;
import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `bit_and`, `bit_or` and `bit_xor` of bit strings, which must all be of one length.
record BitStrings(BitOperation operation) implements RowsFunction {

    @Override
    public @Nullable Object result(List<CountedRow> rows, Row direct) {
        if (rows.isEmpty()) {
            return null;
        }
        int length = ((BitString) RowsFunctions.value(rows.getFirst())).length();
        long[] ones = new long[length];
        long count = 0;
        for (CountedRow row : rows) {
            BitString bits = (BitString) RowsFunctions.value(row);
            if (bits.length() != length) {
                throw RowErrors.of(
                        "22026", "cannot " + operation + " bit strings of different sizes");
            }
            count = Math.addExact(count, row.count());
            for (int i = 0; i < length; i++) {
                ones[i] += bits.bit(i) ? row.count() : 0;
            }
        }
        byte[] bytes = new byte[(length + 7) / 8];
        for (int i = 0; i < length; i++) {
            bytes[i / 8] |= (byte) (operation.of(ones[i], count) ? 0x80 >> i % 8 : 0);
        }
        return new BitString(length, Bytes.of(bytes));
    }
}
