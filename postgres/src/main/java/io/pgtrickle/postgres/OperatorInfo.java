package io.pgtrickle.postgres;

/// An operator of `pg_operator`.
///
/// @param leftTypeOid 0 for a prefix operator
/// @param functionOid what it calls
/// @param commutatorOid 0 where there is none
/// @param negatorOid 0 where there is none
public record OperatorInfo(
        int oid,
        String schema,
        String name,
        int leftTypeOid,
        int rightTypeOid,
        int resultTypeOid,
        int functionOid,
        int commutatorOid,
        int negatorOid) {

    /// As it is written between two operands in SQL, whatever the search path is.
    public String quoted() {
        return "OPERATOR(" + Quoting.identifier(schema) + "." + name + ")";
    }
}
