package io.pgtrickle.planner;

import java.util.concurrent.atomic.AtomicInteger;

/// What the translation of a whole query shares.
///
/// @param recursions numbers the WITH queries
record PlannerContext(
        CatalogReader catalog,
        FunctionSupport support,
        RelationTranslator relations,
        AtomicInteger recursions) {}
