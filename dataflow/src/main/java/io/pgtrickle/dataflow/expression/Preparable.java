package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Row;
import java.util.Collection;

/// What may have to ask PostgreSQL.
public interface Preparable {

    /// Asks PostgreSQL for what is needed of it over these rows, in few questions, so that evaluation finds it known. To be called
    /// before many evaluations; whether it was doesn't change any outcome.
    ///
    /// @throws io.pgtrickle.model.PgtrickleException of kind WORLD where the server can't be asked
    default void prepare(Collection<Row> rows) {}

    /// Whether `prepare` does anything.
    default boolean needsPreparation() {
        return false;
    }
}
