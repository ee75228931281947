package io.pgtrickle.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

final class RowTest {

    @Test
    void equalityIsThatOfImages() {
        assertThat(Row.of(numeric("1.0"))).isNotEqualTo(Row.of(numeric("1.00")));
        assertThat(Row.of(numeric("1.0"))).isEqualTo(Row.of(numeric("1.0")));
        assertThat(Row.of(0.0)).isNotEqualTo(Row.of(-0.0));
        assertThat(Row.of(Double.NaN))
                .isEqualTo(Row.of(Double.longBitsToDouble(0xfff8_0000_0000_0001L)));
        assertThat(Row.of(new Interval(1, 0, 0))).isNotEqualTo(Row.of(new Interval(0, 30, 0)));
        assertThat(Row.of(Bytes.of((byte) 1))).isEqualTo(Row.of(Bytes.of((byte) 1)));
        assertThat(Row.of(1L, null)).isEqualTo(Row.of(1L, null)).isNotEqualTo(Row.of(null, 1L));
        assertThat(Row.of(1L)).isNotEqualTo(Row.of(1L, null));
    }

    @Test
    void projectsAndConcatenates() {
        Row row = Row.of(1L, "b", null);
        assertThat(row.project(new int[] {2, 1, 1})).isEqualTo(Row.of(null, "b", "b"));
        assertThat(row.project(new int[0]).width()).isZero();
        assertThat(row.concat(Row.of(2L))).isEqualTo(Row.of(1L, "b", null, 2L));
        assertThat(row).hasToString("[1, b, null]");
    }

    @Test
    void isNotChangedThroughItsCopy() {
        Row row = Row.of(1L, 2L);
        row.toArray()[0] = 3L;
        assertThat(row.get(0)).isEqualTo(1L);
    }

    private static Numeric numeric(String text) {
        return Numeric.of(new BigDecimal(text));
    }
}
