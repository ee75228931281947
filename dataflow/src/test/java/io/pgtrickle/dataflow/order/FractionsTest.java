package io.pgtrickle.dataflow.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// There is always room between two labels, and labels stay short where values come in some order.
final class FractionsTest {

    private static final Bytes NONE = Bytes.of();

    @Test
    void thereIsRoomAnywhere() {
        Random random = new Random(7);
        List<Bytes> labels = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            int place = random.nextInt(labels.size() + 1);
            int count = 1 + random.nextInt(5);
            Bytes lower = place == 0 ? NONE : labels.get(place - 1);
            Optional<Bytes> upper =
                    place == labels.size() ? Optional.empty() : Optional.of(labels.get(place));
            labels.addAll(place, Fractions.between(lower, upper, count));
        }
        assertThat(labels).isSorted().doesNotHaveDuplicates();
        assertThat(longest(labels)).isLessThan(120);
    }

    @Test
    void ascendingAndDescendingValuesHaveShortLabels() {
        for (boolean ascending : new boolean[] {true, false}) {
            for (int batch : new int[] {1, 1_000}) {
                TreeSet<Bytes> labels = new TreeSet<>();
                // within a gap, which is harder than at an end
                Bytes lower = Fractions.between(NONE, Optional.empty(), 1).getFirst();
                Bytes upper = Fractions.between(lower, Optional.empty(), 1).getFirst();
                for (int i = 0; i < 200_000; i += batch) {
                    List<Bytes> more = Fractions.between(lower, Optional.of(upper), batch);
                    labels.addAll(more);
                    lower = ascending ? more.getLast() : lower;
                    upper = ascending ? upper : more.getFirst();
                }
                assertThat(labels).hasSize(200_000);
                assertThat(longest(labels)).isLessThan(60);
            }
        }
    }

    @Test
    void aHostileOrderIsNoticed() {
        assertThatThrownBy(
                        () -> {
                            Bytes lower = NONE;
                            Optional<Bytes> upper = Optional.empty();
                            for (int i = 0; i < 10_000; i++) {
                                Bytes middle = Fractions.between(lower, upper, 1).getFirst();
                                if (i % 2 == 0) {
                                    lower = middle;
                                } else {
                                    upper = Optional.of(middle);
                                }
                            }
                        })
                .isInstanceOfSatisfying(
                        PgtrickleException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_INCONSISTENT));
    }

    private static int longest(Iterable<Bytes> labels) {
        int longest = 0;
        for (Bytes label : labels) {
            longest = Math.max(longest, label.length());
        }
        return longest;
    }
}
