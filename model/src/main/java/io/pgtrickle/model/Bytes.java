package io.pgtrickle.model;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// An immutable byte string, compared byte by byte without sign: bytea, uuid, and every value that is carried untouched.
public final class Bytes implements Comparable<Bytes> {

    private final byte[] bytes;

    private Bytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /// Takes the array over; the caller must not change it afterwards.
    public static Bytes of(byte... bytes) {
        return new Bytes(bytes);
    }

    public static Bytes copyOf(byte[] source, int offset, int length) {
        return new Bytes(Arrays.copyOfRange(source, offset, offset + length));
    }

    public int length() {
        return bytes.length;
    }

    /// The bytes themselves, not a copy; the caller must not change them.
    public byte[] array() {
        return bytes;
    }

    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "\\x" + HexFormat.of().formatHex(bytes);
    }
}
