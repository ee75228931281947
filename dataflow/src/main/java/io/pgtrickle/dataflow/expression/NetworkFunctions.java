package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Bytes;
import java.util.function.IntBinaryOperator;

/// Functions of inet and cidr (`network.c`). Values are images: family, bits of the network, whether it is a cidr, length of the address,
/// address. What prints an address isn't here.
final class NetworkFunctions {

    private static final int BITS = 1;
    private static final int IS_CIDR = 2;
    private static final int ADDRESS = 4;
    private static final int IPV4 = 2;

    private NetworkFunctions() {}

    static void register(FunctionRegistry registry) {
        registry.unary(711, a -> image(a)[0] == IPV4 ? 4L : 6L);
        registry.unary(697, a -> (long) bits(image(a)));
        registry.unary(683, a -> network(image(a)));
        registry.unary(1715, a -> network(image(a)));
        registry.unary(696, a -> masked(image(a), maxBits(image(a)), (_, mask) -> mask));
        registry.unary(1362, a -> masked(image(a), maxBits(image(a)), (_, mask) -> ~mask));
        registry.unary(
                698, a -> masked(image(a), bits(image(a)), (address, mask) -> address | ~mask));
        registry.binary(605, (a, bits) -> withBits(image(a), (Long) bits));
        registry.binary(635, (a, bits) -> network(withBits(image(a), (Long) bits).array()));
        registry.binary(4071, (a, b) -> image(a)[0] == image(b)[0]);
        registry.binary(927, (a, b) -> within(image(a), image(b), false));
        registry.binary(928, (a, b) -> within(image(a), image(b), true));
        registry.binary(929, (a, b) -> within(image(b), image(a), false));
        registry.binary(930, (a, b) -> within(image(b), image(a), true));
        registry.binary(
                3551,
                (a, b) -> within(image(a), image(b), true) || within(image(b), image(a), true));
        registry.unary(2627, a -> combined(image(a), image(a), (x, _) -> ~x));
        registry.binary(
                2628, (a, b) -> combined(image(a), sameFamily(a, b, "AND"), (x, y) -> x & y));
        registry.binary(
                2629, (a, b) -> combined(image(a), sameFamily(a, b, "OR"), (x, y) -> x | y));
    }

    private static byte[] image(Object value) {
        return ((Bytes) value).array();
    }

    private static int bits(byte[] image) {
        return image[BITS] & 0xff;
    }

    private static int maxBits(byte[] image) {
        return 8 * (image.length - ADDRESS);
    }

    /// The mask's byte at the address's byte.
    private static int mask(int bits, int index) {
        return 0xff << 8 - Math.clamp(bits - 8L * index, 0, 8) & 0xff;
    }

    /// An inet of the address and the network's mask, byte by byte.
    private static Bytes masked(byte[] image, int newBits, IntBinaryOperator operation) {
        byte[] result = image.clone();
        result[BITS] = (byte) newBits;
        result[IS_CIDR] = 0;
        for (int i = ADDRESS; i < image.length; i++) {
            result[i] = (byte) operation.applyAsInt(image[i], mask(bits(image), i - ADDRESS));
        }
        return Bytes.of(result);
    }

    private static Bytes network(byte[] image) {
        byte[] network = masked(image, bits(image), (address, mask) -> address & mask).array();
        network[IS_CIDR] = 1;
        return Bytes.of(network);
    }

    private static Bytes withBits(byte[] image, long bits) {
        if (bits < -1 || bits > maxBits(image)) {
            throw RowErrors.of("22023", "invalid mask length: " + bits);
        }
        byte[] result = image.clone();
        result[BITS] = (byte) (bits == -1 ? maxBits(image) : bits);
        return Bytes.of(result);
    }

    private static boolean within(byte[] part, byte[] network, boolean orEqual) {
        if (part[0] != network[0]
                || bits(part) < bits(network)
                || !orEqual && bits(part) == bits(network)) {
            return false;
        }
        for (int i = ADDRESS; i < network.length; i++) {
            if (((part[i] ^ network[i]) & mask(bits(network), i - ADDRESS)) != 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] sameFamily(Object a, Object b, String verb) {
        if (image(a)[0] != image(b)[0]) {
            throw RowErrors.of("22023", "cannot " + verb + " inet values of different sizes");
        }
        return image(b);
    }

    private static Bytes combined(byte[] a, byte[] b, IntBinaryOperator operation) {
        byte[] result = a.clone();
        result[BITS] = (byte) Math.max(bits(a), bits(b));
        result[IS_CIDR] = 0;
        for (int i = ADDRESS; i < a.length; i++) {
            result[i] = (byte) operation.applyAsInt(a[i], b[i]);
        }
        return Bytes.of(result);
    }
}
