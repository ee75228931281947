package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.model.Row;

/// A row of an aggregate's arguments, or of what WITHIN GROUP orders.
///
/// @param count how often it is there
public record CountedRow(Row values, long count) {}
