package io.pgtrickle.planner;

import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.SqlType;

/// `'{}'` of an array type.
final class EmptyArrays {

    private EmptyArrays() {}

    /// Its image says: no dimensions, no NULLs, and the type of the elements that aren't there.
    static Object of(SqlType type, int elementTypeOid) {
        byte[] image =
                new ByteWriter().writeInt(0).writeInt(0).writeInt(elementTypeOid).toByteArray();
        return type.decode(image, 0, image.length);
    }
}
