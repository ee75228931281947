package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Row;
import java.util.List;

/// A compiled set-returning function. Pure, as an `Evaluator` is.
@FunctionalInterface
public interface SetEvaluator extends Preparable {

    /// The rows that one call may return: more would not fit into memory beside those of the other rows of a step.
    int MAX_ROWS = 1_000_000;

    /// What the function returns for an input row, in its order.
    ///
    /// @throws io.pgtrickle.model.PgtrickleException ROW_ERROR with PostgreSQL's SQLSTATE and message, or 54000 beyond the limit
    List<Row> evaluate(Row row);
}
