package io.pgtrickle.postgres;

import io.pgtrickle.model.type.SqlType;

/// A column of a result table.
///
/// @param typeOid the declared type, e.g. a domain's
/// @param typeModifier -1 where there is none
/// @param collationOid 0 where there is none
/// @param type what its values are; for a domain that is its base type
/// @param notNull whether the query can't give NULL there
public record ResultColumn(
        String name,
        int typeOid,
        int typeModifier,
        int collationOid,
        SqlType type,
        boolean notNull) {}
