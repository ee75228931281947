package io.pgtrickle.model.type;

/// A collation of PostgreSQL, as far as it matters here.
///
/// @param oid in `pg_collation`; 0 where the type has none
/// @param deterministic whether equal means the same bytes
/// @param byteOrder whether its order is that of the UTF-8 bytes (C, POSIX, C.UTF-8 and the builtin provider)
public record Collation(int oid, boolean deterministic, boolean byteOrder) {

    public static final Collation NONE = new Collation(0, true, true);

    /// The collation "C".
    public static final Collation C = new Collation(950, true, true);
}
