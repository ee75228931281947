package io.pgtrickle.oracle;

import io.pgtrickle.oracle.RandomQueries.Query;

/// A view to be made at a step of a script, and watched from there on.
///
/// @param createAt the step before which the view is made
record Case(Query query, int createAt) {}
