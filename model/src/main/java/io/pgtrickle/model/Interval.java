package io.pgtrickle.model;

/// A value of type interval. Equality here is equality of images: `1 mon` and `30 days` differ although SQL's `=`, which
/// compares spans, takes them for one.
public record Interval(int months, int days, long micros) {}
