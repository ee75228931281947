package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Row;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// A compiled expression. Pure: the same row gives the same value, so that a retraction meets what the insertion made.
@FunctionalInterface
public interface Evaluator {

    /// The expression's value over the row; null is SQL NULL.
    ///
    /// @throws io.pgtrickle.model.PgtrickleException ROW_ERROR with PostgreSQL's SQLSTATE and message
    @Nullable Object evaluate(Row row);

    /// Asks PostgreSQL for what the expression needs of it over these rows, in few questions, so that `evaluate` finds it known.
    /// To be called before many evaluations; whether it was doesn't change any outcome.
    ///
    /// @throws io.pgtrickle.model.PgtrickleException of kind WORLD where the server can't be asked
    default void prepare(Collection<Row> rows) {}

    /// Whether `prepare` does anything.
    default boolean needsPreparation() {
        return false;
    }
}
