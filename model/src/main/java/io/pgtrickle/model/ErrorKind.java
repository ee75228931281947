package io.pgtrickle.model;

/// Whose move it is after an error.
public enum ErrorKind {
    /// The user's statement, data or configuration is wrong or can't be served; repeating it can't help.
    STATEMENT,
    /// The world failed (network, disk, a restart) and may mend: retried with back-off, in one place.
    WORLD,
    /// An invariant is broken: the view concerned stops, nothing goes on over it.
    INVARIANT
}
