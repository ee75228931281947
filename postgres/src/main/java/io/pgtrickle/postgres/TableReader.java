package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/// Reads a result table's rows by binary COPY (PostgreSQL's manual, COPY, "Binary Format").
final class TableReader {

    /// The signature, which the flags and the length of an extension follow.
    static final byte[] SIGNATURE = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
    };

    private static final int END_OF_ROWS = -1;

    private final Connection connection;
    private final ResultTable table;

    TableReader(Connection connection, ResultTable table) {
        this.connection = connection;
        this.table = table;
    }

    /// A row as it stands there.
    @FunctionalInterface
    interface RowVisitor {
        /// @param hiddenKey empty where it wasn't asked for
        void accept(Row row, byte[] hiddenKey);
    }

    void forEachRow(ZSet.Visitor visitor) {
        read(false, (row, _) -> visitor.accept(row, 1));
    }

    /// Of a table that has hidden keys, the rows with them.
    void forEachKeyedRow(RowVisitor visitor) {
        read(true, visitor);
    }

    private void read(boolean keyed, RowVisitor visitor) {
        List<String> names = new ArrayList<>(table.columnNames());
        if (keyed) {
            names.add(Quoting.identifier(ResultTable.HIDDEN_COLUMN));
        }
        String sql =
                "COPY (SELECT "
                        + String.join(", ", names)
                        + " FROM ONLY "
                        + table.qualifiedName()
                        + ") TO STDOUT (FORMAT binary)";
        try {
            CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
            try {
                boolean first = true;
                byte[] message;
                while ((message = copy.readFromCopy()) != null) {
                    ByteBuffer in = ByteBuffer.wrap(message);
                    if (first) {
                        skipHeader(in);
                        first = false;
                    }
                    readRows(in, message, keyed, visitor);
                }
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        } catch (SQLException e) {
            throw SqlErrors.of(e, "can't read table " + table.qualifiedName());
        }
    }

    private static void skipHeader(ByteBuffer in) {
        in.position(SIGNATURE.length + Integer.BYTES);
        int extension = in.getInt();
        in.position(in.position() + extension);
    }

    private void readRows(ByteBuffer in, byte[] message, boolean keyed, RowVisitor visitor) {
        int expected = table.columns().size() + (keyed ? 1 : 0);
        while (in.remaining() >= Short.BYTES) {
            int width = in.getShort();
            if (width == END_OF_ROWS) {
                return;
            }
            if (width != expected) {
                throw PgtrickleException.of(
                        ErrorCode.STREAM_MALFORMED,
                        "a row of " + width + " columns of " + table.qualifiedName());
            }
            Row row = readRow(in, message);
            byte[] key = new byte[keyed ? in.getInt() : 0];
            in.get(key);
            visitor.accept(row, key);
        }
    }

    private Row readRow(ByteBuffer in, byte[] message) {
        @Nullable Object[] cells = new @Nullable Object[table.columns().size()];
        for (int i = 0; i < cells.length; i++) {
            int length = in.getInt();
            if (length >= 0) {
                cells[i] = table.columns().get(i).type().decode(message, in.position(), length);
                in.position(in.position() + length);
            }
        }
        return Row.of(cells);
    }
}
