package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.SourceChange.UnchangedToast;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.state.Arrangement;
import java.util.List;
import java.util.stream.IntStream;
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
/// Cost of a step: one look-up and one write a change, of which the look-ups are made together; TRUNCATE reads and deletes all rows.
final class SourceOperator implements Operator.Leaf {

    private final Source source;
    private final SourceRows rows;

    SourceOperator(Source source, Arrangement arrangement) {
        this.source = source;
        RowCodec codec =
                new RowCodec(source.columns().stream().map(Source.SourceColumn::type).toList());
        this.rows =
                switch (source.identity()) {
                    case Source.Identity.Key(List<Integer> columns) ->
                            new KeyedSourceRows(
                                    arrangement,
                                    codec,
                                    columns.stream().mapToInt(Integer::intValue).toArray());
                    case Source.Identity.WholeRow _ ->
                            new WholeSourceRows(new WeightedArrangement(arrangement), codec);
                };
    }

    @Override
    public ZSet step(List<SourceChange> changes) {
        ZSet delta = new ZSet();
        rows.prefetch(changes);
        for (SourceChange change : changes) {
            switch (change) {
                case SourceChange.Insert(Row row) -> insert(row, delta);
                case SourceChange.Load(Row row) -> {
                    rows.load(row);
                    delta.add(row, 1);
                }
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
                            IntStream.range(0, source.columns().size()).boxed().toList();
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
}
