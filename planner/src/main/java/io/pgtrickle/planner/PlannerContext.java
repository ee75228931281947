package io.pgtrickle.planner;

import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/// What the translation of a whole query shares.
///
/// @param recursions numbers the WITH queries
/// @param parents the tables whose partitions or children were read for them, and the views whose queries were
record PlannerContext(
        CatalogReader catalog,
        FunctionSupport support,
        RelationTranslator relations,
        AtomicInteger recursions,
        Set<Long> parents) {}
