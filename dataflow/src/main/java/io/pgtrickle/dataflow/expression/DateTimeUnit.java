package io.pgtrickle.dataflow.expression;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The fields of dates and times that `date_trunc` and `extract` know, by all the names that PostgreSQL knows them by
/// (`deltatktbl` and `datetktbl` in `datetime.c`). Names are told apart by their first ten characters.
enum DateTimeUnit {
    MICROSECONDS("microsecon us usec usecond useconds usecs"),
    MILLISECONDS("millisecon ms msec msecond mseconds msecs"),
    SECOND("s sec second seconds secs"),
    MINUTE("m min mins minute minutes"),
    HOUR("h hour hours hr hrs"),
    DAY("d day days"),
    WEEK("w week weeks"),
    MONTH("mon mons month months"),
    QUARTER("qtr quarter"),
    YEAR("y year years yr yrs"),
    DECADE("dec decade decades decs"),
    CENTURY("c cent centuries century"),
    MILLENNIUM("mil millennia millennium mils"),
    /// From here on for `extract` only.
    JULIAN("j jd julian"),
    ISOYEAR("isoyear"),
    DOW("dow"),
    ISODOW("isodow"),
    DOY("doy"),
    EPOCH("epoch");

    private static final int SIGNIFICANT_CHARACTERS = 10;
    private static final Map<String, DateTimeUnit> BY_NAME = new HashMap<>();

    static {
        for (DateTimeUnit unit : values()) {
            for (String name : unit.names.split(" ", -1)) {
                BY_NAME.put(name, unit);
            }
        }
    }

    private final String names;

    /// @param names with blanks between them
    DateTimeUnit(String names) {
        this.names = names;
    }

    static Optional<DateTimeUnit> named(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return Optional.ofNullable(
                BY_NAME.get(lower.substring(0, Math.min(lower.length(), SIGNIFICANT_CHARACTERS))));
    }

    boolean truncates() {
        return compareTo(JULIAN) < 0;
    }

    /// Whether it grows with time for ever, so that it is infinite for an infinite time; the others are NULL for it.
    boolean monotonic() {
        return switch (this) {
            case YEAR, DECADE, CENTURY, MILLENNIUM, JULIAN, ISOYEAR, EPOCH -> true;
            case MICROSECONDS,
                    MILLISECONDS,
                    SECOND,
                    MINUTE,
                    HOUR,
                    DAY,
                    WEEK,
                    MONTH,
                    QUARTER,
                    DOW,
                    ISODOW,
                    DOY ->
                    false;
        };
    }

    /// Whether a date has it without a time.
    boolean ofDates() {
        return compareTo(DAY) >= 0;
    }
}
