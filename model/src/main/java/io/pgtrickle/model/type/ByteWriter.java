package io.pgtrickle.model.type;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// A growing byte buffer; numbers are big-endian, as everywhere in PostgreSQL's protocol. For one thread.
public final class ByteWriter {

    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private byte[] buffer;
    private int size;

    public ByteWriter() {
        this(64);
    }

    public ByteWriter(int capacity) {
        buffer = new byte[Math.max(16, capacity)];
    }

    public ByteWriter writeByte(int value) {
        reserve(1);
        buffer[size++] = (byte) value;
        return this;
    }

    public ByteWriter writeShort(int value) {
        reserve(2);
        SHORT.set(buffer, size, (short) value);
        size += 2;
        return this;
    }

    public ByteWriter writeInt(int value) {
        reserve(4);
        INT.set(buffer, size, value);
        size += 4;
        return this;
    }

    public ByteWriter writeLong(long value) {
        reserve(8);
        LONG.set(buffer, size, value);
        size += 8;
        return this;
    }

    /// Seven bits a byte, lowest first, the top bit set on all but the last: 1 to 10 bytes, for any long.
    public ByteWriter writeVarLong(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            writeByte((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        return writeByte((int) rest);
    }

    public ByteWriter write(byte[] source) {
        return write(source, 0, source.length);
    }

    public ByteWriter write(byte[] source, int offset, int length) {
        reserve(length);
        System.arraycopy(source, offset, buffer, size, length);
        size += length;
        return this;
    }

    /// Appends what the other has.
    public ByteWriter write(ByteWriter other) {
        return write(other.buffer, 0, other.size);
    }

    /// Overwrites four bytes that were written before, e.g. a length that is known now.
    public void setInt(int offset, int value) {
        if (offset < 0 || offset + 4 > size) {
            throw new IndexOutOfBoundsException("offset " + offset + " of " + size + " bytes");
        }
        INT.set(buffer, offset, value);
    }

    public int size() {
        return size;
    }

    public void clear() {
        size = 0;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(buffer, size);
    }

    private void reserve(int more) {
        if (buffer.length - size < more) {
            buffer =
                    Arrays.copyOf(
                            buffer,
                            Math.max(
                                    Math.addExact(size, more),
                                    (int) Math.min(size * 2L, 0x7fffff00L)));
        }
    }
}
