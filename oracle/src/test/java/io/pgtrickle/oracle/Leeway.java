package io.pgtrickle.oracle;

/// What PostgreSQL leaves open in a column's value.
enum Leeway {
    /// Nothing: the text is the same.
    NONE,
    /// Which of several equal values shows, as 1.0 and 1.00: a group's key, a minimum.
    IMAGE,
    /// The last digits, which depend on the order in which rows are added up: sums of floats, and what is made of them.
    DIGITS;

    Leeway or(Leeway other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
