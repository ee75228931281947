package io.pgtrickle.planner;

import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;

/// Whether a type's equality and order are known, here or to PostgreSQL, where an operator needs them.
final class TypeChecks {

    private TypeChecks() {}

    /// @param use what needs it, e.g. `GROUP BY`
    static void equatable(SqlType type, String use, CatalogReader catalog) {
        if (!type.hasEquality()) {
            throw notEquatable(type, use, catalog);
        }
    }

    /// The same where PostgreSQL can't be asked.
    static void equatableHere(SqlType type, String use, CatalogReader catalog) {
        if (!type.equatable()) {
            throw notEquatable(type, use, catalog);
        }
    }

    private static PgtrickleException notEquatable(
            SqlType type, String use, CatalogReader catalog) {
        if (type instanceof SqlType.Text(_, _, Collation collation)) {
            return Refusals.collation(
                    use
                            + " isn't supported under the nondeterministic collation "
                            + catalog.collationName(collation.oid()),
                    "Add COLLATE \"C\" to the expression.");
        }
        return Refusals.type(
                use + " isn't supported yet for type " + catalog.typeName(type.oid()),
                "Use a column of another type.");
    }

    static void orderable(SqlType type, String use, CatalogReader catalog) {
        if (type.hasOrder()) {
            return;
        }
        throw Refusals.type(
                use + " isn't supported yet for type " + catalog.typeName(type.oid()),
                "Use a column of another type.");
    }
}
