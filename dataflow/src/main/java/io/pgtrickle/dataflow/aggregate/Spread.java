package io.pgtrickle.dataflow.aggregate;

/// Which measure of spread: the mean square distance from the mean or its root, of the values or of what they are a sample of.
record Spread(boolean root, boolean sample) {

    /// @param oid of one of the functions of `AggregateFamily.VARIANCE`
    static Spread of(int oid) {
        boolean root = oid >= 2154 && oid <= 2159 || oid >= 2712 && oid <= 2717 || oid >= 2724;
        return new Spread(root, oid < 2718);
    }
}
