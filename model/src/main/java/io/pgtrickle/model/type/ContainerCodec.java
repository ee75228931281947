package io.pgtrickle.model.type;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.SqlArray.Dimension;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Images of arrays (`array_send`) and composites (`record_send`): a header, then for each part its length, −1 for NULL, and its
/// image.
///
/// An array's image tells whether the array has a null bitmap. Some have one without a NULL, as a matter of how they came
/// about; it isn't printed and doesn't survive `array_recv`, so here it is told only where there is a NULL.
final class ContainerCodec {

    private static final int NULL_LENGTH = -1;

    private ContainerCodec() {}

    static SqlArray decodeArray(SqlType.ArrayType type, ByteBuffer in) {
        int dimensionCount = in.getInt();
        int flags = in.getInt();
        int elementOid = in.getInt();
        if (dimensionCount < 0
                || dimensionCount > SqlArray.MAX_DIMENSIONS
                || flags < 0
                || flags > 1
                || elementOid != type.elementOid()) {
            throw new IllegalArgumentException(
                    dimensionCount + " dimensions, flags " + flags + ", elements of " + elementOid);
        }
        List<Dimension> dimensions = new ArrayList<>(dimensionCount);
        for (int i = 0; i < dimensionCount; i++) {
            dimensions.add(new Dimension(in.getInt(), in.getInt()));
        }
        List<@Nullable Object> elements = new ArrayList<>();
        while (in.hasRemaining()) {
            elements.add(decodePart(type.element(), in));
        }
        return new SqlArray(dimensions, elements);
    }

    static void encodeArray(SqlType.ArrayType type, SqlArray array, ByteWriter out) {
        out.writeInt(array.dimensions().size());
        out.writeInt(array.elements().contains(null) ? 1 : 0);
        out.writeInt(type.elementOid());
        for (Dimension dimension : array.dimensions()) {
            out.writeInt(dimension.length()).writeInt(dimension.lowerBound());
        }
        for (Object element : array.elements()) {
            encodePart(type.element(), element, out);
        }
    }

    static Row decodeComposite(SqlType.CompositeType type, ByteBuffer in) {
        List<SqlType.Field> fields = type.fields();
        int count = in.getInt();
        if (count != fields.size()) {
            throw new IllegalArgumentException(count + " fields, expected " + fields.size());
        }
        @Nullable Object[] cells = new @Nullable Object[count];
        for (int i = 0; i < count; i++) {
            int fieldOid = in.getInt();
            if (fieldOid != fields.get(i).typeOid()) {
                throw new IllegalArgumentException("field " + i + " of type " + fieldOid);
            }
            cells[i] = decodePart(fields.get(i).type(), in);
        }
        if (in.hasRemaining()) {
            throw new IllegalArgumentException(in.remaining() + " bytes after the last field");
        }
        return Row.of(cells);
    }

    static void encodeComposite(SqlType.CompositeType type, Row row, ByteWriter out) {
        out.writeInt(type.fields().size());
        for (int i = 0; i < type.fields().size(); i++) {
            SqlType.Field field = type.fields().get(i);
            out.writeInt(field.typeOid());
            encodePart(field.type(), row.get(i), out);
        }
    }

    private static @Nullable Object decodePart(SqlType type, ByteBuffer in) {
        int length = in.getInt();
        return length == NULL_LENGTH ? null : decodeValue(type, length, in);
    }

    /// Reads a value of so many bytes.
    static Object decodeValue(SqlType type, int length, ByteBuffer in) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException(length + " bytes of " + in.remaining());
        }
        int start = in.position();
        in.position(start + length);
        return BinaryCodec.decode(type, in.array(), in.arrayOffset() + start, length);
    }

    private static void encodePart(SqlType type, @Nullable Object value, ByteWriter out) {
        if (value == null) {
            out.writeInt(NULL_LENGTH);
        } else {
            encodeValue(type, value, out);
        }
    }

    /// Writes a value's length and image.
    static void encodeValue(SqlType type, Object value, ByteWriter out) {
        int length = out.size();
        out.writeInt(0);
        type.encode(value, out);
        out.setInt(length, out.size() - length - 4);
    }
}
