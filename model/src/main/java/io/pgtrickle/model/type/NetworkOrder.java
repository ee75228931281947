package io.pgtrickle.model.type;

import io.pgtrickle.model.Bytes;

/// The order of inet and cidr (`network_cmp`): IPv4 first, then by the network's bits, a network before its parts, then by the whole
/// address. Values are images: family, bits of the network, whether it is a cidr, length of the address, address.
final class NetworkOrder {

    private static final int BITS = 1;
    private static final int ADDRESS = 4;

    private NetworkOrder() {}

    static int compare(Bytes a, Bytes b) {
        byte[] x = a.array();
        byte[] y = b.array();
        if (x[0] != y[0]) {
            return Byte.compare(x[0], y[0]);
        }
        int common = Math.min(bits(x), bits(y));
        for (int i = 0; i < common; i++) {
            int sign = Boolean.compare(bit(x, i), bit(y, i));
            if (sign != 0) {
                return sign;
            }
        }
        int networks = Integer.compare(bits(x), bits(y));
        return networks != 0
                ? networks
                : java.util.Arrays.compareUnsigned(x, ADDRESS, x.length, y, ADDRESS, y.length);
    }

    /// The network's bits with a set bit before each and a zero at the end; then the address.
    static void writeKey(Bytes value, ByteWriter out) {
        byte[] image = value.array();
        out.writeByte(image[0]);
        int pending = 0;
        int count = 0;
        for (int i = 0; i < bits(image); i++) {
            pending = pending << 2 | 2 | (bit(image, i) ? 1 : 0);
            count += 2;
            if (count == 8) {
                out.writeByte(pending);
                pending = 0;
                count = 0;
            }
        }
        out.writeByte(pending << 8 - count);
        out.write(image, ADDRESS, image.length - ADDRESS);
    }

    private static int bits(byte[] image) {
        return image[BITS] & 0xff;
    }

    private static boolean bit(byte[] image, int index) {
        return (image[ADDRESS + index / 8] & 0x80 >> index % 8) != 0;
    }
}
