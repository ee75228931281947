package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Interval;

/// Functions of date, time, timestamp and interval that need no time zone.
final class DateTimeFunctions {

    /// Microseconds that a precision of 0 to 6 digits keeps apart.
    private static final long[] SCALES = {1_000_000, 100_000, 10_000, 1_000, 100, 10, 1};

    private DateTimeFunctions() {}

    static void register(FunctionRegistry registry) {
        registry.binary(1141, (date, days) -> DateTime.plusDays((Long) date, (Long) days));
        registry.binary(1142, (date, days) -> DateTime.plusDays((Long) date, -(Long) days));
        registry.binary(1140, (a, b) -> daysBetween((Long) a, (Long) b));
        registry.unary(2024, date -> DateTime.timestamp((Long) date));
        registry.unary(2029, timestamp -> date((Long) timestamp));
        for (int combine : new int[] {1272, 2025}) {
            registry.binary(combine, (date, time) -> combined((Long) date, (Long) time));
        }
        registry.binary(1296, (time, date) -> combined((Long) date, (Long) time));
        registry.unary(
                1316,
                timestamp ->
                        DateTime.isFinite((Long) timestamp)
                                ? (Object) Math.floorMod((Long) timestamp, DateTime.MICROS_A_DAY)
                                : null);
        registry.binary(
                2032,
                (timestamp, interval) -> DateTime.plus((Long) timestamp, (Interval) interval));
        registry.binary(
                2548,
                (interval, timestamp) -> DateTime.plus((Long) timestamp, (Interval) interval));
        registry.binary(
                2033,
                (timestamp, interval) ->
                        DateTime.plus((Long) timestamp, DateTime.negate((Interval) interval)));
        registry.binary(
                2071,
                (date, interval) ->
                        DateTime.plus(DateTime.timestamp((Long) date), (Interval) interval));
        registry.binary(
                2546,
                (interval, date) ->
                        DateTime.plus(DateTime.timestamp((Long) date), (Interval) interval));
        registry.binary(
                2072,
                (date, interval) ->
                        DateTime.plus(
                                DateTime.timestamp((Long) date),
                                DateTime.negate((Interval) interval)));
        registry.unary(1168, interval -> DateTime.negate((Interval) interval));
        registry.binary(1169, (a, b) -> DateTime.add((Interval) a, (Interval) b));
        registry.binary(
                2020,
                (unit, timestamp) -> DateTimeFields.truncate((String) unit, (Long) timestamp));
        registry.binary(
                6202, (unit, timestamp) -> DateTimeFields.extract((String) unit, (Long) timestamp));
        registry.binary(
                6199, (unit, date) -> DateTimeFields.extractFromDate((String) unit, (Long) date));
        registry.binary(
                2021, (unit, timestamp) -> DateTimeFields.part((String) unit, (Long) timestamp));
        registry.binary(
                1384,
                (unit, date) ->
                        DateTimeFields.part((String) unit, DateTime.timestamp((Long) date)));
        // timestamp, timestamptz, time
        for (int precision : new int[] {1961, 1967, 1968}) {
            registry.binary(precision, (time, digits) -> rounded((Long) time, (Long) digits));
        }
    }

    private static long daysBetween(long a, long b) {
        if (!DateTime.isFiniteDate(a) || !DateTime.isFiniteDate(b)) {
            throw RowErrors.of("22008", "cannot subtract infinite dates");
        }
        return (int) (a - b);
    }

    private static long date(long timestamp) {
        if (!DateTime.isFinite(timestamp)) {
            return timestamp == DateTime.INFINITY
                    ? DateTime.DATE_INFINITY
                    : DateTime.DATE_MINUS_INFINITY;
        }
        return Math.floorDiv(timestamp, DateTime.MICROS_A_DAY);
    }

    private static long combined(long date, long time) {
        long timestamp = DateTime.timestamp(date);
        return DateTime.isFinite(timestamp) ? DateTime.checked(timestamp + time) : timestamp;
    }

    /// To so many digits of a second, half away from zero (`AdjustTimestampForTypmod`).
    private static long rounded(long time, long digits) {
        if (digits < 0 || digits >= SCALES.length - 1 || !DateTime.isFinite(time)) {
            return time;
        }
        long scale = SCALES[(int) digits];
        return time >= 0
                ? (time + scale / 2) / scale * scale
                : -((-time + scale / 2) / scale * scale);
    }
}
