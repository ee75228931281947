package io.pgtrickle.cdc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Lsn;
import io.pgtrickle.model.PgtrickleException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Reads a message from its first byte to its last and never beyond: whatever the bytes are, the outcome is a value or
/// STREAM_MALFORMED, and nothing larger than the message is allocated.
final class MessageCursor {

    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private final RawMessage message;
    private final byte[] array;
    private final int end;
    private int position;

    MessageCursor(RawMessage message) {
        this.message = message;
        this.array = message.array();
        this.position = message.offset();
        this.end = message.offset() + message.length();
    }

    byte[] array() {
        return array;
    }

    int position() {
        return position;
    }

    int remaining() {
        return end - position;
    }

    int readByte() {
        require(1);
        return array[position++];
    }

    int readUnsignedShort() {
        require(2);
        int value = (short) SHORT.get(array, position) & 0xffff;
        position += 2;
        return value;
    }

    int readInt() {
        require(4);
        int value = (int) INT.get(array, position);
        position += 4;
        return value;
    }

    long readOid() {
        return readInt() & 0xffffffffL;
    }

    long readLong() {
        require(8);
        long value = (long) LONG.get(array, position);
        position += 8;
        return value;
    }

    Lsn readLsn() {
        return new Lsn(readLong());
    }

    /// Microseconds since 2000, as everywhere in PostgreSQL.
    Instant readTime() {
        return EPOCH.plus(readLong(), ChronoUnit.MICROS);
    }

    /// A string that a zero byte ends.
    String readString() {
        int start = position;
        while (position < end) {
            if (array[position++] == 0) {
                return new String(array, start, position - 1 - start, UTF_8);
            }
        }
        throw malformed("a string without its end");
    }

    /// Steps over so many bytes and tells where they begin.
    int skip(int length) {
        if (length < 0) {
            throw malformed("a length of " + length);
        }
        require(length);
        int start = position;
        position += length;
        return start;
    }

    void requireEnd() {
        if (position != end) {
            throw malformed(remaining() + " bytes too many");
        }
    }

    PgtrickleException malformed(String what) {
        return PgtrickleException.of(
                ErrorCode.STREAM_MALFORMED,
                "the replication stream has a message with "
                        + what
                        + ", at byte "
                        + (position - message.offset())
                        + " of "
                        + message.length()
                        + ": "
                        + message);
    }

    private void require(int bytes) {
        if (end - position < bytes) {
            throw malformed("too few bytes");
        }
    }
}
