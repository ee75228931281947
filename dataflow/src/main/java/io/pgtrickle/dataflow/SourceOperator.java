package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.SourceChange.UnchangedToast;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.state.Arrangement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A table's changes as a delta. The table's rows are kept, by key or by whole row as its identity says, since the stream
/// doesn't repeat old rows, unchanged large values, or the rows that TRUNCATE takes away. With R the rows after the
/// changes so far, each change is applied on its own, in its order:
///
///     insert r       ΔR = +r
///     update k to r  ΔR = −R[k] + r, where r takes unchanged values from R[k]
///     delete k       ΔR = −R[k]
///     truncate       ΔR = −R
///
/// so that several changes of one row within a step consolidate to their net effect.
///
/// Cost of a step: one look-up and one write a change; TRUNCATE reads and deletes all rows.
final class SourceOperator implements Operator.Leaf {

    private final Source source;
    private final Rows rows;

    SourceOperator(Source source, Arrangement arrangement) {
        this.source = source;
        RowCodec codec =
                new RowCodec(source.columns().stream().map(Source.SourceColumn::type).toList());
        this.rows =
                switch (source.identity()) {
                    case Source.Identity.Key(List<Integer> columns) ->
                            new KeyedRows(
                                    arrangement,
                                    codec,
                                    columns.stream().mapToInt(Integer::intValue).toArray());
                    case Source.Identity.WholeRow _ ->
                            new WholeRows(new WeightedArrangement(arrangement), codec);
                };
    }

    @Override
    public ZSet step(List<SourceChange> changes) {
        ZSet delta = new ZSet();
        for (SourceChange change : changes) {
            switch (change) {
                case SourceChange.Insert(Row row) -> insert(row, delta);
                case SourceChange.Update(Row old, Row row) -> {
                    Row stored = remove(old, delta);
                    insert(filled(row, stored), delta);
                }
                case SourceChange.Delete(Row old) -> remove(old, delta);
                case SourceChange.Truncate _ -> rows.removeAll(delta);
            }
        }
        return delta;
    }

    private void insert(Row row, ZSet delta) {
        if (!rows.insert(row)) {
            throw inconsistent(row, "is inserted but was there");
        }
        delta.add(row, 1);
    }

    private Row remove(Row old, ZSet delta) {
        Row stored = rows.remove(old);
        if (stored == null) {
            throw inconsistent(old, "is updated or deleted but was never there");
        }
        delta.add(stored, -1);
        return stored;
    }

    private static Row filled(Row row, Row stored) {
        @Nullable Object @Nullable [] cells = null;
        for (int i = 0; i < row.width(); i++) {
            if (row.get(i) == UnchangedToast.VALUE) {
                cells = cells == null ? row.toArray() : cells;
                cells[i] = stored.get(i);
            }
        }
        return cells == null ? row : Row.of(cells);
    }

    private PgtrickleException inconsistent(Row row, String what) {
        StringBuilder names = new StringBuilder();
        StringBuilder values = new StringBuilder();
        List<Integer> columns =
                switch (source.identity()) {
                    case Source.Identity.Key(List<Integer> key) -> key;
                    case Source.Identity.WholeRow _ ->
                            java.util.stream.IntStream.range(0, source.columns().size())
                                    .boxed()
                                    .toList();
                };
        for (int column : columns) {
            String separator = names.isEmpty() ? "" : ", ";
            names.append(separator).append(source.columns().get(column).name());
            values.append(separator).append(row.get(column));
        }
        return PgtrickleException.of(
                ErrorCode.STATE_INCONSISTENT,
                "row ("
                        + names
                        + ")=("
                        + values
                        + ") of table \""
                        + source.schema()
                        + "."
                        + source.name()
                        + "\" "
                        + what);
    }

    /// The table's rows as they are after the changes so far.
    private sealed interface Rows {

        /// False where a row of that key is there.
        boolean insert(Row row);

        /// The full row that went; null where there is none.
        @Nullable Row remove(Row old);

        void removeAll(ZSet delta);
    }

    /// Key of the identity's columns → the row's image.
    private static final class KeyedRows implements Rows {

        private final Arrangement arrangement;
        private final RowCodec codec;
        private final int[] key;

        KeyedRows(Arrangement arrangement, RowCodec codec, int[] key) {
            this.arrangement = arrangement;
            this.codec = codec;
            this.key = key;
        }

        @Override
        public boolean insert(Row row) {
            byte[] place = place(row);
            if (arrangement.get(place).isPresent()) {
                return false;
            }
            arrangement.put(place, codec.encode(row));
            return true;
        }

        @Override
        public @Nullable Row remove(Row old) {
            byte[] place = place(old);
            byte[] image = arrangement.get(place).orElse(null);
            if (image == null) {
                return null;
            }
            arrangement.delete(place);
            return codec.decode(image);
        }

        @Override
        public void removeAll(ZSet delta) {
            try (Arrangement.Cursor cursor = arrangement.scan(new byte[0])) {
                while (cursor.next()) {
                    delta.add(codec.decode(cursor.value()), -1);
                    arrangement.delete(cursor.key());
                }
            }
        }

        private byte[] place(Row row) {
            ByteWriter out = new ByteWriter();
            codec.writeKey(row, key, out);
            return out.toByteArray();
        }
    }

    /// The row's image → how often it is there.
    private record WholeRows(WeightedArrangement arrangement, RowCodec codec) implements Rows {

        @Override
        public boolean insert(Row row) {
            arrangement.tryAdd(codec.encode(row), 1);
            return true;
        }

        @Override
        public @Nullable Row remove(Row old) {
            return arrangement.tryAdd(codec.encode(old), -1) < 0 ? null : old;
        }

        @Override
        public void removeAll(ZSet delta) {
            try (Arrangement.Cursor cursor = arrangement.scan(new byte[0])) {
                while (cursor.next()) {
                    delta.add(
                            codec.decode(cursor.key()),
                            -WeightedArrangement.weight(cursor.value()));
                    arrangement.delete(cursor.key());
                }
            }
        }
    }
}
