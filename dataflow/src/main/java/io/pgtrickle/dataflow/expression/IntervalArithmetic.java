package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Interval;
import io.pgtrickle.model.PgtrickleException;

/// Multiplication and division of intervals in doubles, with the fractions of months going to days and those of days to microseconds
/// (`interval_mul`, `interval_div` of `timestamp.c`).
public final class IntervalArithmetic {

    private static final int DAYS_A_MONTH = 30;
    private static final double SECONDS_A_DAY = 86_400;
    private static final double MICROS_A_SECOND = 1_000_000;

    private IntervalArithmetic() {}

    public static Interval multiply(Interval span, double factor) {
        return of(span.months() * factor, span.days() * factor, span.micros() * factor);
    }

    /// @param divisor not 0
    public static Interval divide(Interval span, double divisor) {
        return of(span.months() / divisor, span.days() / divisor, span.micros() / divisor);
    }

    public static Interval add(Interval a, Interval b) {
        return DateTime.add(a, b);
    }

    public static Interval subtract(Interval a, Interval b) {
        return DateTime.add(a, DateTime.negate(b));
    }

    private static Interval of(double months, double days, double micros) {
        int wholeMonths = whole(months);
        int wholeDays = whole(days);
        double monthDays = rounded((months - wholeMonths) * DAYS_A_MONTH);
        double seconds = rounded((days - wholeDays + monthDays - (int) monthDays) * SECONDS_A_DAY);
        long resultDays = wholeDays;
        if (Math.abs(seconds) >= SECONDS_A_DAY) {
            int surplus = (int) (seconds / SECONDS_A_DAY);
            resultDays += surplus;
            seconds -= surplus * SECONDS_A_DAY;
        }
        resultDays += (int) monthDays;
        double time = Math.rint(micros + seconds * MICROS_A_SECOND);
        if (resultDays != (int) resultDays || Double.isNaN(time) || Math.abs(time) >= 0x1p63) {
            throw outOfRange();
        }
        return new Interval(wholeMonths, (int) resultDays, (long) time);
    }

    private static int whole(double value) {
        if (Double.isNaN(value) || value < Integer.MIN_VALUE || value >= 0x1p31) {
            throw outOfRange();
        }
        return (int) value;
    }

    /// To microseconds, as PostgreSQL does to tell whole numbers (`TSROUND`).
    private static double rounded(double value) {
        return Math.rint(value * MICROS_A_SECOND) / MICROS_A_SECOND;
    }

    private static PgtrickleException outOfRange() {
        return RowErrors.of("22008", "interval out of range");
    }
}
