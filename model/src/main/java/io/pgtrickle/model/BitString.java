package io.pgtrickle.model;

/// A value of type bit or varbit.
///
/// @param length in bits
/// @param bytes the bits, first one highest; what is left of the last byte is zero
public record BitString(int length, Bytes bytes) {

    public BitString {
        if (length < 0 || bytes.length() != (length + 7L) / 8) {
            throw new IllegalArgumentException(length + " bits in " + bytes.length() + " bytes");
        }
    }

    public boolean bit(int index) {
        return (bytes.array()[index / 8] & 0x80 >> index % 8) != 0;
    }
}
