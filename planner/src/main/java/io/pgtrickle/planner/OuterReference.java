package io.pgtrickle.planner;

/// What a query takes from a query around it. Depths count from the whole query, which is 0.
sealed interface OuterReference {

    /// Of the query that it belongs to.
    int depth();

    record Variable(int depth, int rangeTableIndex, int attribute) implements OuterReference {}

    /// The image of another one's value. A query is computed once for all values that are equal, and those may look different.
    record Image(OuterReference of) implements OuterReference {
        @Override
        public int depth() {
            return of.depth();
        }
    }

    /// An aggregate over the outer query's groups.
    ///
    /// @param aggref as the outer query itself would have it
    record Aggregate(int depth, Node aggref) implements OuterReference {}
}
