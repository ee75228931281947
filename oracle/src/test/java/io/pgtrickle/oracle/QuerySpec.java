package io.pgtrickle.oracle;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Queries in a file: `# area`, `== title`, then the query.
final class QuerySpec {

    /// @param area the last headline above it
    record Entry(String area, String title, String sql) {}

    private QuerySpec() {}

    static List<Entry> read(String resource) throws IOException {
        return parse(text(resource));
    }

    static List<Entry> parse(String text) {
        List<Entry> entries = new ArrayList<>();
        String area = "";
        String title = "";
        StringBuilder sql = new StringBuilder();
        for (String line : text.lines().toList()) {
            if (line.startsWith("# ") || line.startsWith("== ")) {
                if (!sql.isEmpty()) {
                    entries.add(new Entry(area, title, sql.toString().strip()));
                    sql.setLength(0);
                }
                area = line.startsWith("# ") ? line.substring(2) : area;
                title = line.startsWith("== ") ? line.substring(3) : title;
            } else {
                sql.append(line).append('\n');
            }
        }
        if (!sql.isEmpty()) {
            entries.add(new Entry(area, title, sql.toString().strip()));
        }
        return entries;
    }

    static String text(String resource) throws IOException {
        try (InputStream in = QuerySpec.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("no resource " + resource);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
