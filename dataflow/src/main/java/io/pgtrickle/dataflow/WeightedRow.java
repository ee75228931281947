package io.pgtrickle.dataflow;

import io.pgtrickle.model.Row;

/// A row of a delta with its weight.
record WeightedRow(Row row, long weight) {}
