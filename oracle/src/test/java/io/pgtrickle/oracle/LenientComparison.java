package io.pgtrickle.oracle;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Compares a view's table with its query as bags, column by column as text, but for what PostgreSQL leaves open: see [Leeway].
final class LenientComparison {

    /// Floats are added in another order; the sums are of a few dozen small values.
    private static final double TOLERANCE_DOUBLE = 1e-9;

    private static final double TOLERANCE_REAL = 1e-3;

    private record Output(String name, String type, Leeway leeway) {

        /// One text for all images of equal values where the image is open.
        String text() {
            String column = "x.\"" + name.replace("\"", "\"\"") + "\"";
            if (leeway == Leeway.NONE) {
                return column + "::text";
            }
            return switch (type) {
                case "numeric" -> "trim_scale(" + column + ")::text";
                case "float4", "float8" -> "(" + column + " + 0)::text";
                case "interval" -> "justify_interval(" + column + ")::text";
                default -> column + "::text";
            };
        }

        boolean same(@Nullable String a, @Nullable String b) {
            if (a == null || b == null) {
                return a == null && b == null;
            }
            if (a.equals(b)) {
                return true;
            }
            if (leeway != Leeway.DIGITS || type.equals("interval")) {
                return false;
            }
            double tolerance = type.equals("float4") ? TOLERANCE_REAL : TOLERANCE_DOUBLE;
            try {
                double x = new BigDecimal(a).doubleValue();
                double y = new BigDecimal(b).doubleValue();
                return Math.abs(x - y)
                        <= tolerance * Math.max(1, Math.max(Math.abs(x), Math.abs(y)));
            } catch (NumberFormatException _) {
                return false;
            }
        }
    }

    private LenientComparison() {}

    /// The rows in which they differ, `-` for one that the table lacks, `+` for one that it has too many.
    static List<String> differences(Connection connection, String view, RandomQueries.Query query)
            throws SQLException {
        List<Output> outputs = outputs(connection, query);
        String projection = String.join(", ", outputs.stream().map(Output::text).toList());
        String wanted = "SELECT ARRAY[" + projection + "] FROM (" + query.sql() + ") x";
        String found = "SELECT ARRAY[" + projection + "] FROM " + view + " x";
        String sql =
                "WITH w AS MATERIALIZED ("
                        + wanted
                        + "), f AS MATERIALIZED ("
                        + found
                        + ") SELECT '-', * FROM (TABLE w EXCEPT ALL TABLE f) a UNION ALL SELECT '+', * FROM (TABLE f EXCEPT ALL TABLE w) b";
        List<@Nullable String[]> missing = new ArrayList<>();
        List<@Nullable String[]> extra = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                (rows.getString(1).equals("-") ? missing : extra)
                        .add((@Nullable String[]) rows.getArray(2).getArray());
            }
        }
        missing.removeIf(row -> removeMatch(outputs, row, extra));
        List<String> differences = new ArrayList<>();
        missing.forEach(row -> differences.add("-" + Arrays.toString(row)));
        extra.forEach(row -> differences.add("+" + Arrays.toString(row)));
        return differences;
    }

    private static boolean removeMatch(
            List<Output> outputs, @Nullable String[] row, List<@Nullable String[]> candidates) {
        for (int i = 0; i < candidates.size(); i++) {
            @Nullable String[] candidate = candidates.get(i);
            boolean same = true;
            for (int c = 0; c < row.length && same; c++) {
                same = outputs.get(c).same(row[c], candidate[c]);
            }
            if (same) {
                candidates.remove(i);
                return true;
            }
        }
        return false;
    }

    private static List<Output> outputs(Connection connection, RandomQueries.Query query)
            throws SQLException {
        List<Output> outputs = new ArrayList<>();
        Map<String, Leeway> leeways = query.leeways();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT * FROM (" + query.sql() + ") x LIMIT 0")) {
            ResultSetMetaData metadata = rows.getMetaData();
            for (int i = 1; i <= metadata.getColumnCount(); i++) {
                String name = metadata.getColumnName(i);
                outputs.add(
                        new Output(
                                name,
                                metadata.getColumnTypeName(i),
                                leeways.getOrDefault(name, Leeway.NONE)));
            }
        }
        return outputs;
    }
}
