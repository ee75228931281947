package io.pgtrickle.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// Where things lie in RocksDB. Numbers are big-endian.
///
/// | key | value |
/// | --- | --- |
/// | space id (4 bytes, from 1), ordinal (2 bytes), key | what an arrangement has there |
/// | id 0, `i` | the next space id (4 bytes): ids are never used twice, so nothing of a dropped space can show up in another |
/// | id 0, `m`, a name in UTF-8 | metadata |
/// | id 0, `n`, a space's name in UTF-8 | its id (4 bytes), its `Standing` (1 byte) |
final class StoreKeys {

    /// Before each key of an arrangement.
    static final int ARRANGEMENT_BYTES = 6;

    static final byte[] NEXT_ID = system('i', "");
    static final byte[] NAMES = system('n', "");

    private StoreKeys() {}

    static byte[] metadata(String name) {
        return system('m', name);
    }

    static byte[] name(String name) {
        return system('n', name);
    }

    /// The first key that a space can have.
    static byte[] space(int id) {
        return number(id);
    }

    static byte[] arrangement(int id, int ordinal) {
        return ByteBuffer.allocate(ARRANGEMENT_BYTES).putInt(id).putShort((short) ordinal).array();
    }

    static byte[] join(byte[] prefix, byte[] key) {
        byte[] both = Arrays.copyOf(prefix, prefix.length + key.length);
        System.arraycopy(key, 0, both, prefix.length, key.length);
        return both;
    }

    static byte[] number(int value) {
        return ByteBuffer.allocate(4).putInt(value).array();
    }

    private static byte[] system(char kind, String name) {
        byte[] text = name.getBytes(UTF_8);
        return ByteBuffer.allocate(5 + text.length).putInt(0).put((byte) kind).put(text).array();
    }
}
