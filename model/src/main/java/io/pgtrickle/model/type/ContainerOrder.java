package io.pgtrickle.model.type;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.SqlArray.Dimension;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The order of arrays (`array_cmp`) and composites (`record_cmp`): part by part, NULL above everything and equal to itself. An array
/// that begins another is less; of the same elements that with fewer dimensions, shorter ones, or lower bounds.
final class ContainerOrder {

    /// The marks before parts in keys: a shorter array sorts first, a NULL last.
    private static final int END = 0;

    private static final int VALUE = 1;
    private static final int NULL = 2;

    private ContainerOrder() {}

    static int compareArrays(SqlType element, SqlArray a, SqlArray b) {
        int common = Math.min(a.elements().size(), b.elements().size());
        for (int i = 0; i < common; i++) {
            int sign = compareParts(element, a.elements().get(i), b.elements().get(i));
            if (sign != 0) {
                return sign;
            }
        }
        int sizes = Integer.compare(a.elements().size(), b.elements().size());
        if (sizes != 0) {
            return sizes;
        }
        int dimensions = Integer.compare(a.dimensions().size(), b.dimensions().size());
        return dimensions != 0 ? dimensions : compareShapes(a.dimensions(), b.dimensions());
    }

    private static int compareShapes(List<Dimension> a, List<Dimension> b) {
        for (int i = 0; i < a.size(); i++) {
            int sign = Integer.compare(a.get(i).length(), b.get(i).length());
            if (sign != 0) {
                return sign;
            }
        }
        for (int i = 0; i < a.size(); i++) {
            int sign = Integer.compare(a.get(i).lowerBound(), b.get(i).lowerBound());
            if (sign != 0) {
                return sign;
            }
        }
        return 0;
    }

    static int compareComposites(List<SqlType.Field> fields, Row a, Row b) {
        for (int i = 0; i < fields.size(); i++) {
            int sign = compareParts(fields.get(i).type(), a.get(i), b.get(i));
            if (sign != 0) {
                return sign;
            }
        }
        return 0;
    }

    private static int compareParts(SqlType type, @Nullable Object a, @Nullable Object b) {
        if (a == null || b == null) {
            return Boolean.compare(a == null, b == null);
        }
        return type.compare(a, b);
    }

    static void writeArrayKey(SqlType element, SqlArray array, ByteWriter out) {
        for (Object part : array.elements()) {
            writePartKey(element, part, out);
        }
        out.writeByte(END);
        out.writeByte(array.dimensions().size());
        for (Dimension dimension : array.dimensions()) {
            out.writeInt(dimension.length());
        }
        for (Dimension dimension : array.dimensions()) {
            out.writeInt(dimension.lowerBound() ^ Integer.MIN_VALUE);
        }
    }

    static void writeCompositeKey(List<SqlType.Field> fields, Row row, ByteWriter out) {
        for (int i = 0; i < fields.size(); i++) {
            writePartKey(fields.get(i).type(), row.get(i), out);
        }
        // also a composite without fields has a key
        out.writeByte(END);
    }

    private static void writePartKey(SqlType type, @Nullable Object value, ByteWriter out) {
        if (value == null) {
            out.writeByte(NULL);
        } else {
            out.writeByte(VALUE);
            type.writeKey(value, out);
        }
    }
}
