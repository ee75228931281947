package io.pgtrickle.dataflow;

import io.pgtrickle.model.Row;
import java.util.List;

/// A row of a delta with its weight.
record WeightedRow(Row row, long weight) {

    static long sum(List<WeightedRow> rows) {
        long sum = 0;
        for (WeightedRow row : rows) {
            sum = Math.addExact(sum, row.weight);
        }
        return sum;
    }
}
