package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.state.Arrangement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Rows by SQL's equality of all their columns, NULL equal to NULL. Equal rows may have different images (1.0 and 1.00); then that of
/// the rows present with the least image stands for all of them, so that what is shown doesn't depend on the order in
/// which they came. Where equal rows always have one image, nothing is kept here.
final class EqualRows {

    private final KeyedDelta keys;
    private final RowCodec codec;
    private final @Nullable WeightedArrangement images;

    EqualRows(List<SqlType> types, Supplier<Arrangement> arrangements) {
        List<Expression> columns = new ArrayList<>();
        for (SqlType type : types) {
            columns.add(new Expression.Column(columns.size(), type));
        }
        this.keys = new KeyedDelta(columns);
        this.codec = new RowCodec(types);
        boolean sameImages = types.stream().allMatch(SqlType::equalMeansSameImage);
        this.images = sameImages ? null : new WeightedArrangement(arrangements.get());
    }

    SortedMap<byte[], List<WeightedRow>> group(ZSet delta) {
        return keys.group(delta);
    }

    /// @param owner names the operator in an error
    void add(byte[] key, List<WeightedRow> changed, String owner) {
        if (images == null) {
            return;
        }
        for (WeightedRow row : changed) {
            ByteWriter entry = new ByteWriter(key.length * 2 + 16);
            entry.write(key);
            codec.encode(row.row(), entry);
            images.add(entry.toByteArray(), row.weight(), owner);
        }
    }

    /// The row that stands for those of a key.
    ///
    /// @param any one that has the key
    /// @return empty where rows of the key are known to be absent
    Optional<Row> shown(byte[] key, Row any) {
        if (images == null) {
            return Optional.of(any);
        }
        try (Arrangement.Cursor cursor = images.scan(key)) {
            if (!cursor.next()) {
                return Optional.empty();
            }
            byte[] entry = cursor.key();
            return Optional.of(codec.decode(Arrays.copyOfRange(entry, key.length, entry.length)));
        }
    }
}
