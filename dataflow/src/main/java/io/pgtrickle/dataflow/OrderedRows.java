package io.pgtrickle.dataflow;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.state.Arrangement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// The rows of each group in order, with their weights: group key, order key, the row's canonical key, its image, and the image's
/// length in four bytes, by which it is found from the end. So the canonical order of the whole row decides among rows
/// that the order doesn't tell apart, and among those that are equal in SQL their image.
final class OrderedRows {

    private static final int LENGTH_BYTES = 4;

    private final WeightedArrangement entries;
    private final RowCodec codec;
    private final int[] all;
    private final String owner;

    /// @param owner names the operator in errors
    OrderedRows(Arrangement arrangement, List<SqlType> types, String owner) {
        this.entries = new WeightedArrangement(arrangement);
        this.codec = new RowCodec(types);
        this.all = IntStream.range(0, types.size()).toArray();
        this.owner = owner;
    }

    /// Where a row lies.
    ///
    /// @param ordered the row by which `order` orders it
    byte[] entry(byte[] group, Row row, SortOrder order, Row ordered) {
        ByteWriter out = new ByteWriter(group.length + 128).write(group);
        order.write(ordered, out);
        codec.writeKey(row, all, out);
        int start = out.size();
        codec.encode(row, out);
        return out.writeInt(out.size() - start).toByteArray();
    }

    void add(byte[] entry, long weight) {
        entries.add(entry, weight, owner);
    }

    /// The group's rows by their entries, in order.
    NavigableMap<byte[], WeightedRow> read(byte[] group) {
        NavigableMap<byte[], WeightedRow> rows = new TreeMap<>(Arrays::compareUnsigned);
        try (Arrangement.Cursor cursor = entries.scan(group)) {
            while (cursor.next()) {
                byte[] entry = cursor.key();
                rows.put(
                        entry,
                        new WeightedRow(row(entry), WeightedArrangement.weight(cursor.value())));
            }
        }
        return rows;
    }

    /// The group's rows in order.
    List<WeightedRow> list(byte[] group) {
        List<WeightedRow> rows = new ArrayList<>();
        try (Arrangement.Cursor cursor = entries.scan(group)) {
            while (cursor.next()) {
                rows.add(
                        new WeightedRow(
                                row(cursor.key()), WeightedArrangement.weight(cursor.value())));
            }
        }
        return rows;
    }

    private Row row(byte[] entry) {
        int end = entry.length - LENGTH_BYTES;
        int length = new ByteReader(Arrays.copyOfRange(entry, end, entry.length)).readInt();
        return codec.decode(Arrays.copyOfRange(entry, end - length, end));
    }
}
