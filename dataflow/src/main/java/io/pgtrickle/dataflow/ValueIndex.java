package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.aggregate.Accumulator;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.state.Arrangement;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The values of an aggregate's argument in each group, with their weights, in order: group key, then the value's canonical
/// key, then its image, then the image's length in four bytes, by which it is found from the end.
///
/// Arrangements are read forwards only, so an index for MAX inverts the bytes of the values' canonical keys: the
/// greatest value is the first one. Inverted keys are prefix-free as well.
final class ValueIndex {

    private static final int LENGTH_BYTES = 4;

    private final WeightedArrangement entries;
    private final SqlType type;
    private final boolean descending;

    ValueIndex(Arrangement arrangement, SqlType type, boolean descending) {
        this.entries = new WeightedArrangement(arrangement);
        this.type = type;
        this.descending = descending;
    }

    /// @return the value's new weight
    long add(byte[] group, Object value, long weight) {
        return entries.add(entry(group, value), weight, "an aggregate");
    }

    /// The change in the set of values that are there, whatever their weights: of equal values only the one with the least
    /// image is in it.
    void addDistinct(byte[] group, Object value, long weight, Accumulator distinctValues) {
        if (type.equalMeansSameImage()) {
            long now = add(group, value, weight);
            distinctValues.add(value, Long.signum(now) - Long.signum(now - weight));
            return;
        }
        Object before = representative(group, value);
        add(group, value, weight);
        Object after = representative(group, value);
        if (before != null && !before.equals(after)) {
            distinctValues.add(before, -1);
        }
        if (after != null && !after.equals(before)) {
            distinctValues.add(after, 1);
        }
    }

    /// The group's first value; null where it has none.
    @Nullable Object first(byte[] group) {
        return firstOf(group);
    }

    /// The value with the least image among those that equal the given one; null where there is none.
    private @Nullable Object representative(byte[] group, Object value) {
        return firstOf(prefix(group, value).toByteArray());
    }

    private @Nullable Object firstOf(byte[] prefix) {
        try (Arrangement.Cursor cursor = entries.scan(prefix)) {
            return cursor.next() ? value(cursor.key()) : null;
        }
    }

    private Object value(byte[] entry) {
        int end = entry.length - LENGTH_BYTES;
        int length = new ByteReader(Arrays.copyOfRange(entry, end, entry.length)).readInt();
        return type.decode(entry, end - length, length);
    }

    private byte[] entry(byte[] group, Object value) {
        ByteWriter out = prefix(group, value);
        int start = out.size();
        type.encode(value, out);
        return out.writeInt(out.size() - start).toByteArray();
    }

    private ByteWriter prefix(byte[] group, Object value) {
        ByteWriter key = new ByteWriter();
        type.writeKey(value, key);
        byte[] bytes = key.toByteArray();
        if (descending) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) ~bytes[i];
            }
        }
        return new ByteWriter(group.length + bytes.length + 32).write(group).write(bytes);
    }
}
