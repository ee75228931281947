package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.dataflow.expression.RowErrors;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.SqlArray.Dimension;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `array_agg`: of scalars a list of them, NULLs too; of arrays one with a dimension more. Without ORDER BY in the canonical order of the
/// values, NULLs last.
final class ArrayCollection {

    private ArrayCollection() {}

    static @Nullable Object of(List<CountedRow> rows, Row direct) {
        List<@Nullable Object> elements = new ArrayList<>();
        for (CountedRow row : rows) {
            for (long i = 0; i < row.count(); i++) {
                elements.add(row.values().get(0));
            }
        }
        return elements.isEmpty() ? null : SqlArray.of(elements);
    }

    /// @throws io.pgtrickle.model.PgtrickleException where an array is NULL or empty, or has other dimensions than the first
    static @Nullable Object ofArrays(List<CountedRow> rows, Row direct) {
        List<@Nullable Object> elements = new ArrayList<>();
        List<Dimension> inner = List.of();
        int count = 0;
        for (CountedRow row : rows) {
            if (!(row.values().get(0) instanceof SqlArray array)) {
                throw RowErrors.of("22004", "cannot accumulate null arrays");
            }
            if (array.dimensions().isEmpty()) {
                throw RowErrors.of("2202E", "cannot accumulate empty arrays");
            }
            if (count == 0) {
                inner = array.dimensions();
            } else if (!array.dimensions().equals(inner)) {
                throw RowErrors.of("2202E", "cannot accumulate arrays of different dimensionality");
            }
            for (long i = 0; i < row.count(); i++) {
                elements.addAll(array.elements());
                count++;
            }
        }
        if (count == 0) {
            return null;
        }
        if (inner.size() == SqlArray.MAX_DIMENSIONS) {
            throw RowErrors.of(
                    "54000", "number of array dimensions (7) exceeds the maximum allowed (6)");
        }
        List<Dimension> dimensions = new ArrayList<>();
        dimensions.add(new Dimension(count, 1));
        dimensions.addAll(inner);
        return new SqlArray(dimensions, elements);
    }
}
