package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.BitString;
import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.Json;
import io.pgtrickle.model.Json.Member;
import io.pgtrickle.model.Jsonb;
import io.pgtrickle.model.Multirange;
import io.pgtrickle.model.Range;
import io.pgtrickle.model.Range.Between;
import io.pgtrickle.model.Range.Bound;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.SqlArray.Dimension;
import io.pgtrickle.model.TimeWithZone;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Values of the types with parts, in the canonical form that PostgreSQL would give them.
final class GeneratedContainers {

    private static final List<String> NUMBERS =
            List.of(
                    "0",
                    "0.0",
                    "1",
                    "1.0",
                    "-1",
                    "1.50",
                    "12345678901234567890.5",
                    "1e30",
                    "-0.001");

    private final Random random;
    private final GeneratedValues values;

    GeneratedContainers(Random random, GeneratedValues values) {
        this.random = random;
        this.values = values;
    }

    Object value(SqlType type) {
        return switch (type) {
            case SqlType.TimeTzType _ ->
                    new TimeWithZone(
                            (Long) values.value(new SqlType.Integral(Oids.TIME, 8, true)),
                            (int)
                                    (random.nextBoolean()
                                            ? values.between(-57_599, 57_599)
                                            : values.between(-15, 15) * 3_600));
            case SqlType.BitType _ -> bits();
            case SqlType.NetworkType(int oid) -> network(oid == Oids.CIDR);
            case SqlType.JsonbType _ -> Jsonb.of(json(3));
            case SqlType.ArrayType(_, _, SqlType element) -> array(element);
            case SqlType.CompositeType(_, List<SqlType.Field> fields) ->
                    Row.of(fields.stream().map(field -> nullable(field.type())).toArray());
            case SqlType.RangeType(_, SqlType subtype) -> range(subtype);
            case SqlType.MultirangeType(_, SqlType.RangeType(_, SqlType subtype)) ->
                    multirange(subtype);
            default -> throw new AssertionError("no values of " + type);
        };
    }

    private @Nullable Object nullable(SqlType type) {
        return random.nextInt(6) == 0 ? null : values.value(type);
    }

    private BitString bits() {
        int length = random.nextInt(4) == 0 ? random.nextInt(80) : random.nextInt(10);
        byte[] bytes = new byte[(length + 7) / 8];
        for (int i = 0; i < length; i++) {
            if (random.nextBoolean()) {
                bytes[i / 8] |= (byte) (0x80 >> i % 8);
            }
        }
        return new BitString(length, Bytes.of(bytes));
    }

    private Bytes network(boolean cidr) {
        int length = random.nextInt(3) == 0 ? 16 : 4;
        byte[] image = new byte[4 + length];
        image[0] = (byte) (length == 4 ? 2 : 3);
        int bits =
                random.nextInt(3) == 0
                        ? 8 * random.nextInt(length + 1)
                        : random.nextInt(8 * length + 1);
        image[1] = (byte) bits;
        image[2] = (byte) (cidr ? 1 : 0);
        image[3] = (byte) length;
        for (int i = 0; i < length; i++) {
            int value = i < 2 ? 10 + random.nextInt(2) : random.nextInt(256);
            int mask = cidr ? 0xff << 8 - Math.clamp(bits - 8L * i, 0, 8) & 0xff : 0xff;
            image[4 + i] = (byte) (value & mask);
        }
        return Bytes.of(image);
    }

    private Json json(int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 9)) {
            case 0 -> values.pick(List.of(Json.Literal.values()));
            case 1, 2 -> new Json.Decimal(plain(values.pick(NUMBERS)));
            case 3 -> new Json.Text(values.text() + (random.nextInt(4) == 0 ? "\n\u0001\"" : ""));
            case 4 -> new Json.Text(values.pick(ArgumentRules.KEYS));
            case 5, 6 -> {
                List<Json> elements = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    elements.add(json(depth - 1));
                }
                yield new Json.Array(elements);
            }
            default -> {
                List<Member> members = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    members.add(new Member(values.pick(ArgumentRules.KEYS), json(depth - 1)));
                }
                yield new Json.Structure(JsonContainment.merged(List.of(), members));
            }
        };
    }

    private static BigDecimal plain(String text) {
        BigDecimal number = new BigDecimal(text);
        return number.scale() < 0 ? number.setScale(0) : number;
    }

    private SqlArray array(SqlType element) {
        int[][] shapes = {{0}, {1}, {2}, {3}, {2, 2}, {1, 3}, {3, 1}, {2, 1, 2}};
        int[] shape = shapes[random.nextInt(shapes.length)];
        int count = 1;
        List<Dimension> dimensions = new ArrayList<>();
        for (int length : shape) {
            count *= length;
            dimensions.add(
                    new Dimension(length, random.nextInt(4) == 0 ? random.nextInt(5) - 2 : 1));
        }
        List<@Nullable Object> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            elements.add(
                    element.equals(SqlType.INT4) && random.nextBoolean()
                            ? (Object) values.between(0, 3)
                            : nullable(element));
        }
        return count == 0 ? SqlArray.EMPTY : new SqlArray(dimensions, elements);
    }

    /// Distinct values, ascending.
    private List<Object> ascending(SqlType subtype, int count) {
        List<Object> ascending = new ArrayList<>();
        while (ascending.size() < count) {
            Object value =
                    subtype.equals(SqlType.INT4) && random.nextBoolean()
                            ? (Object) values.between(0, 20)
                            : values.value(subtype);
            if (ascending.stream().noneMatch(other -> subtype.compare(other, value) == 0)) {
                ascending.add(value);
            }
        }
        ascending.sort(subtype::compare);
        return ascending;
    }

    private Range range(SqlType subtype) {
        boolean discrete = subtype.equals(SqlType.INT4);
        if (random.nextInt(12) == 0) {
            return Range.EMPTY;
        }
        if (!discrete && random.nextInt(12) == 0) {
            Bound point = new Bound(Optional.of(values.value(subtype)), true);
            return new Between(point, point);
        }
        List<Object> ends = ascending(subtype, 2);
        return new Between(
                random.nextInt(8) == 0
                        ? Bound.INFINITE
                        : new Bound(Optional.of(ends.getFirst()), discrete || random.nextBoolean()),
                random.nextInt(8) == 0
                        ? Bound.INFINITE
                        : new Bound(
                                Optional.of(ends.getLast()), !discrete && random.nextBoolean()));
    }

    private Multirange multirange(SqlType subtype) {
        int count = random.nextInt(4);
        List<Object> ends = ascending(subtype, 2 * count);
        List<Between> ranges = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean fromInfinity = i == 0 && random.nextInt(8) == 0;
            boolean toInfinity = i == count - 1 && random.nextInt(8) == 0;
            ranges.add(
                    new Between(
                            fromInfinity
                                    ? Bound.INFINITE
                                    : new Bound(Optional.of(ends.get(2 * i)), true),
                            toInfinity
                                    ? Bound.INFINITE
                                    : new Bound(Optional.of(ends.get(2 * i + 1)), false)));
        }
        return new Multirange(ranges);
    }
}
