package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.model.Row;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An aggregate that is computed from all rows of its group. What PostgreSQL must compute itself, such as users' aggregates, would be one more
/// of these.
@FunctionalInterface
public interface RowsFunction {

    /// @param rows in their order, without those that don't reach the aggregate; each once where the call is DISTINCT
    /// @param direct the values of the direct arguments
    @Nullable Object result(List<CountedRow> rows, Row direct);
}
