package io.pgtrickle.cli.configuration;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A number of bytes, written as in PostgreSQL's configuration: an integer and one of B, kB, MB, GB, TB, each 1024 of the former.
public record DataSize(long bytes) {

    private static final Pattern TEXT = Pattern.compile("(\\d{1,12}) ?(B|kB|MB|GB|TB)", Pattern.CASE_INSENSITIVE);
    private static final Map<String, Integer> SHIFTS = Map.of("b", 0, "kb", 10, "mb", 20, "gb", 30, "tb", 40);

    public static DataSize parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw bad(text);
        }
        try {
            int shift = SHIFTS.get(matcher.group(2).toLowerCase(Locale.ROOT));
            return new DataSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << shift));
        } catch (ArithmeticException e) {
            throw bad(text);
        }
    }

    @Override
    public String toString() {
        for (String unit : new String[] {"TB", "GB", "MB", "kB"}) {
            long size = 1L << SHIFTS.get(unit.toLowerCase(Locale.ROOT));
            if (bytes >= size && bytes % size == 0) {
                return bytes / size + unit;
            }
        }
        return bytes + "B";
    }

    private static PgtrickleException bad(String text) {
        return PgtrickleException.of(ErrorCode.BAD_ARGUMENT, "not a size: \"" + text + "\"")
                .withHint("Give a whole number and a unit, such as 512MB or 2GB.");
    }
}
