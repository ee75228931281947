package io.pgtrickle.commander;

import io.pgtrickle.cdc.Change;
import io.pgtrickle.cdc.Relation;
import io.pgtrickle.cdc.Tuple;
import io.pgtrickle.dataflow.SourceChange;
import io.pgtrickle.dataflow.SourceChange.UnchangedToast;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.Source.Identity;
import io.pgtrickle.dataflow.plan.Source.SourceColumn;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Turns the stream's changes of one table into changes of one source: the needed columns, decoded. For one thread.
///
/// A relation that no longer has the source's columns, or no longer names old rows by its identity, is SOURCE_CHANGED: the
/// views over it stop before anything wrong is applied.
final class SourceReader {

    /// The heap of a row without its cells.
    private static final int ROW_BYTES = 48;

    /// The heap of a value without its content.
    private static final int CELL_BYTES = 40;

    private final Source source;
    private List<SourceChange> changes = new ArrayList<>();
    private @Nullable Relation relation;
    private boolean newVersion;
    private int[] places = {};
    private long taken;

    SourceReader(Source source) {
        this.source = source;
    }

    Source source() {
        return source;
    }

    /// @return about the memory that it takes
    long read(Change change) {
        taken = 0;
        switch (change) {
            case Change.Insert(Relation of, Tuple row) -> {
                use(of);
                changes.add(new SourceChange.Insert(decode(row, row)));
            }
            case Change.Update(Relation of, Optional<Tuple> old, Tuple row) -> {
                use(of);
                Tuple before = old.orElse(row);
                changes.add(new SourceChange.Update(decode(before, before), decode(row, before)));
            }
            case Change.Delete(Relation of, Tuple old) -> {
                use(of);
                changes.add(new SourceChange.Delete(decode(old, old)));
            }
            case Change.Truncate _ -> changes.add(new SourceChange.Truncate());
            case Change.Message _ ->
                    throw new IllegalArgumentException("a message isn't a change of a table");
        }
        return taken;
    }

    /// The changes read since the last call, in order.
    List<SourceChange> drain() {
        List<SourceChange> drained = changes;
        changes = new ArrayList<>();
        return drained;
    }

    /// Whether the table came in a new version since the last call.
    boolean drainNewVersion() {
        boolean drained = newVersion;
        newVersion = false;
        return drained;
    }

    /// A cell that the stream left out because its large value didn't change is taken from the old tuple where that has it.
    private Row decode(Tuple tuple, Tuple old) {
        @Nullable Object[] cells = new @Nullable Object[places.length];
        for (int i = 0; i < places.length; i++) {
            cells[i] = cell(tuple, old, i);
        }
        taken += ROW_BYTES + 4L * cells.length;
        return Row.of(cells);
    }

    private @Nullable Object cell(Tuple tuple, Tuple old, int column) {
        int place = places[column];
        return switch (tuple.kind(place)) {
            case NULL -> null;
            case BINARY, TEXT -> {
                taken += CELL_BYTES + tuple.length(place);
                yield tuple.decode(place, source.columns().get(column).type());
            }
            case UNCHANGED ->
                    old == tuple || old.kind(place) == Tuple.Kind.UNCHANGED || !inOldTuple(column)
                            ? UnchangedToast.VALUE
                            : cell(old, old, column);
        };
    }

    /// An old tuple of a key identity has the key alone; its other cells are NULL, which says nothing of the row.
    private boolean inOldTuple(int column) {
        return switch (source.identity()) {
            case Identity.WholeRow _ -> true;
            case Identity.Key(List<Integer> columns) -> columns.contains(column);
        };
    }

    /// A version of a relation is one object, so that identity tells a new one.
    @SuppressWarnings("ReferenceEquality")
    private void use(Relation of) {
        if (of == relation) {
            return;
        }
        newVersion = true;
        int[] found = new int[source.columns().size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = place(of, source.columns().get(i));
        }
        checkIdentity(of, found);
        places = found;
        relation = of;
    }

    private int place(Relation of, SourceColumn column) {
        for (int i = 0; i < of.columns().size(); i++) {
            if (of.columns().get(i).name().equals(column.name())) {
                return i;
            }
        }
        throw changed(
                "column \"" + column.name() + "\" of table " + table() + " was renamed or dropped");
    }

    private void checkIdentity(Relation of, int[] found) {
        switch (source.identity()) {
            case Identity.WholeRow _ -> {
                if (of.replicaIdentity() != Relation.ReplicaIdentity.FULL) {
                    throw changed("table " + table() + " no longer has REPLICA IDENTITY FULL");
                }
            }
            case Identity.Key(List<Integer> columns) -> {
                for (int column : columns) {
                    if (of.replicaIdentity() == Relation.ReplicaIdentity.NOTHING
                            || !of.columns().get(found[column]).partOfKey()) {
                        throw changed(
                                "column \""
                                        + source.columns().get(column).name()
                                        + "\" of table "
                                        + table()
                                        + " is no longer part of the replica identity");
                    }
                }
            }
        }
    }

    private PgtrickleException changed(String what) {
        return PgtrickleException.of(ErrorCode.SOURCE_CHANGED, what)
                .withHint("drop the view and create it again over the table as it is now");
    }

    private String table() {
        return "\"" + source.schema() + "\".\"" + source.name() + "\"";
    }
}
