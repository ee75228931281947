package io.pgtrickle.model;

/// A value of type timetz.
///
/// @param micros of the day, up to 24:00
/// @param zone in seconds west of Greenwich, as PostgreSQL keeps it
public record TimeWithZone(long micros, int zone) {}
