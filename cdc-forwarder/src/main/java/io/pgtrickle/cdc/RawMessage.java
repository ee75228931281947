package io.pgtrickle.cdc;

import io.pgtrickle.model.Bytes;
import java.util.Objects;

/// One undecoded message of pgoutput: a part of an array that nobody changes.
final class RawMessage {

    private static final int SHOWN_BYTES = 64;

    private final byte[] array;
    private final int offset;
    private final int length;

    RawMessage(byte[] array, int offset, int length) {
        this.offset = Objects.checkFromIndexSize(offset, length, array.length);
        this.array = array;
        this.length = length;
    }

    byte[] array() {
        return array;
    }

    int offset() {
        return offset;
    }

    int length() {
        return length;
    }

    /// The byte that says what the message is; `-1` for an empty one, which no message is.
    int tag() {
        return length == 0 ? -1 : array[offset];
    }

    @Override
    public String toString() {
        return Bytes.copyOf(array, offset, Math.min(length, SHOWN_BYTES))
                + (length > SHOWN_BYTES ? "…" : "");
    }
}
