package io.pgtrickle.model.type;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Reads back what `ByteWriter` wrote and the state store kept. Running over the end is STATE_CORRUPT. For one thread.
public final class ByteReader {

    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final byte[] bytes;
    private int position;

    public ByteReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /// Without sign.
    public int readByte() {
        return bytes[advance(1)] & 0xff;
    }

    public int readInt() {
        return (int) INT.get(bytes, advance(4));
    }

    public long readLong() {
        return (long) LONG.get(bytes, advance(8));
    }

    public long readVarLong() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            int piece = readByte();
            value |= (piece & 0x7fL) << shift;
            if (piece < 0x80) {
                return value;
            }
        }
        throw PgtrickleException.of(
                ErrorCode.STATE_CORRUPT, "a number of more than 10 bytes before byte " + position);
    }

    public byte[] readBytes(int length) {
        int start = advance(length);
        return Arrays.copyOfRange(bytes, start, start + length);
    }

    /// Passes over bytes and returns the offset of the first of them.
    public int advance(int length) {
        int start = position;
        if (length < 0 || length > bytes.length - start) {
            throw PgtrickleException.of(
                    ErrorCode.STATE_CORRUPT,
                    length + " bytes expected at byte " + start + " of " + bytes.length);
        }
        position = start + length;
        return start;
    }

    public int remaining() {
        return bytes.length - position;
    }
}
