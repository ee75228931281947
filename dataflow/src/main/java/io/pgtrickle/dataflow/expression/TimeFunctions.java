package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Interval;
import io.pgtrickle.model.TimeWithZone;
import java.time.DateTimeException;
import java.time.LocalDate;

/// Functions of times of day, and more of dates, timestamps and intervals.
///
/// What isn't here, since PostgreSQL's versions differ: differences and ages of timestamps (infinite ones are an error up to 16, an
/// infinite interval from 17 on), products and quotients of intervals, fields of times and intervals, and everything
/// with a named time zone, since Java has rules of another release.
final class TimeFunctions {

    private static final long MICROS_A_SECOND = 1_000_000;
    private static final int LAST_YEAR = 5_874_897;
    private static final int MINUTES_AN_HOUR = 60;
    private static final int HOURS_A_DAY = 24;

    private TimeFunctions() {}

    static void register(FunctionRegistry registry) {
        registry.unary(1373, date -> DateTime.isFiniteDate((Long) date));
        for (int isFinite : new int[] {2048, 1389}) {
            registry.unary(isFinite, timestamp -> DateTime.isFinite((Long) timestamp));
        }
        registry.unary(1390, interval -> DateTime.isFinite((Interval) interval));
        registry.binary(1170, (a, b) -> DateTime.subtract((Interval) a, (Interval) b));
        registry.binary(
                1747, (time, interval) -> plus((Long) time, micros("add", (Interval) interval)));
        registry.binary(
                1748,
                (time, interval) -> plus((Long) time, -micros("subtract", (Interval) interval)));
        registry.binary(1690, (a, b) -> new Interval(0, 0, (Long) a - (Long) b));
        registry.unary(1370, time -> new Interval(0, 0, (Long) time));
        registry.unary(2046, time -> ((TimeWithZone) time).micros());
        registry.binary(
                1749,
                (time, interval) -> plus((TimeWithZone) time, micros("add", (Interval) interval)));
        registry.binary(
                1750,
                (time, interval) ->
                        plus((TimeWithZone) time, -micros("subtract", (Interval) interval)));
        for (int combined : new int[] {1297, 1359}) {
            registry.binary(combined, (date, time) -> at((Long) date, (TimeWithZone) time));
        }
        for (int bin : new int[] {6177, 6178}) {
            registry.ternary(
                    bin,
                    (stride, timestamp, origin) ->
                            bin((Interval) stride, (Long) timestamp, (Long) origin));
        }
        registry.ternary(3846, (year, month, day) -> date((Long) year, (Long) month, (Long) day));
        registry.ternary(
                3847, (hour, minute, second) -> time((Long) hour, (Long) minute, (Double) second));
    }

    private static long micros(String verb, Interval interval) {
        if (!DateTime.isFinite(interval)) {
            throw RowErrors.of("22008", "cannot " + verb + " infinite interval to time");
        }
        return interval.micros();
    }

    /// Within the day; the sum may overflow, as it does in PostgreSQL.
    private static long plus(long time, long micros) {
        return Math.floorMod(time + micros, DateTime.MICROS_A_DAY);
    }

    private static TimeWithZone plus(TimeWithZone time, long micros) {
        return new TimeWithZone(plus(time.micros(), micros), time.zone());
    }

    private static long at(long date, TimeWithZone time) {
        long midnight = DateTime.timestamp(date);
        return DateTime.isFinite(midnight)
                ? DateTime.checked(midnight + time.micros() + time.zone() * MICROS_A_SECOND)
                : midnight;
    }

    private static long bin(Interval stride, long timestamp, long origin) {
        if (!DateTime.isFinite(timestamp)) {
            return timestamp;
        }
        if (!DateTime.isFinite(origin)) {
            throw RowErrors.of("22008", "origin out of range");
        }
        if (!DateTime.isFinite(stride)) {
            throw RowErrors.of("22008", "timestamps cannot be binned into infinite intervals");
        }
        if (stride.months() != 0) {
            throw RowErrors.of(
                    "0A000",
                    "timestamps cannot be binned into intervals containing months or years");
        }
        try {
            long width =
                    Math.addExact(
                            Math.multiplyExact(stride.days(), DateTime.MICROS_A_DAY),
                            stride.micros());
            if (width <= 0) {
                throw RowErrors.of("22008", "stride must be greater than zero");
            }
            long distance = Math.subtractExact(timestamp, origin);
            return DateTime.checked(Math.addExact(origin, Math.floorDiv(distance, width) * width));
        } catch (ArithmeticException _) {
            throw RowErrors.of("22008", "interval out of range");
        }
    }

    /// @param year negative for BC, without a year 0
    private static long date(long year, long month, long day) {
        try {
            if (year == 0 || Math.abs(year) > LAST_YEAR + 1) {
                throw new DateTimeException("year");
            }
            LocalDate date =
                    LocalDate.of(
                            (int) (year < 0 ? year + 1 : year),
                            Math.toIntExact(month),
                            Math.toIntExact(day));
            return DateTime.plusDays(DateTime.date(date), 0);
        } catch (DateTimeException _) {
            throw RowErrors.of(
                    "22008",
                    "date field value out of range: %d-%02d-%02d".formatted(year, month, day));
        }
    }

    private static long time(long hour, long minute, double second) {
        double micros = Math.rint(second * MICROS_A_SECOND);
        boolean fits =
                hour >= 0
                        && hour <= HOURS_A_DAY
                        && minute >= 0
                        && minute < MINUTES_AN_HOUR
                        && micros >= 0
                        && micros <= MINUTES_AN_HOUR * MICROS_A_SECOND;
        long time =
                fits
                        ? (hour * MINUTES_AN_HOUR + minute) * MINUTES_AN_HOUR * MICROS_A_SECOND
                                + (long) micros
                        : -1;
        if (time < 0 || time > DateTime.MICROS_A_DAY) {
            throw RowErrors.of("22008", "time field value out of range");
        }
        return time;
    }
}
