package io.pgtrickle.model.type;

import io.pgtrickle.model.BitString;
import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.Json;
import io.pgtrickle.model.Jsonb;
import io.pgtrickle.model.Multirange;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.Range;
import io.pgtrickle.model.Range.Between;
import io.pgtrickle.model.Range.Bound;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.SqlArray.Dimension;
import io.pgtrickle.model.TimeWithZone;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The families of types that are made of parts, and those with a peculiar order.
final class ContainerFamilies {

    private static final SqlType TEXT = new SqlType.Text(Oids.TEXT, false, Collation.C);
    private static final SqlType.RangeType NUMERIC_RANGE =
            new SqlType.RangeType(3906, SqlType.NUMERIC);

    private ContainerFamilies() {}

    static List<Family> all() {
        return List.of(
                timesWithZone(),
                bits(),
                networks(),
                jsonb(),
                arrays(),
                composites(),
                ranges(),
                multiranges());
    }

    private static Family timesWithZone() {
        long hour = 3_600_000_000L;
        return new Family(
                SqlType.TIMETZ,
                Family.each(
                        new TimeWithZone(0, -50_400),
                        new TimeWithZone(hour, -3_600),
                        new TimeWithZone(0, 0),
                        new TimeWithZone(2 * hour, -3_600),
                        new TimeWithZone(hour, 0),
                        new TimeWithZone(0, 3_600),
                        new TimeWithZone(24 * hour, 57_599)),
                random ->
                        new TimeWithZone(
                                random.nextInt(25) * hour, (random.nextInt(31) - 15) * 3_600));
    }

    private static Family bits() {
        return new Family(
                new SqlType.BitType(Oids.VARBIT),
                Family.each(
                        bits(""),
                        bits("0"),
                        bits("00"),
                        bits("00000000"),
                        bits("000000000"),
                        bits("0000000001"),
                        bits("01"),
                        bits("1"),
                        bits("10"),
                        bits("11111111"),
                        bits("111111110")),
                random -> {
                    StringBuilder text = new StringBuilder();
                    for (int i = random.nextInt(20); i > 0; i--) {
                        text.append(random.nextInt(2));
                    }
                    return bits(text.toString());
                });
    }

    private static BitString bits(String text) {
        byte[] bytes = new byte[(text.length() + 7) / 8];
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '1') {
                bytes[i / 8] |= (byte) (0x80 >> i % 8);
            }
        }
        return new BitString(text.length(), Bytes.of(bytes));
    }

    private static Family networks() {
        return new Family(
                new SqlType.NetworkType(Oids.INET),
                Family.each(
                        network("02000004" + "00000000"),
                        network("02000004" + "ff000000"),
                        network("02080004" + "0a000000"),
                        network("02080004" + "0a000001"),
                        network("02180004" + "0a000001"),
                        network("02200004" + "0a000001"),
                        network("02200004" + "0b000001"),
                        network("03000010" + "00000000000000000000000000000000"),
                        network("03800010" + "00000000000000000000000000000001")),
                random -> {
                    byte[] image = new byte[8];
                    random.nextBytes(image);
                    image[0] = 2;
                    image[1] = (byte) random.nextInt(33);
                    image[2] = 0;
                    image[3] = 4;
                    image[4] &= 1;
                    return Bytes.of(image);
                });
    }

    private static Bytes network(String hex) {
        return Bytes.of(HexFormat.of().parseHex(hex));
    }

    private static Family jsonb() {
        List<List<Object>> edges = new ArrayList<>();
        for (String equal :
                """
                []
                null
                ""
                "a"
                "a\\u0001"
                "b"
                "\\"\\\\\\n"
                -1
                0~0.00
                1~1.0~1.00
                10000000000000000000000000000000000000000.1
                false
                true
                [null]
                [1]~[1.0]
                [[]]
                [{}]
                [1, 2]
                {}
                {"a": 1}~{"a": 1.0}
                {"a": []}
                {"aa": 1}
                {"a": 1, "b": 2}\
                """
                        .split("\n", -1)) {
            edges.add(Arrays.stream(equal.split("~", -1)).<Object>map(Jsonb::printed).toList());
        }
        // by its first character the string with a quote stands before the letters
        List<Object> quoted = edges.remove(6);
        edges.add(3, quoted);
        return new Family(
                new SqlType.JsonbType(Collation.C), edges, random -> Jsonb.of(json(random, 3)));
    }

    private static Json json(Random random, int depth) {
        int kind = random.nextInt(depth == 0 ? 4 : 8);
        return switch (kind) {
            case 0 -> Json.Literal.values()[random.nextInt(3)];
            case 1, 2 ->
                    new Json.Decimal(BigDecimal.valueOf(random.nextInt(5) - 2, random.nextInt(3)));
            case 3 -> new Json.Text(jsonText(random));
            case 4, 5 -> new Json.Array(several(random, () -> json(random, depth - 1)));
            default ->
                    new Json.Structure(
                            several(
                                    random,
                                    () ->
                                            new Json.Member(
                                                    jsonText(random), json(random, depth - 1))));
        };
    }

    /// Without the character 0, which jsonb refuses.
    private static String jsonText(Random random) {
        return Family.randomText(random).replace('\0', '\n');
    }

    private static <T> List<T> several(Random random, Supplier<T> part) {
        List<T> parts = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            parts.add(part.get());
        }
        return parts;
    }

    private static Family arrays() {
        return new Family(
                new SqlType.ArrayType(1231, Oids.NUMERIC, SqlType.NUMERIC),
                List.of(
                        List.of(SqlArray.EMPTY),
                        List.of(array(1, "1"), array(1, "1.0")),
                        List.of(array(2, "1")),
                        List.of(array(1, "1", "2"), array(1, "1.00", "2.0")),
                        List.of(
                                new SqlArray(
                                        List.of(new Dimension(1, 1), new Dimension(2, 1)),
                                        numerics("1", "2"))),
                        List.of(
                                new SqlArray(
                                        List.of(new Dimension(2, 1), new Dimension(1, -5)),
                                        numerics("1", "2"))),
                        List.of(
                                new SqlArray(
                                        List.of(new Dimension(2, 1), new Dimension(1, 1)),
                                        numerics("1", "2"))),
                        List.of(array(1, "1", "")),
                        List.of(array(1, "2")),
                        List.of(array(1, "")),
                        List.of(array(1, "", "0"))),
                random -> {
                    List<@Nullable Object> elements = new ArrayList<>();
                    for (int i = random.nextInt(4); i > 0; i--) {
                        elements.add(
                                random.nextInt(4) == 0
                                        ? null
                                        : Family.numeric().random().apply(random));
                    }
                    return SqlArray.of(elements);
                });
    }

    /// @param texts empty for NULL
    private static SqlArray array(int lowerBound, String... texts) {
        return new SqlArray(List.of(new Dimension(texts.length, lowerBound)), numerics(texts));
    }

    private static List<@Nullable Object> numerics(String... texts) {
        List<@Nullable Object> elements = new ArrayList<>();
        for (String text : texts) {
            elements.add(text.isEmpty() ? null : Numeric.of(new BigDecimal(text)));
        }
        return elements;
    }

    private static Family composites() {
        SqlType type =
                new SqlType.CompositeType(
                        70_010,
                        List.of(
                                new SqlType.Field(1, "a", Oids.NUMERIC, SqlType.NUMERIC),
                                new SqlType.Field(3, "b", Oids.TEXT, TEXT)));
        return new Family(
                type,
                List.of(
                        List.of(
                                Row.of(Numeric.of(1), "a"),
                                Row.of(Numeric.of(new BigDecimal("1.0")), "a")),
                        List.of(Row.of(Numeric.of(1), "a\u0001")),
                        List.of(Row.of(Numeric.of(1), "b")),
                        List.of(Row.of(Numeric.of(1), null)),
                        List.of(Row.of(Numeric.of(2), "")),
                        List.of(Row.of(null, "")),
                        List.of(Row.of(null, null))),
                random ->
                        Row.of(
                                random.nextInt(4) == 0
                                        ? null
                                        : Family.numeric().random().apply(random),
                                random.nextInt(4) == 0 ? null : Family.randomText(random)));
    }

    private static Family ranges() {
        return new Family(
                NUMERIC_RANGE,
                List.of(
                        List.of(Range.EMPTY),
                        List.of(between("", "1", ")")),
                        List.of(between("", "1", "]")),
                        List.of(between("", "", ")")),
                        List.of(between("[1", "2", ")"), between("[1.0", "2", ")")),
                        List.of(between("[1", "2", "]")),
                        List.of(between("[1", "", ")")),
                        List.of(between("(1", "2", ")")),
                        List.of(between("(2", "3", ")"))),
                random -> range(random, 0));
    }

    private static Between range(Random random, int from) {
        int lower = from + random.nextInt(3);
        return between(
                (random.nextBoolean() ? "[" : "(") + lower + (random.nextBoolean() ? "" : ".0"),
                String.valueOf(lower + 1 + random.nextInt(3)),
                random.nextBoolean() ? ")" : "]");
    }

    /// @param lower begins with a bracket; both may be empty for no bound
    private static Between between(String lower, String upper, String bracket) {
        return new Between(
                lower.isEmpty()
                        ? Bound.INFINITE
                        : new Bound(
                                Optional.of(Numeric.of(new BigDecimal(lower.substring(1)))),
                                lower.startsWith("[")),
                upper.isEmpty()
                        ? Bound.INFINITE
                        : new Bound(
                                Optional.of(Numeric.of(new BigDecimal(upper))),
                                bracket.equals("]")));
    }

    private static Family multiranges() {
        return new Family(
                new SqlType.MultirangeType(4532, NUMERIC_RANGE),
                List.of(
                        List.of(new Multirange(List.of())),
                        List.of(new Multirange(List.of(between("", "1", ")")))),
                        List.of(
                                new Multirange(List.of(between("[1", "2", ")"))),
                                new Multirange(List.of(between("[1", "2.0", ")")))),
                        List.of(
                                new Multirange(
                                        List.of(between("[1", "2", ")"), between("[3", "4", ")")))),
                        List.of(new Multirange(List.of(between("[1", "3", ")"))))),
                random -> {
                    List<Between> parts = new ArrayList<>();
                    for (int i = random.nextInt(3); i > 0; i--) {
                        parts.add(range(random, 10 * parts.size()));
                    }
                    return new Multirange(parts);
                });
    }
}
