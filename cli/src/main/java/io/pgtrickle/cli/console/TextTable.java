package io.pgtrickle.cli.console;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Prints a table in aligned columns, numbers to the right. Sizes in bytes get PostgreSQL's units.
///
/// Control characters are shown as `\xNN`: names and queries come from a database, and must not reach the terminal as commands to it.
public final class TextTable {

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    private static final Pattern WHITE = Pattern.compile("\\s+");
    private static final List<String> UNITS = List.of("bytes", "kB", "MB", "GB", "TB", "PB");

    /// PostgreSQL's `pg_size_pretty` goes on in a unit until it holds this many.
    private static final long UNIT_LIMIT = 10 * 1024;

    private TextTable() {}

    /// The lines, header first, without trailing blanks.
    public static List<String> lines(Table table) {
        int width = table.columns().size();
        List<List<String>> cells = new ArrayList<>();
        cells.add(table.columns());
        for (List<@Nullable Object> row : table.rows()) {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < width; i++) {
                texts.add(text(table.columns().get(i), row.get(i)));
            }
            cells.add(texts);
        }
        int[] widths = new int[width];
        boolean[] right = new boolean[width];
        for (int i = 0; i < width; i++) {
            int column = i;
            widths[i] = cells.stream().mapToInt(row -> length(row.get(column))).max().orElse(0);
            right[i] =
                    !table.rows().isEmpty()
                            && table.rows().stream()
                                    .allMatch(row ->
                                            row.get(column) == null
                                                    || row.get(column) instanceof Number);
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : cells) {
            lines.add(line(row, widths, right));
        }
        lines.add(
                1,
                "-"
                        .repeat(
                                Math.max(
                                        1,
                                        java.util.stream.IntStream.of(widths).sum()
                                                + 2 * (width - 1))));
        return lines;
    }

    /// A size as PostgreSQL's `pg_size_pretty` would print it.
    public static String size(long bytes) {
        double amount = bytes;
        int unit = 0;
        while (Math.abs(amount) >= UNIT_LIMIT && unit < UNITS.size() - 1) {
            amount /= 1024;
            unit++;
        }
        return Math.round(amount) + " " + UNITS.get(unit);
    }

    /// One line without control characters.
    public static String safe(String text) {
        String flat = WHITE.matcher(text).replaceAll(" ");
        return CONTROL.matcher(flat)
                .replaceAll(match ->
                        String.format(Locale.ROOT, "\\\\x%02x", (int) match.group().charAt(0)));
    }

    /// A cell as people read it.
    static String text(String column, @Nullable Object cell) {
        return switch (cell) {
            case null -> "";
            case Long bytes when column.endsWith("_bytes") -> size(bytes);
            case Boolean flag -> flag ? "yes" : "no";
            case List<?> list ->
                    safe(String.join(", ", list.stream().map(String::valueOf).toList()));
            default -> safe(cell.toString());
        };
    }

    private static String line(List<String> row, int[] widths, boolean[] right) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String blanks = " ".repeat(widths[i] - length(row.get(i)));
            line.append(i == 0 ? "" : "  ");
            line.append(right[i] ? blanks + row.get(i) : row.get(i) + blanks);
        }
        return line.toString().stripTrailing();
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
