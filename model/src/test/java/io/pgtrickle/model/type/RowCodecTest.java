package io.pgtrickle.model.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RowCodecTest {

    private static final SqlType TEXT = new SqlType.Text(Oids.TEXT, false, Collation.C);

    @Test
    void anImageIsLengthsAndValues() {
        RowCodec codec = new RowCodec(List.of(SqlType.INT2, TEXT, SqlType.BOOL, TEXT));
        byte[] image = codec.encode(Row.of(-2L, "é", null, ""));
        assertThat(HexFormat.of().formatHex(image)).isEqualTo("03fffe" + "03c3a9" + "00" + "01");
        assertThat(codec.decode(image)).isEqualTo(Row.of(-2L, "é", null, ""));
        assertThat(new RowCodec(List.of()).encode(Row.of())).isEmpty();
        assertThat(new RowCodec(List.of()).decode(new byte[0]).width()).isZero();
    }

    @Test
    void aKeyHasNullsLast() {
        RowCodec codec = new RowCodec(List.of(SqlType.INT2, TEXT));
        assertThat(key(codec, Row.of(1L, "a"), 1, 0)).isEqualTo("01610000" + "018001");
        assertThat(key(codec, Row.of(1L, null), 1, 0)).isEqualTo("02" + "018001");
        assertThat(key(codec, Row.of(1L, null))).isEmpty();
        assertThat(key(codec, Row.of(1L, "\uffff"), 1)).isLessThan(key(codec, Row.of(1L, null), 1));
    }

    @Test
    void decodingInvertsEncodingForRowsOfEveryType() {
        List<Family> families = Family.all();
        RowCodec codec = new RowCodec(families.stream().map(Family::type).toList());
        for (int seed = 0; seed < 200; seed++) {
            Row row = random(families, new Random(seed));
            assertThat(codec.decode(codec.encode(row))).as("seed %d", seed).isEqualTo(row);
        }
    }

    @Test
    void keysOfRowsSortAsTheirColumnsDo() {
        List<Family> families = Family.all();
        RowCodec codec = new RowCodec(families.stream().map(Family::type).toList());
        for (int seed = 0; seed < 1_000; seed++) {
            Random random = new Random(seed);
            int[] columns = random.ints(3, 0, families.size()).toArray();
            Row a = random(families, random);
            Row b = random(families, random);
            byte[] keyOfA = HexFormat.of().parseHex(key(codec, a, columns));
            byte[] keyOfB = HexFormat.of().parseHex(key(codec, b, columns));
            assertThat(Integer.signum(Arrays.compareUnsigned(keyOfA, keyOfB)))
                    .as("seed %d: columns %s of %s, %s", seed, Arrays.toString(columns), a, b)
                    .isEqualTo(Integer.signum(compare(codec.types(), columns, a, b)));
        }
    }

    @Test
    void damagedImagesAreCorrupt() {
        RowCodec codec = new RowCodec(List.of(SqlType.INT4, TEXT));
        byte[] image = codec.encode(Row.of(1L, "abc"));
        for (int length = 0; length < image.length; length++) {
            byte[] cut = Arrays.copyOf(image, length);
            corrupt(codec, cut);
        }
        corrupt(codec, Arrays.copyOf(image, image.length + 1));
        // a length of another type's value, lengths beyond 32 and 64 bits
        corrupt(codec, HexFormat.of().parseHex("030001" + "00"));
        corrupt(codec, HexFormat.of().parseHex("8080808080808001" + "00"));
        corrupt(codec, HexFormat.of().parseHex("ffffffffffffffffff01" + "00"));
        corrupt(codec, HexFormat.of().parseHex("ffffffffffffffffffffff01" + "00"));
        corrupt(codec, HexFormat.of().parseHex("00" + "02ff"));
    }

    @Test
    void aRowOfAnotherWidthIsABug() {
        RowCodec codec = new RowCodec(List.of(SqlType.INT4));
        assertThatExceptionOfType(PgtrickleException.class)
                .isThrownBy(() -> codec.encode(Row.of(1L, 2L)))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL));
    }

    @Test
    void numbersAreReadAsTheyWereWritten() {
        Random random = new Random(3);
        ByteWriter out = new ByteWriter(0);
        List<Long> numbers =
                new ArrayList<>(List.of(0L, 127L, 128L, -1L, Long.MIN_VALUE, Long.MAX_VALUE));
        for (int i = 0; i < 500; i++) {
            numbers.add(random.nextLong() >> random.nextInt(64));
        }
        for (long number : numbers) {
            out.writeVarLong(number)
                    .writeLong(number)
                    .writeInt((int) number)
                    .writeByte((int) number);
        }
        out.write(new byte[] {1, 2, 3}, 1, 2);
        ByteReader in = new ByteReader(out.toByteArray());
        for (long number : numbers) {
            assertThat(in.readVarLong()).isEqualTo(number);
            assertThat(in.readLong()).isEqualTo(number);
            assertThat(in.readInt()).isEqualTo((int) number);
            assertThat(in.readByte()).isEqualTo((int) number & 0xff);
        }
        assertThat(in.readBytes(2)).containsExactly(2, 3);
        assertThat(in.remaining()).isZero();
    }

    private static void corrupt(RowCodec codec, byte[] image) {
        assertThatExceptionOfType(PgtrickleException.class)
                .as(HexFormat.of().formatHex(image))
                .isThrownBy(() -> codec.decode(image))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_CORRUPT));
    }

    private static int compare(List<SqlType> types, int[] columns, Row a, Row b) {
        for (int column : columns) {
            Object x = a.get(column);
            Object y = b.get(column);
            int order =
                    x == null || y == null
                            ? Boolean.compare(x == null, y == null)
                            : types.get(column).compare(x, y);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static Row random(List<Family> families, Random random) {
        @Nullable Object[] cells = new @Nullable Object[families.size()];
        for (int i = 0; i < cells.length; i++) {
            List<Object> values = families.get(i).values(random.nextInt(3));
            cells[i] =
                    random.nextInt(4) == 0
                            ? null
                            : values.get(random.nextInt(Math.min(6, values.size())));
        }
        return Row.of(cells);
    }

    private static String key(RowCodec codec, Row row, int... columns) {
        ByteWriter out = new ByteWriter();
        codec.writeKey(row, columns, out);
        return HexFormat.of().formatHex(out.toByteArray());
    }
}
