package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.Interval;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// Values of every type: the edges of its range, the places where rounding turns, and random ones of every size.
final class GeneratedValues {

    private static final List<Double> DOUBLES =
            Stream.of(
                            """
                            0 -0.0 1 -1 0.5 1.5 2.5 -0.5 -1.5 0.1 1e15 123456789012345678 1e22 1e-7 1e-5 NaN Infinity -Infinity
                            4.9e-324 1.7976931348623157e308 -1.7976931348623157e308 1e308 1e-308 3.4028235e38 3.5e38 1e-45
                            1e-46 32767.5 32767.4 -32768.5 2147483647.5 2147483647.4 -2147483648.5 9223372036854775807
                            -9223372036854775808 1e-320\
                            """
                                    .split("\\s+", -1))
                    .map(Double::valueOf)
                    .toList();
    private static final List<String> NUMERICS =
            List.of(
                    """
                    0 0.00 1 -1 1.0 9999 10000 10001 0.0001 0.00009999 99999.99995 32767.4999 32767.5 -32768.5 2147483647.5
                    -2147483648.49 9223372036854775807.4999 9223372036854775807.5 -9223372036854775808.5
                    123456789012345678901234567890.123456789 0.5 -0.5 2.5 1e-300 1e-400 1e300 1e400 3.5e38 3 7
                    0.33333333333333333333\
                    """
                            .split("\\s+", -1));
    private static final String[] PIECES = {
        "a", "b", "A", "ab", " ", "%", "_", "\\", "\u00e9", "\ud83d\ude00", "x", "Z"
    };
    private static final long DAY = DateTime.MICROS_A_DAY;

    private final Random random;

    GeneratedValues(Random random) {
        this.random = random;
    }

    Object value(SqlType type) {
        return switch (type) {
            case SqlType.Bool _ -> random.nextBoolean();
            case SqlType.Integral integral -> integral(integral);
            case SqlType.Real _ -> (float) real();
            case SqlType.DoublePrecision _ -> real();
            case SqlType.NumericType _ -> numeric();
            case SqlType.Text _ -> text();
            case SqlType.ByteString(int oid) ->
                    bytes(
                            switch (oid) {
                                case Oids.UUID -> 16;
                                case Oids.MACADDR -> 6;
                                case Oids.MACADDR8 -> 8;
                                default -> random.nextInt(5);
                            });
            case SqlType.IntervalType _ -> interval();
            case SqlType.EnumType(_, List<String> labels) -> pick(labels);
            case SqlType.TimeTzType _,
                    SqlType.BitType _,
                    SqlType.NetworkType _,
                    SqlType.JsonbType _,
                    SqlType.ArrayType _,
                    SqlType.CompositeType _,
                    SqlType.RangeType _,
                    SqlType.MultirangeType _ ->
                    new GeneratedContainers(random, this).value(type);
            case SqlType.LabelledType _, SqlType.Opaque _ ->
                    throw new AssertionError("no values of " + type);
        };
    }

    <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    long between(long min, long max) {
        return random.nextLong(min, max + 1);
    }

    private Object integral(SqlType.Integral type) {
        return switch (type.oid()) {
            case Oids.DATE ->
                    pick(
                            List.of(
                                    between(-40_000, 40_000),
                                    between(-2_451_545, 106_751_982),
                                    between(106_751_982, 2_145_031_948),
                                    pick(
                                            List.of(
                                                    -2_451_545L,
                                                    2_145_031_948L,
                                                    DateTime.DATE_INFINITY,
                                                    DateTime.DATE_MINUS_INFINITY,
                                                    0L))));
            case Oids.TIME ->
                    pick(
                            List.of(
                                    0L,
                                    DAY,
                                    DAY - 1,
                                    between(0, DAY),
                                    between(0, 86_400) * 1_000_000));
            case Oids.TIMESTAMP, Oids.TIMESTAMPTZ ->
                    pick(
                            List.of(
                                    between(-40_000, 40_000) * DAY + between(0, DAY - 1),
                                    between(-40_000, 40_000) * DAY,
                                    between(-2_451_545, 106_751_982) * DAY + between(0, DAY - 1),
                                    pick(
                                            List.of(
                                                    -2_451_545 * DAY,
                                                    106_751_983 * DAY - 1,
                                                    DateTime.INFINITY,
                                                    DateTime.MINUS_INFINITY,
                                                    0L,
                                                    -1L))));
            case Oids.OID -> between(0, 0xffffffffL);
            case Oids.CHAR -> between(0, 255);
            default -> whole(type.width());
        };
    }

    private long whole(int width) {
        int bits = width * 8 - 1;
        long max = (1L << bits) - 1;
        return switch (random.nextInt(4)) {
            case 0 -> pick(List.of(0L, 1L, -1L, max, -max - 1, max - 1, -max));
            case 1 -> between(-20, 20);
            default -> random.nextLong() >> 63 - random.nextInt(bits + 1);
        };
    }

    private double real() {
        return switch (random.nextInt(4)) {
            case 0 -> pick(DOUBLES);
            case 1 -> Double.longBitsToDouble(random.nextLong());
            case 2 -> between(-1_000_000, 1_000_000) / 1_000.0;
            default -> random.nextGaussian() * Math.pow(10, random.nextInt(-10, 41));
        };
    }

    private Numeric numeric() {
        return switch (random.nextInt(5)) {
            case 0 -> Numeric.of(new BigDecimal(pick(NUMERICS)));
            case 1 -> pick(List.of(Numeric.Special.values()));
            case 2 -> Numeric.of(BigDecimal.valueOf(between(-2_000, 2_000), random.nextInt(4)));
            default ->
                    Numeric.of(
                            new BigDecimal(
                                    new BigInteger(random.nextInt(160), random)
                                            .multiply(
                                                    BigInteger.valueOf(
                                                            random.nextBoolean() ? 1 : -1)),
                                    random.nextInt(30)));
        };
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(7); i > 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    private Bytes bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Bytes.of(bytes);
    }

    private Interval interval() {
        return switch (random.nextInt(4)) {
            case 0 -> new Interval(0, 0, between(-3 * DAY, 3 * DAY));
            case 1 ->
                    new Interval(
                            (int) between(-30, 30), (int) between(-70, 70), between(-DAY, DAY));
            case 2 ->
                    pick(
                            List.of(
                                    new Interval(1, 0, 0),
                                    new Interval(0, 30, 0),
                                    new Interval(0, 0, 30 * DAY),
                                    new Interval(-1, 30, 0),
                                    new Interval(Integer.MAX_VALUE, 0, 0),
                                    new Interval(0, -Integer.MAX_VALUE, 0),
                                    new Interval(0, 0, Long.MAX_VALUE),
                                    new Interval(0, 0, 0)));
            default -> new Interval(random.nextInt(), random.nextInt() >> 4, random.nextLong());
        };
    }
}
