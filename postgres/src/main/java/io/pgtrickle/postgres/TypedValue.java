package io.pgtrickle.postgres;

import java.io.Serial;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/// A parameter: the binary image of a value, or NULL of its type.
final class TypedValue extends PGobject implements PGBinaryObject {

    @Serial private static final long serialVersionUID = 1L;

    private final byte @Nullable [] image;

    /// @param type a name that the connection's `TypeInfo` knows, of an oid that is sent in binary
    TypedValue(String type, byte @Nullable [] image) {
        setType(type);
        this.image = image;
    }

    @Override
    public boolean isNull() {
        return image == null;
    }

    @Override
    public int lengthInBytes() {
        return image == null ? 0 : image.length;
    }

    @Override
    public void toBytes(byte[] bytes, int offset) {
        if (image != null) {
            System.arraycopy(image, 0, bytes, offset, image.length);
        }
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
        throw new UnsupportedOperationException("an argument is sent, never received");
    }
}
