package io.pgtrickle.planner;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.LongFunction;

/// What the passes know beside the plan itself.
///
/// @param strict whether a function, by its oid, returns NULL as soon as one argument is NULL
/// @param uniqueKeys of a table, by its oid: attribute numbers of columns that are never NULL
record PlanFacts(
        IntPredicate strict, LongFunction<List<List<Integer>>> uniqueKeys, EquiKeys equiKeys) {

    static PlanFacts of(CatalogReader catalog, FunctionSupport support) {
        return new PlanFacts(
                functionOid -> catalog.function(functionOid).strict(),
                tableOid -> catalog.table((int) tableOid).uniqueKeys(),
                new EquiKeys(catalog, support));
    }
}
