package io.pgtrickle.dataflow.aggregate;

/// What `bit_and`, `bit_or` and `bit_xor` make of the ones among so many bits.
enum BitOperation {
    AND,
    OR,
    XOR;

    /// @param oid of the aggregate
    static BitOperation of(int oid) {
        return switch (oid) {
            case 2236, 2238, 2240, 2242 -> AND;
            case 2237, 2239, 2241, 2243 -> OR;
            default -> XOR;
        };
    }

    boolean of(long ones, long bits) {
        return switch (this) {
            case AND -> ones == bits;
            case OR -> ones > 0;
            case XOR -> ones % 2 != 0;
        };
    }
}
