package io.pgtrickle.cli.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BagSumTest {

    @Test
    void theOrderOfRowsDoesNotMatter() {
        List<String> rows =
                new ArrayList<>(
                        IntStream.range(0, 10_000).mapToObj(i -> "row " + i % 900).toList());
        BagSum straight = sum(rows);
        Collections.shuffle(rows, new Random(1));
        assertThat(straight.differences(sum(rows), 10)).isEmpty();
        assertThat(straight.count()).isEqualTo(10_000);
    }

    @Test
    void theNumberOfEqualRowsMatters() {
        assertThat(sum(List.of("a", "a", "b")).differences(sum(List.of("a", "b", "b")), 10))
                .hasSize(2);
        assertThat(sum(List.of("a", "a")).differences(sum(List.of()), 10)).hasSize(1);
    }

    @Test
    void theDifferingBucketIsThatOfTheDifferingRow() {
        BagSum with = sum(List.of("a", "b"));
        byte[] b = "b".getBytes(StandardCharsets.UTF_8);
        assertThat(with.differences(sum(List.of("a")), 10))
                .containsExactly(with.bucket(b, b.length));
    }

    @Test
    void bytesBeyondTheLengthDoNotCount() {
        BagSum one = new BagSum();
        one.add(new byte[] {1, 2, 3}, 2);
        BagSum other = new BagSum();
        other.add(new byte[] {1, 2, 4}, 2);
        assertThat(one.differences(other, 1)).isEmpty();
    }

    private static BagSum sum(List<String> rows) {
        BagSum sum = new BagSum();
        for (String row : rows) {
            byte[] image = row.getBytes(StandardCharsets.UTF_8);
            sum.add(image, image.length);
        }
        return sum;
    }
}
