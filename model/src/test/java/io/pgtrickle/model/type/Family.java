package io.pgtrickle.model.type;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.Interval;
import io.pgtrickle.model.Numeric;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/// A type with values of it: those at the edges, and any number at random, many of them close to one another.
///
/// @param edges in SQL's order, values in one list being equal
record Family(SqlType type, List<List<Object>> edges, Function<Random, Object> random) {

    private static final int RANDOM_VALUES = 40;
    private static final List<String> LABELS = List.of("sad", "ok", "happy", "");
    private static final String[] CHARACTERS = {
        "a", "b", " ", "\u0001", "é", "\uffff", "\ufffd", "😀", "\u0000"
    };

    static List<Family> all() {
        List<Family> families = new ArrayList<>(scalars());
        families.addAll(ContainerFamilies.all());
        return families;
    }

    private static List<Family> scalars() {
        return List.of(
                new Family(SqlType.BOOL, each(false, true), Random::nextBoolean),
                integral(1, true),
                integral(1, false),
                integral(2, true),
                integral(4, true),
                integral(4, false),
                integral(8, true),
                integral(8, false),
                real(),
                doublePrecision(),
                numeric(),
                text(),
                blankPadded(),
                byteString(new SqlType.ByteString(Oids.BYTEA)),
                byteString(new SqlType.Opaque(869, true)),
                interval(),
                new Family(
                        new SqlType.EnumType(70_000, LABELS),
                        each("sad", "ok", "happy", ""),
                        random -> LABELS.get(random.nextInt(LABELS.size()))));
    }

    /// Edges and random ones.
    List<Object> values(long seed) {
        List<Object> values = new ArrayList<>();
        edges.forEach(values::addAll);
        Random generator = new Random(seed);
        for (int i = 0; i < RANDOM_VALUES; i++) {
            values.add(random.apply(generator));
        }
        return values;
    }

    private static Family integral(int width, boolean signed) {
        int bits = 8 * width;
        long lowest = signed ? -1L << bits - 1 : 0;
        long highest = signed ? ~lowest : -1L >>> 64 - bits;
        List<List<Object>> edges =
                signed
                        ? each(lowest, lowest + 1, -1L, 0L, 1L, highest - 1, highest)
                        : each(0L, 1L, highest / 2 & highest, highest - 1, highest);
        List<List<Object>> unsignedLong = each(0L, 1L, Long.MAX_VALUE, Long.MIN_VALUE, -2L, -1L);
        return new Family(
                new SqlType.Integral(Oids.INT4, width, signed),
                width == 8 && !signed ? unsignedLong : edges,
                random -> {
                    long value = random.nextLong() >> random.nextInt(64);
                    return signed ? value << 64 - bits >> 64 - bits : value & -1L >>> 64 - bits;
                });
    }

    private static Family real() {
        return new Family(
                SqlType.FLOAT4,
                List.of(
                        List.of(Float.NEGATIVE_INFINITY),
                        List.of(-Float.MAX_VALUE),
                        List.of(-1.5f),
                        List.of(-Float.MIN_VALUE),
                        List.of(-0.0f, 0.0f),
                        List.of(Float.MIN_VALUE),
                        List.of(1.5f),
                        List.of(Float.MAX_VALUE),
                        List.of(Float.POSITIVE_INFINITY),
                        List.of(Float.NaN, Float.intBitsToFloat(0xffc0_0001))),
                random -> Float.intBitsToFloat(random.nextInt()));
    }

    private static Family doublePrecision() {
        return new Family(
                SqlType.FLOAT8,
                List.of(
                        List.of(Double.NEGATIVE_INFINITY),
                        List.of(-Double.MAX_VALUE),
                        List.of(-1.5),
                        List.of(-Double.MIN_VALUE),
                        List.of(-0.0, 0.0),
                        List.of(Double.MIN_VALUE),
                        List.of(1.5),
                        List.of(Double.MAX_VALUE),
                        List.of(Double.POSITIVE_INFINITY),
                        List.of(Double.NaN, Double.longBitsToDouble(0xfff8_0000_0000_0001L))),
                random -> Double.longBitsToDouble(random.nextLong()));
    }

    static Family numeric() {
        List<List<Object>> edges = new ArrayList<>();
        edges.add(List.of(Numeric.Special.NEGATIVE_INFINITY));
        for (String equal :
                new String[] {
                    "-1e300",
                    "-123456789012345678901234567890.5",
                    "-1e20",
                    "-10000",
                    "-9999.9999",
                    "-100 -100.00",
                    "-99",
                    "-1.23",
                    "-1.2 -1.20 -1.2000000",
                    "-1.19",
                    "-1 -1.0",
                    "-0.1",
                    "-0.00012",
                    "-0.0001199",
                    "0 0.0 0.00000",
                    "1e-300",
                    "0.0001",
                    "0.1 0.10",
                    "1 1.0 1.00",
                    "1.01",
                    "1.1",
                    "9.9999",
                    "10 10.0",
                    "123.45 123.4500",
                    "9999",
                    "10000",
                    "10001",
                    "1e20 100000000000000000000.0",
                    "1e300"
                }) {
            List<Object> values = new ArrayList<>();
            for (String text : equal.split(" ", -1)) {
                values.add(Numeric.of(new BigDecimal(text)));
            }
            edges.add(values);
        }
        edges.add(List.of(Numeric.Special.POSITIVE_INFINITY));
        edges.add(List.of(Numeric.Special.NAN));
        return new Family(
                SqlType.NUMERIC,
                edges,
                random ->
                        Numeric.of(
                                new BigDecimal(
                                        new BigInteger(1 + random.nextInt(150), random)
                                                .multiply(BigInteger.valueOf(random.nextInt(3) - 1))
                                                .multiply(BigInteger.TEN.pow(random.nextInt(6))),
                                        random.nextInt(40))));
    }

    private static Family text() {
        return new Family(
                new SqlType.Text(Oids.TEXT, false, Collation.C),
                each(
                        "", "\u0001", " ", "a", "a\u0001", "a ", "aa", "é", "\ud7ff", "\ue000",
                        "\uffff", "😀", "😀a"),
                Family::randomText);
    }

    private static Family blankPadded() {
        return new Family(
                new SqlType.Text(Oids.BPCHAR, true, Collation.C),
                List.of(
                        List.of("", "   "),
                        List.of(" \u0001"),
                        List.of("a", "a ", "a    "),
                        List.of("a\u0001"),
                        List.of("a b"),
                        List.of("aa", "aa ")),
                Family::randomText);
    }

    static String randomText(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            text.append(CHARACTERS[random.nextInt(CHARACTERS.length)]);
        }
        return text.toString();
    }

    private static Family byteString(SqlType type) {
        List<List<Object>> edges = new ArrayList<>();
        for (String hex :
                new String[] {
                    "", "00", "0000", "000001", "00ff", "00ff00", "01", "0100", "ff", "ff00", "ffff"
                }) {
            edges.add(List.of(Bytes.of(HexFormat.of().parseHex(hex))));
        }
        return new Family(
                type,
                edges,
                random -> {
                    byte[] bytes = new byte[random.nextInt(5)];
                    for (int i = 0; i < bytes.length; i++) {
                        bytes[i] = (byte) (random.nextInt(4) - 2);
                    }
                    return random.nextInt(3) == 0
                            ? Bytes.of(randomText(random).getBytes(UTF_8))
                            : Bytes.of(bytes);
                });
    }

    private static Family interval() {
        long day = 86_400_000_000L;
        return new Family(
                SqlType.INTERVAL,
                List.of(
                        List.of(new Interval(Integer.MIN_VALUE, Integer.MIN_VALUE, Long.MIN_VALUE)),
                        List.of(new Interval(Integer.MIN_VALUE, 0, 0)),
                        List.of(new Interval(0, 0, Long.MIN_VALUE)),
                        List.of(
                                new Interval(-1, 0, 0),
                                new Interval(0, -30, 0),
                                new Interval(0, 0, -30 * day)),
                        List.of(new Interval(0, 0, -1)),
                        List.of(
                                new Interval(0, 0, 0),
                                new Interval(1, -30, 0),
                                new Interval(0, 1, -day)),
                        List.of(new Interval(0, 0, 1)),
                        List.of(new Interval(0, 1, 0), new Interval(0, 0, day)),
                        List.of(new Interval(1, 0, 0), new Interval(0, 30, 0)),
                        List.of(new Interval(12, 0, 0), new Interval(0, 360, 0)),
                        List.of(new Interval(0, 0, Long.MAX_VALUE)),
                        List.of(new Interval(Integer.MAX_VALUE, 0, 0)),
                        List.of(
                                new Interval(
                                        Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE))),
                random ->
                        random.nextBoolean()
                                ? new Interval(
                                        random.nextInt(), random.nextInt(), random.nextLong())
                                : new Interval(
                                        random.nextInt(3) - 1,
                                        30 * (random.nextInt(3) - 1),
                                        day * (random.nextInt(3) - 1)));
    }

    static List<List<Object>> each(Object... values) {
        List<List<Object>> edges = new ArrayList<>();
        for (Object value : values) {
            edges.add(List.of(value));
        }
        return edges;
    }
}
