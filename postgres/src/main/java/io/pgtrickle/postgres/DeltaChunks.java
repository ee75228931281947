package io.pgtrickle.postgres;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.SqlType;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/// Cuts the rows of one verb into arrays of bounded size, in PostgreSQL's binary format. For one thread.
final class DeltaChunks {

    /// One statement's parameter.
    ///
    /// @param rows that the statement must touch
    record Chunk(ResultTable table, DeltaStatements.Verb verb, Bytes image, int rows) {}

    private static final int NULL = -1;
    private static final int BYTEA_OID = 17;

    private final ResultTable table;
    private final DeltaStatements statements;
    private final DeltaStatements.Verb verb;
    private final Iterator<TableDelta.Change> changes;
    private final List<SqlType> types;
    private final HiddenKey hiddenKey;
    private final ByteWriter cell = new ByteWriter();
    private Row row = Row.of();
    private long copiesLeft;

    DeltaChunks(TableDelta delta, DeltaStatements statements, DeltaStatements.Verb verb) {
        this.table = delta.table();
        this.statements = statements;
        this.verb = verb;
        this.changes = delta.changes(verb).iterator();
        this.types = table.types();
        this.hiddenKey = new HiddenKey(types);
    }

    boolean hasNext() {
        return copiesLeft > 0 || changes.hasNext();
    }

    /// The next rows: at least one, at most `maxRows`, and none begun after `maxBytes`.
    Chunk next(int maxRows, int maxBytes) {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        ByteWriter out = new ByteWriter(4_096);
        // one dimension, no NULLs among the elements, their type, their number, the lower bound
        out.writeInt(1).writeInt(0).writeInt(statements.rowTypeOid());
        int countAt = out.size();
        out.writeInt(0).writeInt(1);
        int elements = 0;
        int rows = 0;
        while (hasNext() && rows < maxRows && (rows == 0 || out.size() < maxBytes)) {
            if (copiesLeft == 0) {
                TableDelta.Change change = changes.next();
                row = change.row();
                copiesLeft = change.count();
            }
            int copies = (int) Math.min(copiesLeft, maxRows - rows);
            writeElement(copies, out);
            copiesLeft -= copies;
            rows += copies;
            elements++;
        }
        out.setInt(countAt, elements);
        return new Chunk(table, verb, Bytes.of(out.toByteArray()), rows);
    }

    private void writeElement(int copies, ByteWriter out) {
        int lengthAt = out.size();
        out.writeInt(0);
        writeCells(out);
        if (table.hasHiddenKey()) {
            out.writeInt(BYTEA_OID).writeInt(HiddenKey.BYTES);
            HiddenKey.write(hiddenKey.hash(row), copies, out);
        }
        out.setInt(lengthAt, out.size() - lengthAt - Integer.BYTES);
    }

    private void writeCells(ByteWriter out) {
        out.writeInt(types.size() + (table.hasHiddenKey() ? 1 : 0));
        for (int i = 0; i < types.size(); i++) {
            out.writeInt(types.get(i).oid());
            Object value = isNeeded(i) ? row.get(i) : null;
            if (value == null) {
                out.writeInt(NULL);
            } else {
                cell.clear();
                types.get(i).encode(value, cell);
                out.writeInt(cell.size()).write(cell);
            }
        }
    }

    /// What is deleted is found by its key alone.
    private boolean isNeeded(int column) {
        return verb != DeltaStatements.Verb.DELETE || table.key().contains(column);
    }
}
