package io.pgtrickle.oracle;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Compares two bags of rows, image by image, but for what PostgreSQL leaves open: see [Leeway].
///
/// @param types of the columns
/// @param leeways of the columns
record BagComparison(List<SqlType> types, List<Leeway> leeways) {

    /// Floats are added in another order; the sums are of a few dozen small values.
    private static final double TOLERANCE_DOUBLE = 1e-9;

    private static final double TOLERANCE_REAL = 1e-3;

    BagComparison(List<SqlType> types, List<Leeway> leeways) {
        this.types = List.copyOf(types);
        this.leeways = List.copyOf(leeways);
    }

    /// The rows in which they differ, `-` for one that is missing, `+` for one that is too many.
    List<String> differences(ZSet expected, ZSet actual) {
        ZSet difference = new ZSet();
        actual.forEach((row, weight) -> difference.add(normalized(row), weight));
        expected.forEach((row, weight) -> difference.add(normalized(row), -weight));
        List<Row> missing = new ArrayList<>();
        List<Row> extra = new ArrayList<>();
        difference.forEach((row, weight) -> {
            for (long i = Math.min(Math.abs(weight), 50); i > 0; i--) {
                (weight < 0 ? missing : extra).add(row);
            }
        });
        if (leeways.contains(Leeway.DIGITS)) {
            missing.removeIf(row -> removeMatch(row, extra));
        }
        List<String> differences = new ArrayList<>();
        missing.forEach(row -> differences.add("-" + text(row)));
        extra.forEach(row -> differences.add("+" + text(row)));
        return differences;
    }

    private Row normalized(Row row) {
        @Nullable Object[] cells = row.toArray();
        for (int i = 0; i < cells.length; i++) {
            Object cell = cells[i];
            if (cell != null
                    && leeways.get(i) == Leeway.IMAGE
                    && !isFloat(i)
                    && types.get(i).equatable()) {
                ByteWriter key = new ByteWriter();
                types.get(i).writeKey(cell, key);
                cells[i] = HexFormat.of().formatHex(key.toByteArray());
            } else if (cell instanceof Double number && leeways.get(i) != Leeway.NONE) {
                cells[i] = number + 0.0;
            } else if (cell instanceof Float number && leeways.get(i) != Leeway.NONE) {
                cells[i] = number + 0.0f;
            }
        }
        return Row.of(cells);
    }

    private boolean isFloat(int column) {
        return types.get(column) instanceof SqlType.DoublePrecision
                || types.get(column) instanceof SqlType.Real;
    }

    private boolean removeMatch(Row row, List<Row> candidates) {
        for (Row candidate : candidates) {
            boolean same = true;
            for (int i = 0; i < row.width() && same; i++) {
                same = same(i, row.get(i), candidate.get(i));
            }
            if (same) {
                candidates.remove(candidate);
                return true;
            }
        }
        return false;
    }

    private boolean same(int column, @Nullable Object a, @Nullable Object b) {
        if (a == null || b == null || a.equals(b) || leeways.get(column) != Leeway.DIGITS) {
            return a == null ? b == null : a.equals(b);
        }
        if (a instanceof Number x && b instanceof Number y) {
            double tolerance =
                    types.get(column) instanceof SqlType.Real ? TOLERANCE_REAL : TOLERANCE_DOUBLE;
            double p = x.doubleValue();
            double q = y.doubleValue();
            return Math.abs(p - q) <= tolerance * Math.max(1, Math.max(Math.abs(p), Math.abs(q)));
        }
        // an average of intervals or of distinct numerics: its last digits
        return !(types.get(column) instanceof SqlType.NumericType)
                || close(String.valueOf(a), String.valueOf(b));
    }

    private static boolean close(String a, String b) {
        int common = Math.min(a.length(), b.length());
        return a.substring(0, Math.min(common, 12)).equals(b.substring(0, Math.min(common, 12)));
    }

    private static String text(Row row) {
        return Arrays.toString(row.toArray());
    }
}
