package io.pgtrickle.dataflow.expression;

/// PostgreSQL's dates, in days since 2000-01-01, and timestamps, in microseconds since then; the ends of their ranges stand
/// for −∞ and ∞.
final class DateTime {

    static final long MICROS_A_DAY = 86_400_000_000L;
    static final long MINUS_INFINITY = Long.MIN_VALUE;
    static final long INFINITY = Long.MAX_VALUE;
    static final long DATE_MINUS_INFINITY = Integer.MIN_VALUE;
    static final long DATE_INFINITY = Integer.MAX_VALUE;

    /// 294277-01-01, after the last timestamp (`END_TIMESTAMP`).
    static final long END_TIMESTAMP = 9_223_371_331_200_000_000L;

    private DateTime() {}

    /// A date as a timestamp that compares with every timestamp as the date does: a finite one that is too late for any
    /// timestamp is between them and ∞.
    static long comparable(long date) {
        if (date == DATE_MINUS_INFINITY || date == DATE_INFINITY) {
            return date == DATE_INFINITY ? INFINITY : MINUS_INFINITY;
        }
        return date >= END_TIMESTAMP / MICROS_A_DAY ? END_TIMESTAMP : date * MICROS_A_DAY;
    }
}
