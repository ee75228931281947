package io.pgtrickle.dataflow.expression;

import java.math.BigInteger;
import java.util.Locale;

/// Arithmetic of int2, int4 and int8, which leaves its type's range with an error.
final class IntegerFunctions {

    /// The type of a result.
    private enum Width {
        SMALLINT(Short.MIN_VALUE, Short.MAX_VALUE),
        INTEGER(Integer.MIN_VALUE, Integer.MAX_VALUE),
        BIGINT(Long.MIN_VALUE, Long.MAX_VALUE);

        private final long min;
        private final long max;
        private final String typeName;

        Width(long min, long max) {
            this.min = min;
            this.max = max;
            this.typeName = name().toLowerCase(Locale.ROOT);
        }

        Object checked(long value) {
            if (value < min || value > max) {
                throw RowErrors.outOfRange(typeName);
            }
            return value;
        }
    }

    @FunctionalInterface
    private interface Exact {
        /// @throws ArithmeticException where the result doesn't fit 64 bits
        long apply(long a, long b);
    }

    private IntegerFunctions() {}

    static void register(FunctionRegistry registry) {
        // int2, int4, int8; then int2-int4, int4-int2, int2-int8, int8-int2, int4-int8, int8-int4
        arithmetic(registry, Width.SMALLINT, new int[] {176, 180, 152, 153});
        arithmetic(registry, Width.INTEGER, new int[] {177, 181, 141, 154});
        arithmetic(registry, Width.BIGINT, new int[] {463, 464, 465, 466});
        arithmetic(registry, Width.INTEGER, new int[] {178, 182, 170, 172});
        arithmetic(registry, Width.INTEGER, new int[] {179, 183, 171, 173});
        arithmetic(registry, Width.BIGINT, new int[] {841, 942, 943, 948});
        arithmetic(registry, Width.BIGINT, new int[] {837, 838, 839, 840});
        arithmetic(registry, Width.BIGINT, new int[] {1278, 1279, 1280, 1281});
        arithmetic(registry, Width.BIGINT, new int[] {1274, 1275, 1276, 1277});
        single(registry, Width.SMALLINT, new int[] {213, 1911, 1253, 1398});
        single(registry, Width.INTEGER, new int[] {212, 1912, 1251, 1397});
        single(registry, Width.BIGINT, new int[] {462, 1910, 1230, 1396});
        for (int modulo : new int[] {155, 940, 156, 941, 945, 947}) {
            registry.binary(modulo, (a, b) -> remainder((Long) a, (Long) b));
        }
        // a shift counts modulo the register's width, as the machine does
        registry.binary(1896, (a, b) -> (long) (short) (((Long) a).intValue() << (Long) b));
        registry.binary(1897, (a, b) -> (long) (short) (((Long) a).intValue() >> (Long) b));
        registry.binary(1902, (a, b) -> (long) (((Long) a).intValue() << (Long) b));
        registry.binary(1903, (a, b) -> (long) (((Long) a).intValue() >> (Long) b));
        registry.binary(1908, (a, b) -> (Long) a << (Long) b);
        registry.binary(1909, (a, b) -> (Long) a >> (Long) b);
        registry.binary(5044, (a, b) -> Width.INTEGER.checked(divisor((Long) a, (Long) b)));
        registry.binary(5045, (a, b) -> Width.BIGINT.checked(divisor((Long) a, (Long) b)));
        registry.binary(5046, (a, b) -> multiple((Long) a, (Long) b, Width.INTEGER));
        registry.binary(5047, (a, b) -> multiple((Long) a, (Long) b, Width.BIGINT));
        // "char" is a byte with a sign here, and one without where it is compared
        registry.unary(77, a -> (long) ((Long) a).byteValue());
        registry.unary(
                78,
                a -> {
                    if ((Long) a < Byte.MIN_VALUE || (Long) a > Byte.MAX_VALUE) {
                        throw RowErrors.outOfRange("\"char\"");
                    }
                    return (Long) a & 0xff;
                });
        bits(registry, new int[] {1892, 1893, 1894, 1895});
        bits(registry, new int[] {1898, 1899, 1900, 1901});
        bits(registry, new int[] {1904, 1905, 1906, 1907});
    }

    /// @param oids of `+`, `-`, `*`, `/`
    private static void arithmetic(FunctionRegistry registry, Width width, int[] oids) {
        exact(registry, oids[0], width, Math::addExact);
        exact(registry, oids[1], width, Math::subtractExact);
        exact(registry, oids[2], width, Math::multiplyExact);
        exact(registry, oids[3], width, IntegerFunctions::quotient);
    }

    /// @param oids of unary `-` and `+`, and of two functions for the absolute value
    private static void single(FunctionRegistry registry, Width width, int[] oids) {
        registry.unary(oids[0], a -> width.checked(negated((Long) a, width)));
        registry.unary(oids[1], a -> a);
        registry.unary(oids[2], a -> (Long) a < 0 ? width.checked(negated((Long) a, width)) : a);
        registry.unary(oids[3], a -> (Long) a < 0 ? width.checked(negated((Long) a, width)) : a);
    }

    /// @param oids of `&`, `|`, `#`, `~`
    private static void bits(FunctionRegistry registry, int[] oids) {
        registry.binary(oids[0], (a, b) -> (Long) a & (Long) b);
        registry.binary(oids[1], (a, b) -> (Long) a | (Long) b);
        registry.binary(oids[2], (a, b) -> (Long) a ^ (Long) b);
        registry.unary(oids[3], a -> ~(Long) a);
    }

    private static void exact(FunctionRegistry registry, int oid, Width width, Exact operation) {
        registry.binary(
                oid,
                (a, b) -> {
                    try {
                        return width.checked(operation.apply((Long) a, (Long) b));
                    } catch (ArithmeticException _) {
                        throw RowErrors.outOfRange(width.typeName);
                    }
                });
    }

    /// The greatest common divisor, never negative.
    private static long divisor(long a, long b) {
        BigInteger divisor = BigInteger.valueOf(a).gcd(BigInteger.valueOf(b));
        if (divisor.bitLength() > 63) {
            throw RowErrors.outOfRange(Width.BIGINT.typeName);
        }
        return divisor.longValue();
    }

    private static Object multiple(long a, long b, Width width) {
        if (a == 0 || b == 0) {
            return 0L;
        }
        BigInteger x = BigInteger.valueOf(a);
        BigInteger y = BigInteger.valueOf(b);
        BigInteger multiple = x.divide(x.gcd(y)).multiply(y).abs();
        if (multiple.bitLength() > 63) {
            throw RowErrors.outOfRange(width.typeName);
        }
        return width.checked(multiple.longValue());
    }

    private static long negated(long a, Width width) {
        if (a == Long.MIN_VALUE) {
            throw RowErrors.outOfRange(width.typeName);
        }
        return -a;
    }

    private static long quotient(long a, long b) {
        if (b == 0) {
            throw RowErrors.divisionByZero();
        }
        return Math.divideExact(a, b);
    }

    private static Object remainder(long a, long b) {
        if (b == 0) {
            throw RowErrors.divisionByZero();
        }
        return a % b;
    }
}
