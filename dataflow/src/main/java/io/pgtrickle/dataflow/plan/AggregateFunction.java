package io.pgtrickle.dataflow.plan;

import io.pgtrickle.model.type.Collation;

/// @param oid in `pg_proc`
/// @param name without its schema, for messages
/// @param collation of the call (inputcollid)
public record AggregateFunction(Kind kind, int oid, String name, Collation collation) {

    /// The built-in functions whose meaning the planner knows too.
    public enum Kind {
        COUNT,
        SUM,
        AVG,
        MIN,
        MAX,
        /// Every other aggregate and window function: known by its oid.
        OTHER
    }
}
