package io.pgtrickle.oracle;

/// What became of a view.
sealed interface Outcome {

    /// Equal after every step.
    ///
    /// @param filled whether it ever had rows
    record Equal(int steps, boolean filled) implements Outcome {}

    /// @param reason `PGT-NNN` and the message
    record Refused(String reason) implements Outcome {}

    /// PostgreSQL refuses the query, or takes too long, or gives too many rows.
    record Invalid(String why) implements Outcome {}

    /// A row makes the query fail in PostgreSQL.
    record Failing(String sqlState) implements Outcome {}

    /// @param kind a few words that are the same for failures of one cause
    /// @param step at which it was seen
    record Fault(String kind, int step, String text) implements Outcome {}
}
