package io.pgtrickle.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Z-sets are an abelian group under addition.
final class ZSetLawTest {

    private static final int SEEDS = 300;

    @Test
    void additionIsAssociativeAndCommutative() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            ZSet a = random(random);
            ZSet b = random(random);
            ZSet c = random(random);
            assertThat(sum(sum(a, b), c)).as("seed %d", seed).isEqualTo(sum(a, sum(b, c)));
            assertThat(sum(a, b))
                    .as("seed %d", seed)
                    .isEqualTo(sum(b, a))
                    .hasSameHashCodeAs(sum(b, a));
            assertThat(sum(a, new ZSet())).as("seed %d", seed).isEqualTo(a);
        }
    }

    @Test
    void negationCancels() {
        for (int seed = 0; seed < SEEDS; seed++) {
            ZSet a = random(new Random(seed));
            ZSet nothing = sum(a, negated(a));
            assertThat(nothing.isEmpty()).as("seed %d", seed).isTrue();
            assertThat(nothing.size()).isZero();
            assertThat(negated(negated(a))).isEqualTo(a);
        }
    }

    @Test
    void isConsolidated() {
        for (int seed = 0; seed < SEEDS; seed++) {
            ZSet a = sum(random(new Random(seed)), random(new Random(~seed)));
            List<Row> rows = new ArrayList<>();
            a.forEach((row, weight) -> {
                assertThat(weight).isNotZero().isEqualTo(a.weight(row));
                rows.add(row);
            });
            assertThat(rows).doesNotHaveDuplicates().hasSize(a.size());
        }
    }

    @Test
    void iteratesInTheOrderOfFirstAddition() {
        ZSet set = new ZSet();
        for (long value : new long[] {3, 1, 2, 3, 1}) {
            set.add(Row.of(value), 1);
        }
        List<Row> rows = new ArrayList<>();
        set.forEach((row, _) -> rows.add(row));
        assertThat(rows).containsExactly(Row.of(3L), Row.of(1L), Row.of(2L));
    }

    @Test
    void anOverflowingWeightIsAnErrorAndChangesNothing() {
        ZSet set = new ZSet();
        set.add(Row.of(1L), Long.MAX_VALUE);
        assertThatThrownBy(() -> set.add(Row.of(1L), 1)).isInstanceOf(ArithmeticException.class);
        assertThat(set.weight(Row.of(1L))).isEqualTo(Long.MAX_VALUE);
        assertThat(set.weight(Row.of(2L))).isZero();
    }

    private static ZSet random(Random random) {
        ZSet set = new ZSet();
        for (int i = random.nextInt(12); i > 0; i--) {
            Object cell = random.nextInt(5) == 0 ? null : (long) random.nextInt(4);
            set.add(Row.of(cell, "x"), random.nextInt(7) - 3);
        }
        return set;
    }

    private static ZSet sum(ZSet a, ZSet b) {
        ZSet sum = new ZSet();
        sum.addAll(a);
        sum.addAll(b);
        return sum;
    }

    private static ZSet negated(ZSet a) {
        ZSet negated = new ZSet();
        a.forEach((row, weight) -> negated.add(row, -weight));
        return negated;
    }
}
