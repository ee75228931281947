package io.pgtrickle.model;

/// A value whose order PostgreSQL alone knows, with a label that stands for its place in that order.
///
/// @param label equal for values that are equal in SQL, and less for those that are less, byte by byte without sign
public record Labelled(Bytes label, Object value) {}
