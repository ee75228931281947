package io.pgtrickle.dataflow;

/// What an operator is and has done, for people.
///
/// @param name the operator's kind, with the table's name for a source
/// @param keys the key by which its state is partitioned; empty where it has none
/// @param strategy how it is kept fresh and what state it keeps
/// @param rowsIn rows of deltas read since the circuit was made, a source's changes
/// @param rowsOut rows of deltas put out since the circuit was made
public record OperatorStatus(
        String name, String keys, String strategy, long rowsIn, long rowsOut) {}
