package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.SqlType;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/// Fills a result table by binary COPY. For one use.
final class TableFiller {

    /// A message to the server begins anew from here on.
    private static final int MESSAGE_BYTES = 64 << 10;

    private static final int END_OF_ROWS = -1;
    private static final int NULL = -1;

    private final Connection connection;
    private final ResultTable table;
    private final List<SqlType> types;
    private final HiddenKey hiddenKey;
    private final ByteWriter out = new ByteWriter(2 * MESSAGE_BYTES);
    private final ByteWriter cell = new ByteWriter();
    private long count;

    TableFiller(Connection connection, ResultTable table) {
        this.connection = connection;
        this.table = table;
        this.types = table.types();
        this.hiddenKey = new HiddenKey(types);
    }

    long fill(Sink.RowSource rows) {
        List<String> columns = new ArrayList<>(table.columnNames());
        if (table.hasHiddenKey()) {
            columns.add(Quoting.identifier(ResultTable.HIDDEN_COLUMN));
        }
        String sql =
                "COPY "
                        + table.qualifiedName()
                        + " ("
                        + String.join(", ", columns)
                        + ") FROM STDIN (FORMAT binary)";
        String what = "can't fill table " + table.qualifiedName();
        try {
            CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
            try {
                out.write(TableReader.SIGNATURE).writeInt(0).writeInt(0);
                rows.forEach((row, weight) -> {
                    writeCopies(row, weight, copy, what);
                });
                out.writeShort(END_OF_ROWS);
                send(copy);
                long written = copy.endCopy();
                if (written != count) {
                    throw PgtrickleException.of(
                            ErrorCode.INTERNAL,
                            what + ": " + written + " rows of " + count + " arrived");
                }
                return count;
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e, what);
        }
    }

    private void writeCopies(Row row, long copies, CopyIn copy, String what) {
        if (copies < 1 || copies > Integer.MAX_VALUE || copies > 1 && !table.hasHiddenKey()) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_INCONSISTENT,
                    "table "
                            + table.qualifiedName()
                            + " would have a row "
                            + copies
                            + " times: "
                            + row);
        }
        byte[] hash = table.hasHiddenKey() ? hiddenKey.hash(row) : new byte[0];
        for (int ordinal = 0; ordinal < copies; ordinal++) {
            out.writeShort(types.size() + (table.hasHiddenKey() ? 1 : 0));
            writeCells(row);
            if (table.hasHiddenKey()) {
                out.writeInt(HiddenKey.BYTES);
                HiddenKey.write(hash, ordinal, out);
            }
            if (out.size() >= MESSAGE_BYTES) {
                try {
                    send(copy);
                } catch (SQLException e) {
                    throw SqlErrors.of(e, what);
                }
            }
        }
        count += copies;
    }

    private void writeCells(Row row) {
        for (int i = 0; i < types.size(); i++) {
            Object value = row.get(i);
            if (value == null) {
                out.writeInt(NULL);
            } else {
                cell.clear();
                types.get(i).encode(value, cell);
                out.writeInt(cell.size()).write(cell);
            }
        }
    }

    private void send(CopyIn copy) throws SQLException {
        copy.writeToCopy(out.toByteArray(), 0, out.size());
        out.clear();
    }
}
