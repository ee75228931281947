package io.pgtrickle.oracle;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A file of the suite of sqllogictest: its tables, rows and queries, as far as they are for PostgreSQL.
record SqlLogicScript(List<String> tables, List<String> inserts, List<String> queries) {

    private static final Pattern TABLE = Pattern.compile("CREATE TABLE (\\w+).*", Pattern.DOTALL);

    SqlLogicScript(List<String> tables, List<String> inserts, List<String> queries) {
        this.tables = List.copyOf(tables);
        this.inserts = List.copyOf(inserts);
        this.queries = List.copyOf(queries);
    }

    private static final Pattern RECORDS = Pattern.compile("\\n\\s*\\n");

    static SqlLogicScript read(String resource) throws IOException {
        List<String> tables = new ArrayList<>();
        List<String> inserts = new ArrayList<>();
        List<String> queries = new ArrayList<>();
        for (String record : RECORDS.splitAsStream(QuerySpec.text(resource)).toList()) {
            List<String> lines =
                    new ArrayList<>(
                            record.strip().lines().filter(line -> !line.startsWith("#")).toList());
            boolean ours = true;
            while (!lines.isEmpty()
                    && (lines.getFirst().startsWith("onlyif")
                            || lines.getFirst().startsWith("skipif"))) {
                boolean named = lines.getFirst().contains("postgresql");
                ours &= lines.getFirst().startsWith("onlyif") == named;
                lines.removeFirst();
            }
            if (!ours || lines.size() < 2) {
                continue;
            }
            String head = lines.removeFirst();
            int end = lines.indexOf("----");
            String sql = String.join("\n", lines.subList(0, end < 0 ? lines.size() : end));
            if (head.equals("statement ok") && sql.startsWith("CREATE TABLE")) {
                tables.add(sql);
            } else if (head.equals("statement ok") && sql.startsWith("INSERT INTO")) {
                inserts.add(sql);
            } else if (head.startsWith("query ") && sql.startsWith("SELECT")) {
                queries.add(named(sql, head.split(" ", -1)[1].length()));
            }
        }
        return new SqlLogicScript(tables, inserts, queries);
    }

    /// Under names that differ.
    private static String named(String sql, int columns) {
        return "SELECT * FROM ("
                + sql
                + ") AS q("
                + IntStream.range(0, columns)
                        .mapToObj(i -> "c" + i)
                        .collect(Collectors.joining(", "))
                + ")";
    }

    List<String> tableNames() {
        List<String> names = new ArrayList<>();
        for (String table : tables) {
            Matcher matcher = TABLE.matcher(table);
            if (matcher.matches()) {
                names.add(matcher.group(1));
            }
        }
        return names;
    }

    List<String> sample(Random random, int count) {
        List<String> shuffled = new ArrayList<>(queries);
        Collections.shuffle(shuffled, random);
        return shuffled.subList(0, Math.min(count, shuffled.size()));
    }
}
