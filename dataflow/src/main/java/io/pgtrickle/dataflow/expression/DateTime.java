package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Interval;
import java.time.LocalDate;

/// PostgreSQL's dates, in days since 2000-01-01, and timestamps, in microseconds since then; the ends of the Java types' ranges
/// stand for −∞ and ∞. Days are those of the Gregorian calendar without a beginning; year 0 is 1 BC.
final class DateTime {

    static final long MICROS_A_DAY = 86_400_000_000L;
    static final long MINUS_INFINITY = Long.MIN_VALUE;
    static final long INFINITY = Long.MAX_VALUE;
    static final long DATE_MINUS_INFINITY = Integer.MIN_VALUE;
    static final long DATE_INFINITY = Integer.MAX_VALUE;

    /// The day 2000-01-01 in Julian days, and in days since 1970-01-01.
    static final long EPOCH_JULIAN_DAY = 2_451_545;

    static final long EPOCH_UNIX_DAY = 10_957;

    /// The first day, 4714-11-24 BC, and the first that is none any more (`IS_VALID_DATE`).
    private static final long FIRST_DATE = -EPOCH_JULIAN_DAY;

    private static final long END_DATE = 2_145_031_949;

    /// The same for timestamps (`IS_VALID_TIMESTAMP`).
    private static final long FIRST_TIMESTAMP = FIRST_DATE * MICROS_A_DAY;

    private static final long END_TIMESTAMP = 9_223_371_331_200_000_000L;

    /// Since PostgreSQL 17.
    private static final Interval INFINITE =
            new Interval(Integer.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE);

    private static final Interval MINUS_INFINITE =
            new Interval(Integer.MIN_VALUE, Integer.MIN_VALUE, Long.MIN_VALUE);

    private DateTime() {}

    static boolean isFiniteDate(long date) {
        return date != DATE_MINUS_INFINITY && date != DATE_INFINITY;
    }

    static boolean isFinite(long timestamp) {
        return timestamp != MINUS_INFINITY && timestamp != INFINITY;
    }

    static boolean isInfinite(Interval interval) {
        return interval.equals(INFINITE) || interval.equals(MINUS_INFINITE);
    }

    static LocalDate day(long date) {
        return LocalDate.ofEpochDay(date + EPOCH_UNIX_DAY);
    }

    static long date(LocalDate day) {
        return day.toEpochDay() - EPOCH_UNIX_DAY;
    }

    /// A date as a timestamp that compares with every timestamp as the date does: a finite one that is too late for any
    /// timestamp is between them and ∞.
    static long comparable(long date) {
        if (!isFiniteDate(date)) {
            return date == DATE_INFINITY ? INFINITY : MINUS_INFINITY;
        }
        return date >= END_TIMESTAMP / MICROS_A_DAY ? END_TIMESTAMP : date * MICROS_A_DAY;
    }

    static long timestamp(long date) {
        long timestamp = comparable(date);
        if (timestamp == END_TIMESTAMP) {
            throw RowErrors.of("22008", "date out of range for timestamp");
        }
        return timestamp;
    }

    static long plusDays(long date, long days) {
        if (!isFiniteDate(date)) {
            return date;
        }
        long moved = date + days;
        if (moved < FIRST_DATE || moved >= END_DATE) {
            throw RowErrors.of("22008", "date out of range");
        }
        return moved;
    }

    static long checked(long timestamp) {
        if (timestamp < FIRST_TIMESTAMP || timestamp >= END_TIMESTAMP) {
            throw RowErrors.timestampOutOfRange();
        }
        return timestamp;
    }

    /// Months first, cutting the day to the month's last; then days; then the rest (`timestamp_pl_interval`).
    static long plus(long timestamp, Interval interval) {
        if (interval.equals(INFINITE) || interval.equals(MINUS_INFINITE)) {
            long infinity = interval.equals(INFINITE) ? INFINITY : MINUS_INFINITY;
            if (!isFinite(timestamp) && timestamp != infinity) {
                throw RowErrors.timestampOutOfRange();
            }
            return infinity;
        }
        if (!isFinite(timestamp)) {
            return timestamp;
        }
        long moved = timestamp;
        if (interval.months() != 0) {
            LocalDate day = day(Math.floorDiv(moved, MICROS_A_DAY)).plusMonths(interval.months());
            moved = at(date(day), Math.floorMod(moved, MICROS_A_DAY));
        }
        if (interval.days() != 0) {
            moved =
                    at(
                            Math.floorDiv(moved, MICROS_A_DAY) + interval.days(),
                            Math.floorMod(moved, MICROS_A_DAY));
        }
        try {
            return checked(Math.addExact(moved, interval.micros()));
        } catch (ArithmeticException _) {
            throw RowErrors.timestampOutOfRange();
        }
    }

    /// A day and the microseconds since its midnight.
    static long at(long date, long micros) {
        if (date < FIRST_DATE || date >= END_TIMESTAMP / MICROS_A_DAY) {
            throw RowErrors.timestampOutOfRange();
        }
        return checked(date * MICROS_A_DAY + micros);
    }

    static Interval negate(Interval interval) {
        if (interval.equals(INFINITE) || interval.equals(MINUS_INFINITE)) {
            return interval.equals(INFINITE) ? MINUS_INFINITE : INFINITE;
        }
        try {
            return new Interval(
                    Math.negateExact(interval.months()),
                    Math.negateExact(interval.days()),
                    Math.negateExact(interval.micros()));
        } catch (ArithmeticException _) {
            throw intervalOutOfRange();
        }
    }

    static Interval add(Interval a, Interval b) {
        boolean aInfinite = a.equals(INFINITE) || a.equals(MINUS_INFINITE);
        boolean bInfinite = b.equals(INFINITE) || b.equals(MINUS_INFINITE);
        if (aInfinite || bInfinite) {
            if (aInfinite && bInfinite && !a.equals(b)) {
                throw intervalOutOfRange();
            }
            return aInfinite ? a : b;
        }
        try {
            return new Interval(
                    Math.addExact(a.months(), b.months()),
                    Math.addExact(a.days(), b.days()),
                    Math.addExact(a.micros(), b.micros()));
        } catch (ArithmeticException _) {
            throw intervalOutOfRange();
        }
    }

    static boolean isFinite(Interval interval) {
        return !interval.equals(INFINITE) && !interval.equals(MINUS_INFINITE);
    }

    static Interval subtract(Interval a, Interval b) {
        if (!isFinite(a) || !isFinite(b)) {
            if (a.equals(b)) {
                throw intervalOutOfRange();
            }
            return isFinite(a) ? negate(b) : a;
        }
        try {
            return new Interval(
                    Math.subtractExact(a.months(), b.months()),
                    Math.subtractExact(a.days(), b.days()),
                    Math.subtractExact(a.micros(), b.micros()));
        } catch (ArithmeticException _) {
            throw intervalOutOfRange();
        }
    }

    private static io.pgtrickle.model.PgtrickleException intervalOutOfRange() {
        return RowErrors.of("22008", "interval out of range");
    }
}
