package io.pgtrickle.commander;

import io.pgtrickle.model.PgtrickleException;

/// A live view that has left its group with an error.
///
/// @param sameColumns whether its sources have the columns that they had, so that it may be made anew
record Departure(LiveView view, PgtrickleException error, boolean sameColumns) {}
