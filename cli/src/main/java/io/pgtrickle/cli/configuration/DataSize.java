package io.pgtrickle.cli.configuration;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A number of bytes, written as in PostgreSQL's configuration.
public record DataSize(long bytes) {

    private static final Pattern TEXT =
            Pattern.compile("(\\d{1,12}) ?(B|kB|MB|GB|TB)", Pattern.CASE_INSENSITIVE);

    /// Each 1024 of the one before.
    private static final List<String> UNITS = List.of("B", "kB", "MB", "GB", "TB");

    public static DataSize parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw bad(text);
        }
        try {
            return new DataSize(
                    Math.multiplyExact(Long.parseLong(matcher.group(1)), unit(matcher.group(2))));
        } catch (ArithmeticException e) {
            throw bad(text);
        }
    }

    @Override
    public String toString() {
        for (String unit : UNITS.reversed()) {
            if (bytes >= unit(unit) && bytes % unit(unit) == 0) {
                return bytes / unit(unit) + unit;
            }
        }
        return bytes + "B";
    }

    private static long unit(String name) {
        for (int i = 0; i < UNITS.size(); i++) {
            if (UNITS.get(i).equalsIgnoreCase(name)) {
                return 1L << (10 * i);
            }
        }
        throw bad(name);
    }

    private static PgtrickleException bad(String text) {
        return PgtrickleException.of(ErrorCode.BAD_ARGUMENT, "not a size: \"" + text + "\"")
                .withHint("Give a whole number and a unit, such as 512MB or 2GB.");
    }
}
