package io.pgtrickle.planner;

import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;

/// Whether a type's equality and order are known here, where an operator needs them.
final class TypeChecks {

    private TypeChecks() {}

    /// @param use what needs it, e.g. `GROUP BY`
    static void equatable(SqlType type, String use, CatalogReader catalog) {
        if (type.equatable()) {
            return;
        }
        if (type instanceof SqlType.Text(_, _, Collation collation)) {
            throw Refusals.collation(
                    use
                            + " isn't supported under the nondeterministic collation "
                            + catalog.collationName(collation.oid()),
                    "Add COLLATE \"C\" to the expression.");
        }
        throw Refusals.type(
                use + " isn't supported yet for type " + catalog.typeName(type.oid()),
                "Use a column of another type.");
    }

    static void orderable(SqlType type, String use, CatalogReader catalog) {
        if (type.orderable()) {
            return;
        }
        if (type instanceof SqlType.Text(_, _, Collation collation)) {
            throw Refusals.collation(
                    use
                            + " isn't supported under collation "
                            + catalog.collationName(collation.oid()),
                    "Add COLLATE \"C\" to the expression.");
        }
        throw Refusals.type(
                use + " isn't supported yet for type " + catalog.typeName(type.oid()),
                "Use a column of another type.");
    }
}
