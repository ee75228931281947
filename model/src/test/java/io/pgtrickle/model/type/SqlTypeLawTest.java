package io.pgtrickle.model.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.PgtrickleException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/// Images, keys and comparison of every family of types agree with each other, and at the edges with PostgreSQL's order.
final class SqlTypeLawTest {

    private static final int SEEDS = 2;

    /// Something to check of two values of a type.
    private interface Law {
        void check(SqlType type, Object a, Object b, Supplier<String> values);
    }

    @Test
    void decodingInvertsEncoding() {
        for (Family family : Family.all()) {
            SqlType type = family.type();
            for (Object value : family.values(SEEDS)) {
                byte[] image = image(type, value);
                assertThat(type.decode(image, 0, image.length)).isEqualTo(value);
                byte[] within = new byte[image.length + 5];
                System.arraycopy(image, 0, within, 3, image.length);
                assertThat(type.decode(within, 3, image.length)).isEqualTo(value);
            }
        }
    }

    @Test
    void imagesAreTheSameWhereValuesAreEqual() {
        forEachPair((type, a, b, values) ->
                assertThat(Arrays.equals(image(type, a), image(type, b)))
                        .as(values)
                        .isEqualTo(a.equals(b)));
    }

    @Test
    void keysSortAsValuesDo() {
        forEachPair((type, a, b, values) ->
                assertThat(Integer.signum(Arrays.compareUnsigned(key(type, a), key(type, b))))
                        .as(values)
                        .isEqualTo(Integer.signum(type.compare(a, b))));
    }

    @Test
    void noKeyIsAPrefixOfAnother() {
        forEachPair((type, a, b, values) -> {
            byte[] shorter = key(type, a);
            byte[] longer = key(type, b);
            if (shorter.length < longer.length) {
                assertThat(Arrays.equals(shorter, 0, shorter.length, longer, 0, shorter.length))
                        .as(values)
                        .isFalse();
            }
        });
    }

    @Test
    void equalMeansSameImageTellsTheTruth() {
        forEachPair((type, a, b, values) -> {
            if (type.equalMeansSameImage() && type.compare(a, b) == 0) {
                assertThat(a).as(values).isEqualTo(b);
            }
        });
    }

    @Test
    void edgesAreInPostgresqlsOrder() {
        for (Family family : Family.all()) {
            List<List<Object>> edges = family.edges();
            for (int i = 0; i < edges.size(); i++) {
                for (int j = 0; j < edges.size(); j++) {
                    for (Object a : edges.get(i)) {
                        for (Object b : edges.get(j)) {
                            assertThat(Integer.signum(family.type().compare(a, b)))
                                    .as("%s: %s, %s", family.type(), a, b)
                                    .isEqualTo(Integer.compare(i, j));
                        }
                    }
                }
            }
        }
    }

    @Test
    void aValueOfAnotherClassIsABug() {
        for (Family family : Family.all()) {
            Object stranger = new Object();
            SqlType type = family.type();
            fails(ErrorCode.INTERNAL, () -> type.encode(stranger, new ByteWriter()));
            fails(ErrorCode.INTERNAL, () -> type.writeKey(stranger, new ByteWriter()));
            fails(ErrorCode.INTERNAL, () -> type.compare(stranger, stranger));
        }
    }

    @Test
    void imagesOfTheWrongLengthAreMalformed() {
        for (Family family : Family.all()) {
            SqlType type = family.type();
            switch (type) {
                case SqlType.Text _,
                        SqlType.EnumType _,
                        SqlType.ByteString _,
                        SqlType.NetworkType _,
                        SqlType.LabelledType _,
                        SqlType.Opaque _ -> {}
                case SqlType.Bool _,
                        SqlType.Integral _,
                        SqlType.Real _,
                        SqlType.DoublePrecision _,
                        SqlType.NumericType _,
                        SqlType.IntervalType _,
                        SqlType.TimeTzType _,
                        SqlType.BitType _,
                        SqlType.JsonbType _,
                        SqlType.ArrayType _,
                        SqlType.CompositeType _,
                        SqlType.RangeType _,
                        SqlType.MultirangeType _ ->
                        fails(ErrorCode.STREAM_MALFORMED, () -> type.decode(new byte[7], 0, 7));
            }
        }
    }

    @Test
    void theLongestNumericsAreKeptAndOrdered() {
        Numeric large = Numeric.of(new BigDecimal("-1e131071"));
        Numeric small = Numeric.of(new BigDecimal("1e-16383"));
        for (Numeric value : List.of(large, small)) {
            byte[] image = image(SqlType.NUMERIC, value);
            assertThat(SqlType.NUMERIC.decode(image, 0, image.length)).isEqualTo(value);
        }
        assertThat(Arrays.compareUnsigned(key(SqlType.NUMERIC, large), key(SqlType.NUMERIC, small)))
                .isNegative();
    }

    @Test
    void textThatIsNotUtf8IsMalformed() {
        SqlType text = new SqlType.Text(Oids.TEXT, false, Collation.C);
        byte[] latin = {'a', (byte) 0xe9};
        fails(ErrorCode.STREAM_MALFORMED, () -> text.decode(latin, 0, latin.length));
        assertThat(text.decode(latin, 0, 1)).isEqualTo("a");
    }

    @Test
    void aWholeNumberOutOfRangeIsABug() {
        fails(ErrorCode.INTERNAL, () -> SqlType.INT2.encode(32_768L, new ByteWriter()));
        fails(ErrorCode.INTERNAL, () -> SqlType.INT4.writeKey(1L << 31, new ByteWriter()));
        fails(
                ErrorCode.INTERNAL,
                () -> new SqlType.Integral(Oids.OID, 4, false).encode(-1L, new ByteWriter()));
    }

    @Test
    void anUnknownLabelMeansThatTheTypeChanged() {
        SqlType mood = new SqlType.EnumType(70_000, List.of("sad", "ok"));
        assertThat(mood.decode(new byte[] {'h', 'i'}, 0, 2)).isEqualTo("hi");
        fails(ErrorCode.SOURCE_CHANGED, () -> mood.compare("hi", "ok"));
        fails(ErrorCode.SOURCE_CHANGED, () -> mood.writeKey("hi", new ByteWriter()));
    }

    private static void forEachPair(Law law) {
        for (Family family : Family.all()) {
            for (long seed = 0; seed < SEEDS; seed++) {
                long number = seed;
                List<Object> values = family.values(seed);
                for (Object a : values) {
                    for (Object b : values) {
                        law.check(
                                family.type(),
                                a,
                                b,
                                () -> family.type() + ", seed " + number + ": " + a + ", " + b);
                    }
                }
            }
        }
    }

    private static void fails(ErrorCode code, Runnable action) {
        assertThatExceptionOfType(PgtrickleException.class)
                .isThrownBy(action::run)
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }

    private static byte[] image(SqlType type, Object value) {
        ByteWriter out = new ByteWriter();
        type.encode(value, out);
        return out.toByteArray();
    }

    private static byte[] key(SqlType type, Object value) {
        ByteWriter out = new ByteWriter();
        type.writeKey(value, out);
        return out.toByteArray();
    }
}
