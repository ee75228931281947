package io.pgtrickle.postgres;

import org.postgresql.util.PGBinaryObject;
import org.postgresql.util.PGobject;

/// A parameter: a binary image of an array, made elsewhere. pgjdbc sends it as it is, because the type's oid is among those
/// that are sent in binary.
final class DeltaArray extends PGobject implements PGBinaryObject {

    private static final long serialVersionUID = 1L;

    private final byte[] image;

    /// @param type a name that the connection's `TypeInfo` knows
    DeltaArray(String type, byte[] image) {
        setType(type);
        this.image = image;
    }

    @Override
    public int lengthInBytes() {
        return image.length;
    }

    @Override
    public void toBytes(byte[] bytes, int offset) {
        System.arraycopy(image, 0, bytes, offset, image.length);
    }

    @Override
    public void setByteValue(byte[] value, int offset) {
        throw new UnsupportedOperationException("a delta is sent, never received");
    }
}
