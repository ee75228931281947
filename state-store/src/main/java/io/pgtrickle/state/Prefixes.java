package io.pgtrickle.state;

import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Byte strings in the order of their bytes without sign, where all those with one prefix are neighbours.
final class Prefixes {

    private Prefixes() {}

    static <V> NavigableMap<byte[], V> newMap() {
        return new TreeMap<>(Arrays::compareUnsigned);
    }

    /// The entries whose key begins with the prefix: a view.
    static <V> NavigableMap<byte[], V> within(NavigableMap<byte[], V> map, byte[] prefix) {
        byte[] end = successor(prefix);
        return end.length == 0 ? map.tailMap(prefix, true) : map.subMap(prefix, true, end, false);
    }

    /// The least byte string above all with the prefix; empty where there is none, for bytes FF only.
    static byte[] successor(byte[] prefix) {
        int last = prefix.length - 1;
        while (last >= 0 && prefix[last] == (byte) 0xff) {
            last--;
        }
        byte[] successor = Arrays.copyOf(prefix, last + 1);
        if (last >= 0) {
            successor[last]++;
        }
        return successor;
    }
}
