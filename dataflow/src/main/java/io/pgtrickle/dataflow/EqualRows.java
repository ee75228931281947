package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.state.Arrangement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Rows by SQL's equality of all their columns, NULL equal to NULL. Equal rows may have different images (1.0 and 1.00); then that of
/// the rows present with the least image stands for all of them, so that what is shown doesn't depend on the order in
/// which they came. It is kept by the operator, with what else that keeps of a key; the images that are there are kept here.
/// Where equal rows always have one image, nothing of this is kept.
///
/// Cost: for images one look-up a changed row, and one short scan where the one that was shown has gone and others stay.
final class EqualRows {

    private static final byte[] NO_IMAGE = {};

    private final KeyedDelta keys;
    private final RowCodec codec;
    private final @Nullable WeightedArrangement images;
    private final String owner;

    /// @param owner names the operator in errors
    EqualRows(List<SqlType> types, Supplier<Arrangement> arrangements, String owner) {
        this.owner = owner;
        List<Expression> columns = new ArrayList<>();
        for (SqlType type : types) {
            columns.add(new Expression.Column(columns.size(), type));
        }
        this.keys = new KeyedDelta(columns);
        this.codec = new RowCodec(types);
        boolean sameImages = types.stream().allMatch(SqlType::equalMeansSameImage);
        this.images = sameImages ? null : new WeightedArrangement(arrangements.get());
    }

    KeyGroups group(ZSet delta) {
        return keys.group(delta);
    }

    /// Takes a change of the rows of a key in.
    ///
    /// @param shown the row that stood for them before; of no interest where there were none
    /// @param remaining how many rows of the key there are afterwards
    /// @return the row that stands for them now; of no interest where there are none
    Row add(byte[] key, List<WeightedRow> changed, Optional<Row> shown, long remaining) {
        if (images == null || changed.isEmpty()) {
            return shown.orElseGet(() -> changed.getFirst().row());
        }
        Optional<Row> least = shown;
        byte[] leastImage = shown.map(codec::encode).orElse(NO_IMAGE);
        boolean gone = false;
        for (WeightedRow row : changed) {
            byte[] image = codec.encode(row.row());
            boolean present = images.add(join(key, image), row.weight(), owner) > 0;
            int order = least.isEmpty() ? -1 : Arrays.compareUnsigned(image, leastImage);
            if (present && order < 0) {
                least = Optional.of(row.row());
                leastImage = image;
                gone = false;
            } else if (!present && order == 0) {
                gone = true;
            }
        }
        Row any = changed.getFirst().row();
        return gone && remaining > 0 ? first(key, images).orElse(any) : least.orElse(any);
    }

    private Optional<Row> first(byte[] key, WeightedArrangement entries) {
        try (Arrangement.Cursor cursor = entries.scan(key)) {
            if (!cursor.next()) {
                return Optional.empty();
            }
            byte[] entry = cursor.key();
            return Optional.of(codec.decode(Arrays.copyOfRange(entry, key.length, entry.length)));
        }
    }

    private static byte[] join(byte[] key, byte[] image) {
        return new ByteWriter(key.length + image.length).write(key).write(image).toByteArray();
    }

    /// The row that was kept, or where it needn't be, any that has the key.
    Row read(ByteReader in, Row any) {
        return images == null ? any : codec.decode(in.readBytes(in.remaining()));
    }

    /// Ends what an operator keeps of a key with the row that is shown.
    void write(Row shown, ByteWriter out) {
        if (images != null) {
            codec.encode(shown, out);
        }
    }
}
