package io.pgtrickle.postgres;

/// A column of a relation.
///
/// @param attributeNumber in `pg_attribute`
/// @param typeOid as declared, e.g. a domain's
/// @param typeModifier -1 where there is none
/// @param collationOid 0 where there is none
public record ColumnInfo(
        int attributeNumber,
        String name,
        int typeOid,
        int typeModifier,
        int collationOid,
        boolean notNull,
        Generation generation) {

    /// `attgenerated`.
    public enum Generation {
        NONE,
        STORED,
        VIRTUAL;

        static Generation of(String attgenerated) {
            return switch (attgenerated) {
                case "s" -> STORED;
                case "v" -> VIRTUAL;
                default -> NONE;
            };
        }
    }
}
