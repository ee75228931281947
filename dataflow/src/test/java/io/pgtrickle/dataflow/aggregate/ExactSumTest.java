package io.pgtrickle.dataflow.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExactSumTest {

    @Test
    void addingAndTakingAwayLeavesNothing() {
        ExactSum sum = ExactSum.ZERO;
        for (double value : new double[] {1e308, 1e-308, 4.9e-324, 0.1, -3e17}) {
            sum = sum.plus(value, 3);
        }
        for (double value : new double[] {0.1, 1e-308, -3e17, 4.9e-324, 1e308}) {
            sum = sum.plus(value, -3);
        }
        assertThat(sum).isEqualTo(ExactSum.ZERO);
    }

    @Test
    void keepsWhatIsFarSmallerThanTheRest() {
        assertThat(ExactSum.ZERO.plus(1e308, 1).plus(1e-300, 1).plus(1e308, -1).toDouble())
                .isEqualTo(1e-300);
    }

    @Test
    void roundsOnceHalfToEven() {
        // 2^53 + 1 lies in the middle; the least bit more decides
        double big = 0x1p53;
        assertThat(ExactSum.ZERO.plus(big, 1).plus(1, 1).toDouble()).isEqualTo(big);
        assertThat(ExactSum.ZERO.plus(big, 1).plus(1, 1).plus(4.9e-324, 1).toDouble())
                .isEqualTo(big + 2);
        assertThat(ExactSum.ZERO.plus(-big, 1).plus(-1, 1).plus(-4.9e-324, 1).toDouble())
                .isEqualTo(-big - 2);
    }

    @Test
    void isInfiniteBeyondTheRange() {
        assertThat(ExactSum.ZERO.plus(Double.MAX_VALUE, 2).toDouble())
                .isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(ExactSum.ZERO.plus(-Float.MAX_VALUE, 2).toFloat())
                .isEqualTo(Float.NEGATIVE_INFINITY);
    }

    @Test
    void agreesWithDecimalsForRandomDoubles() {
        Random random = new Random(7);
        for (int run = 0; run < 2_000; run++) {
            ExactSum sum = ExactSum.ZERO;
            List<BigDecimal> decimals = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                double value =
                        run % 2 == 0
                                ? Math.scalb(random.nextGaussian(), random.nextInt(-1_080, 900))
                                : Math.scalb(random.nextGaussian(), random.nextInt(-60, 60));
                sum = sum.plus(value, i + 1);
                decimals.add(new BigDecimal(value).multiply(BigDecimal.valueOf(i + 1)));
            }
            double expected =
                    decimals.stream().reduce(BigDecimal.ZERO, BigDecimal::add).doubleValue();
            assertThat(sum.toDouble()).as("run " + run).isEqualTo(expected + 0.0);
        }
    }

    @Test
    void agreesWithDecimalsForRandomFloats() {
        Random random = new Random(8);
        for (int run = 0; run < 2_000; run++) {
            ExactSum sum = ExactSum.ZERO;
            BigDecimal exact = BigDecimal.ZERO;
            for (int i = 0; i < 4; i++) {
                float value = Math.scalb((float) random.nextGaussian(), random.nextInt(-150, 100));
                sum = sum.plus(value, 1);
                exact = exact.add(new BigDecimal(value));
            }
            assertThat(sum.toFloat()).as("run " + run).isEqualTo(exact.floatValue() + 0.0f);
        }
    }
}
