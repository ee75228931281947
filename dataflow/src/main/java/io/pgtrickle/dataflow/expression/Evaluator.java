package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Row;
import org.jspecify.annotations.Nullable;

/// A compiled expression. Pure: the same row gives the same value, so that a retraction meets what the insertion made.
@FunctionalInterface
public interface Evaluator extends Preparable {

    /// The expression's value over the row; null is SQL NULL.
    ///
    /// @throws io.pgtrickle.model.PgtrickleException ROW_ERROR with PostgreSQL's SQLSTATE and message
    @Nullable Object evaluate(Row row);
}
