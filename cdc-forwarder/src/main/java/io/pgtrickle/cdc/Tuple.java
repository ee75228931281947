package io.pgtrickle.cdc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.SqlType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// The cells of a row in the stream. It points into the message that brought it; values are made when asked for.
/// Immutable, for any thread.
public final class Tuple {

    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    /// What stands in a cell.
    public enum Kind {
        NULL,
        /// A large value that the update left as it was; the stream doesn't repeat it.
        UNCHANGED,
        /// A type's text form: for types without binary output, or where binary wasn't asked for.
        TEXT,
        BINARY
    }

    private final byte[] array;

    /// Where each cell's kind byte stands; lengths behind it were checked by `read`.
    private final int[] cells;

    private Tuple(byte[] array, int[] cells) {
        this.array = array;
        this.cells = cells;
    }

    static Tuple read(MessageCursor in) {
        int width = in.readUnsignedShort();
        if (width > in.remaining()) {
            throw in.malformed(width + " cells in " + in.remaining() + " bytes");
        }
        int[] cells = new int[width];
        for (int i = 0; i < width; i++) {
            cells[i] = in.position();
            int kind = in.readByte();
            switch (kind) {
                case 'n', 'u' -> {}
                case 't', 'b' -> in.skip(in.readInt());
                default -> throw in.malformed("a cell of kind " + kind);
            }
        }
        return new Tuple(in.array(), cells);
    }

    public int width() {
        return cells.length;
    }

    public Kind kind(int column) {
        return switch (array[cells[column]]) {
            case 'n' -> Kind.NULL;
            case 'u' -> Kind.UNCHANGED;
            case 't' -> Kind.TEXT;
            default -> Kind.BINARY;
        };
    }

    /// The value, read straight from the message. Every type that a view can use has binary output, so text is an error.
    ///
    /// @throws PgtrickleException STREAM_MALFORMED where the cell isn't an image of the type, INTERNAL for an UNCHANGED
    ///     cell, whose value the caller must take from the old row
    public @Nullable Object decode(int column, SqlType type) {
        return switch (kind(column)) {
            case NULL -> null;
            case BINARY -> type.decode(array, cells[column] + 5, length(column));
            case TEXT ->
                    throw PgtrickleException.of(
                            ErrorCode.STREAM_MALFORMED,
                            "column "
                                    + (column + 1)
                                    + " of type "
                                    + type.oid()
                                    + " came as text in a binary stream");
            case UNCHANGED ->
                    throw PgtrickleException.of(
                            ErrorCode.INTERNAL,
                            "an unchanged value was read, in column " + (column + 1) + " of a row");
        };
    }

    /// The text form of a TEXT cell, or the bytes of a BINARY one taken for UTF-8; for people to read.
    String text(int column) {
        return new String(array, cells[column] + 5, length(column), UTF_8);
    }

    /// The bytes of a TEXT or BINARY cell.
    public int length(int column) {
        return (int) INT.get(array, cells[column] + 1);
    }
}
