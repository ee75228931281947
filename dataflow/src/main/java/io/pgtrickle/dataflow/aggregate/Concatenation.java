package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.ByteWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `string_agg`: the values, each but the first after its own delimiter. PostgreSQL concatenates in the order in which the rows happen to come
/// where none is asked for; here it is the canonical order of value and delimiter.
final class Concatenation {

    private Concatenation() {}

    static @Nullable Object text(List<CountedRow> rows, Row direct) {
        StringBuilder text = new StringBuilder();
        boolean first = true;
        for (CountedRow row : rows) {
            for (long i = 0; i < row.count(); i++) {
                if (!first && row.values().get(1) instanceof String delimiter) {
                    text.append(delimiter);
                }
                text.append((String) RowsFunctions.value(row));
                first = false;
            }
        }
        return first ? null : text.toString();
    }

    static @Nullable Object bytes(List<CountedRow> rows, Row direct) {
        ByteWriter bytes = new ByteWriter();
        boolean first = true;
        for (CountedRow row : rows) {
            for (long i = 0; i < row.count(); i++) {
                if (!first && row.values().get(1) instanceof Bytes delimiter) {
                    bytes.write(delimiter.array());
                }
                bytes.write(((Bytes) RowsFunctions.value(row)).array());
                first = false;
            }
        }
        return first ? null : Bytes.of(bytes.toByteArray());
    }
}
