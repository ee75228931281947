package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Numeric;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import org.jspecify.annotations.Nullable;

/// `date_trunc`, `extract` and `date_part` of dates and timestamps without time zone (`timestamp.c`, `date.c`).
final class DateTimeFields {

    private static final long MICROS_A_SECOND = 1_000_000;
    private static final long SECONDS_A_DAY = 86_400;

    /// 1970-01-01 as a timestamp.
    private static final long UNIX_EPOCH = -DateTime.EPOCH_UNIX_DAY * DateTime.MICROS_A_DAY;

    private DateTimeFields() {}

    static long truncate(String unitName, long timestamp) {
        DateTimeUnit unit =
                DateTimeUnit.named(unitName)
                        .filter(DateTimeUnit::truncates)
                        .orElseThrow(() -> unknown(unitName));
        if (!DateTime.isFinite(timestamp)) {
            return timestamp;
        }
        long date = Math.floorDiv(timestamp, DateTime.MICROS_A_DAY);
        long time = Math.floorMod(timestamp, DateTime.MICROS_A_DAY);
        return switch (unit) {
            case MICROSECONDS -> timestamp;
            case MILLISECONDS -> DateTime.at(date, time - time % 1_000);
            case SECOND -> DateTime.at(date, time - time % MICROS_A_SECOND);
            case MINUTE -> DateTime.at(date, time - time % (60 * MICROS_A_SECOND));
            case HOUR -> DateTime.at(date, time - time % (3_600 * MICROS_A_SECOND));
            case DAY -> DateTime.at(date, 0);
            default -> DateTime.at(DateTime.date(truncate(unit, DateTime.day(date))), 0);
        };
    }

    private static LocalDate truncate(DateTimeUnit unit, LocalDate day) {
        return switch (unit) {
            case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTH -> day.withDayOfMonth(1);
            case QUARTER -> day.withMonth((day.getMonthValue() - 1) / 3 * 3 + 1).withDayOfMonth(1);
            default -> LocalDate.of((int) firstYear(unit, day.getYear()), 1, 1);
        };
    }

    private static long firstYear(DateTimeUnit unit, long year) {
        return switch (unit) {
            case DECADE -> year > 0 ? year / 10 * 10 : -((8 - (year - 1)) / 10) * 10;
            case CENTURY ->
                    year > 0 ? (year + 99) / 100 * 100 - 99 : -((99 - (year - 1)) / 100) * 100 + 1;
            case MILLENNIUM ->
                    year > 0
                            ? (year + 999) / 1_000 * 1_000 - 999
                            : -((999 - (year - 1)) / 1_000) * 1_000 + 1;
            default -> year;
        };
    }

    /// `extract(unit from timestamp)`.
    static @Nullable Object extract(String unitName, long timestamp) {
        DateTimeUnit unit = DateTimeUnit.named(unitName).orElseThrow(() -> unknown(unitName));
        if (!DateTime.isFinite(timestamp)) {
            return infinite(unit, timestamp == DateTime.INFINITY);
        }
        long date = Math.floorDiv(timestamp, DateTime.MICROS_A_DAY);
        long time = Math.floorMod(timestamp, DateTime.MICROS_A_DAY);
        long seconds = time % (60 * MICROS_A_SECOND);
        return switch (unit) {
            case MICROSECONDS -> Numeric.of(seconds);
            case MILLISECONDS -> Numeric.of(BigDecimal.valueOf(seconds, 3));
            case SECOND -> Numeric.of(BigDecimal.valueOf(seconds, 6));
            case EPOCH -> exactEpoch(timestamp);
            case JULIAN ->
                    NumericArithmetic.add(
                            Numeric.of(date + DateTime.EPOCH_JULIAN_DAY),
                            NumericArithmetic.divide(
                                    Numeric.of(time), Numeric.of(DateTime.MICROS_A_DAY)));
            default -> Numeric.of(whole(unit, date, time));
        };
    }

    /// `extract(unit from date)`.
    static @Nullable Object extractFromDate(String unitName, long date) {
        DateTimeUnit unit = DateTimeUnit.named(unitName).orElseThrow(() -> unknown(unitName));
        if (!unit.ofDates()) {
            throw RowErrors.of("0A000", "unit \"" + unitName + "\" not supported for type date");
        }
        if (!DateTime.isFiniteDate(date)) {
            return infinite(unit, date == DateTime.DATE_INFINITY);
        }
        return switch (unit) {
            case EPOCH -> Numeric.of((date + DateTime.EPOCH_UNIX_DAY) * SECONDS_A_DAY);
            case JULIAN -> Numeric.of(date + DateTime.EPOCH_JULIAN_DAY);
            default -> Numeric.of(whole(unit, date, 0));
        };
    }

    /// `date_part(unit, timestamp)`: as `extract`, in floating point all the way.
    static @Nullable Object part(String unitName, long timestamp) {
        DateTimeUnit unit = DateTimeUnit.named(unitName).orElseThrow(() -> unknown(unitName));
        if (!DateTime.isFinite(timestamp)) {
            return !unit.monotonic()
                    ? null
                    : (Object)
                            (timestamp == DateTime.INFINITY
                                    ? Double.POSITIVE_INFINITY
                                    : Double.NEGATIVE_INFINITY);
        }
        long date = Math.floorDiv(timestamp, DateTime.MICROS_A_DAY);
        long time = Math.floorMod(timestamp, DateTime.MICROS_A_DAY);
        long seconds = time % (60 * MICROS_A_SECOND);
        long fraction = seconds % MICROS_A_SECOND;
        long whole = seconds / MICROS_A_SECOND;
        long ofDay = time / MICROS_A_SECOND;
        return switch (unit) {
            case MICROSECONDS -> whole * 1_000_000.0 + fraction;
            case MILLISECONDS -> whole * 1_000.0 + fraction / 1_000.0;
            case SECOND -> whole + fraction / 1_000_000.0;
            case EPOCH -> epoch(timestamp);
            case JULIAN ->
                    date
                            + DateTime.EPOCH_JULIAN_DAY
                            + (ofDay + fraction / 1_000_000.0) / (double) SECONDS_A_DAY;
            default -> (double) whole(unit, date, time);
        };
    }

    /// Where the difference leaves 64 bits PostgreSQL divides numerics, with the scale of a quotient before that of the result.
    private static Numeric exactEpoch(long timestamp) {
        if (timestamp < Long.MAX_VALUE + UNIX_EPOCH) {
            return Numeric.of(BigDecimal.valueOf(timestamp - UNIX_EPOCH, 6));
        }
        Numeric micros = NumericArithmetic.subtract(Numeric.of(timestamp), Numeric.of(UNIX_EPOCH));
        return NumericArithmetic.withScale(
                NumericArithmetic.divide(micros, Numeric.of(MICROS_A_SECOND)),
                6,
                RoundingMode.HALF_UP);
    }

    private static double epoch(long timestamp) {
        return timestamp < Long.MAX_VALUE + UNIX_EPOCH
                ? (timestamp - UNIX_EPOCH) / 1_000_000.0
                : ((double) timestamp - UNIX_EPOCH) / 1_000_000.0;
    }

    private static @Nullable Numeric infinite(DateTimeUnit unit, boolean positive) {
        if (!unit.monotonic()) {
            return null;
        }
        return positive ? Numeric.Special.POSITIVE_INFINITY : Numeric.Special.NEGATIVE_INFINITY;
    }

    private static long whole(DateTimeUnit unit, long date, long time) {
        LocalDate day = DateTime.day(date);
        long year = day.getYear();
        return switch (unit) {
            case MINUTE -> time / (60 * MICROS_A_SECOND) % 60;
            case HOUR -> time / (3_600 * MICROS_A_SECOND);
            case DAY -> day.getDayOfMonth();
            case WEEK -> day.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
            case MONTH -> day.getMonthValue();
            case QUARTER -> (day.getMonthValue() - 1) / 3 + 1;
            // there is no year 0 for people
            case YEAR -> year > 0 ? year : year - 1;
            case DECADE -> year >= 0 ? year / 10 : -((8 - (year - 1)) / 10);
            case CENTURY -> year > 0 ? (year + 99) / 100 : -((99 - (year - 1)) / 100);
            case MILLENNIUM -> year > 0 ? (year + 999) / 1_000 : -((999 - (year - 1)) / 1_000);
            case ISOYEAR -> isoYear(day);
            case DOW -> day.getDayOfWeek().getValue() % 7;
            case ISODOW -> day.getDayOfWeek().getValue();
            case DOY -> day.getDayOfYear();
            case MICROSECONDS, MILLISECONDS, SECOND, JULIAN, EPOCH ->
                    throw new IllegalArgumentException(unit + " is no whole number");
        };
    }

    private static long isoYear(LocalDate day) {
        long year = day.get(IsoFields.WEEK_BASED_YEAR);
        return year > 0 ? year : year - 1;
    }

    private static io.pgtrickle.model.PgtrickleException unknown(String unit) {
        return RowErrors.of(
                "22023",
                "unit \"" + unit + "\" not recognized for type timestamp without time zone");
    }
}
