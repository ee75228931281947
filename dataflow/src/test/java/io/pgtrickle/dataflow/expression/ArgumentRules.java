package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Interval;
import io.pgtrickle.model.SqlArray;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Arguments that must not be just any value of their type for a function to do something.
final class ArgumentRules {

    private static final List<String> UNITS =
            List.of(
                    "microseconds",
                    "milliseconds",
                    "second",
                    "minute",
                    "hour",
                    "day",
                    "week",
                    "month",
                    "quarter",
                    "year",
                    "decade",
                    "century",
                    "millennium",
                    "MONTH",
                    "Years",
                    "qtr");
    private static final List<String> FIELDS =
            List.of("julian", "isoyear", "dow", "isodow", "doy", "epoch");

    /// Keys of the generated jsonb, and steps that are numbers as `strtol` reads them, or nearly.
    static final List<String> KEYS =
            List.of("a", "b", "aa", "\u00e9", "", "0", "1", "-1", " +1", "01", "1 ", "2147483648");

    private static final List<String> FORMS = List.of("hex", "HEX", "base64", "escape", "other");

    private ArgumentRules() {}

    /// Null where any value will do.
    static @Nullable Object value(int oid, int argument, GeneratedValues values) {
        return switch (oid) {
            // date_trunc; extract and date_part
            case 2020 -> argument == 0 ? values.pick(UNITS) : null;
            case 6202, 6199, 2021, 1384 ->
                    argument == 0 ? values.pick(values.between(0, 1) == 0 ? FIELDS : UNITS) : null;
            // round, trunc
            case 1707, 1709 -> argument == 1 ? (Object) values.between(-12, 25) : null;
            // numeric(precision, scale)
            case 1703 -> argument == 1 ? (Object) numericModifier(values) : null;
            // bpchar(n), varchar(n)
            case 668, 669 -> argument == 1 ? (Object) values.between(3, 11) : null;
            // substring, left, right, split_part
            case 936, 877, 937, 883, 3060, 3061, 2088 ->
                    argument > 0 && !(oid == 2088 && argument == 1) && values.between(0, 9) > 0
                            ? (Object) values.between(-5, 9)
                            : null;
            // repeat, lpad, rpad
            // to repeat nothing so often takes PostgreSQL seconds
            case 1622, 873, 879, 874, 880 ->
                    argument == 1
                            ? (Object)
                                    (values.between(0, 50) == 0
                                            ? 2_147_483_647L
                                            : values.between(-3, 20))
                            : null;
            // precision of times
            case 1961, 1967, 1968 -> argument == 1 ? (Object) values.between(0, 6) : null;
            // like_escape
            case 1637 ->
                    argument == 1
                            ? values.pick(List.of("", "\\", "a", "%", "\ud83d\ude00", "ab"))
                            : null;
            default -> moreRules(oid, argument, values);
        };
    }

    private static @Nullable Object moreRules(int oid, int argument, GeneratedValues values) {
        return switch (oid) {
            // places in arrays, bytes, bits and texts; shifts
            case 2176,
                    2091,
                    2092,
                    6172,
                    3215,
                    3216,
                    3303,
                    721,
                    723,
                    2013,
                    2086,
                    1677,
                    1678,
                    1699,
                    3032 ->
                    argument == 1 ? (Object) values.between(-4, 12) : null;
            case 1680, 2012, 2085 -> argument > 0 ? (Object) values.between(-4, 9) : null;
            case 3033 -> argument > 0 ? (Object) values.between(-1, argument == 1 ? 12 : 2) : null;
            case 1896, 1897, 1902, 1903, 1908, 1909 ->
                    argument == 1 ? (Object) values.between(0, 70) : null;
            // overlay
            case 1405 -> argument == 2 ? (Object) values.between(-1, 7) : null;
            // bit(n), varbit(n)
            case 1683, 2075, 1685, 1687 -> argument == 1 ? (Object) values.between(-1, 80) : null;
            // keys and paths of jsonb
            case 3478, 3214, 4047, 3302 -> argument == 1 ? values.pick(KEYS) : null;
            case 3217, 3940, 4048, 4049, 3343 ->
                    argument == 1 && values.between(0, 9) > 0 ? keys(oid, values) : null;
            case 1946 -> argument == 1 ? values.pick(FORMS) : null;
            case 605, 635 -> argument == 1 ? (Object) values.between(-2, 130) : null;
            // make_date, make_time
            case 3846 ->
                    values.between(0, 9) == 0
                            ? null
                            : switch (argument) {
                                case 0 -> (Object) values.between(-4720, 2100);
                                case 1 -> (Object) values.between(0, 13);
                                default -> (Object) values.between(0, 32);
                            };
            case 3847 ->
                    switch (argument) {
                        case 0 -> (Object) values.between(-1, 25);
                        case 1 -> (Object) values.between(-1, 61);
                        default ->
                                values.between(0, 4) == 0
                                        ? null
                                        : (Object)
                                                values.pick(
                                                        List.of(
                                                                0.0,
                                                                60.0,
                                                                60.0000001,
                                                                59.9999996,
                                                                values.between(0, 61_000_000)
                                                                        / 1_000_000.0));
                    };
            // date_bin
            case 6177, 6178 ->
                    argument == 0 && values.between(0, 3) > 0
                            ? new Interval(
                                    0,
                                    (int) values.between(-1, 9),
                                    values.between(-1_000, 1_000_000_000L))
                            : null;
            default -> null;
        };
    }

    private static SqlArray keys(int oid, GeneratedValues values) {
        List<@Nullable Object> keys = new ArrayList<>();
        for (long i = values.between(0, 3); i > 0; i--) {
            keys.add(values.between(0, 15) == 0 ? null : values.pick(KEYS));
        }
        return oid == 3217 && keys.size() > 2 ? SqlArray.EMPTY : SqlArray.of(keys);
    }

    private static long numericModifier(GeneratedValues values) {
        long precision = values.between(1, 30);
        return values.between(0, 9) == 0
                ? -1
                : (precision << 16 | values.between(0, precision)) + 4;
    }
}
