package io.pgtrickle.model.type;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows of one list of column types as bytes: an *image*, that gives back the very row, and *keys*, that sort.
///
/// - Image: for each cell a length plus one as a varlong (0 for NULL), then PostgreSQL's binary image of the value. Two
///   rows have the same image exactly when they are equal, and no image is a prefix of another, so that images may be keys
///   too where rows are told apart by their images (1.0 and 1.00) and their order is of no interest.
/// - Key of some columns: for each a byte 1 and the canonical key of the value, or a byte 2 for NULL, which sorts last. Keys
///   of rows that SQL takes for equal in those columns are the same bytes, NULL counting as equal to NULL. The key of
///   the first columns is a prefix of the key of all, for scans.
///
/// For one thread, since it has a buffer.
public final class RowCodec {

    private static final int VALUE = 1;
    private static final int NULL = 2;

    private final List<SqlType> types;
    private final ByteWriter image = new ByteWriter();
    private final ByteWriter cell = new ByteWriter();

    public RowCodec(List<SqlType> types) {
        this.types = List.copyOf(types);
    }

    public List<SqlType> types() {
        return types;
    }

    /// The row's image.
    public byte[] encode(Row row) {
        image.clear();
        encode(row, image);
        return image.toByteArray();
    }

    /// Appends the row's image.
    public void encode(Row row, ByteWriter out) {
        checkWidth(row);
        for (int i = 0; i < types.size(); i++) {
            Object value = row.get(i);
            if (value == null) {
                out.writeVarLong(0);
                continue;
            }
            cell.clear();
            types.get(i).encode(value, cell);
            out.writeVarLong(cell.size() + 1L).write(cell);
        }
    }

    /// The row of an image.
    ///
    /// @throws PgtrickleException STATE_CORRUPT where it is no image of these types
    public Row decode(byte[] bytes) {
        ByteReader in = new ByteReader(bytes);
        Row row = decode(in, bytes);
        if (in.remaining() != 0) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_CORRUPT,
                    in.remaining() + " bytes after a row of " + types.size() + " columns");
        }
        return row;
    }

    private Row decode(ByteReader in, byte[] bytes) {
        @Nullable Object[] cells = new @Nullable Object[types.size()];
        for (int i = 0; i < cells.length; i++) {
            long lengthPlusOne = in.readVarLong();
            if (lengthPlusOne != 0) {
                int length = (int) Math.clamp(lengthPlusOne - 1, -1L, Integer.MAX_VALUE);
                cells[i] = decodeCell(i, bytes, in.advance(length), length);
            }
        }
        return Row.of(cells);
    }

    private Object decodeCell(int column, byte[] bytes, int offset, int length) {
        try {
            return types.get(column).decode(bytes, offset, length);
        } catch (PgtrickleException e) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_CORRUPT,
                    "column " + column + " of a stored row: " + e.messageText(),
                    e);
        }
    }

    /// Appends the key of the row's cells at the given places.
    public void writeKey(Row row, int[] columns, ByteWriter out) {
        for (int column : columns) {
            Object value = row.get(column);
            if (value == null) {
                out.writeByte(NULL);
            } else {
                out.writeByte(VALUE);
                types.get(column).writeKey(value, out);
            }
        }
    }

    private void checkWidth(Row row) {
        if (row.width() != types.size()) {
            throw PgtrickleException.of(
                    ErrorCode.INTERNAL,
                    "a row of " + row.width() + " cells for " + types.size() + " columns");
        }
    }
}
