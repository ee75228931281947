package io.pgtrickle.dataflow.expression;

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
            default -> null;
        };
    }

    private static long numericModifier(GeneratedValues values) {
        long precision = values.between(1, 30);
        return values.between(0, 9) == 0
                ? -1
                : (precision << 16 | values.between(0, precision)) + 4;
    }
}
