package io.pgtrickle.cli.bench;

import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.planner.Planner;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.postgres.Sessions;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/// Whether the cost of a change stays the same while the tables grow a hundredfold: of each stateful operator, in this process and on
/// RocksDB, with plans that PostgreSQL and the planner made of SQL. Groups and partitions keep their size; there are more of them.
final class Growth {

    static final String MEASURE = "growth";
    static final String METRIC = "microseconds_a_change";

    /// The contender whose tables are a hundredth as large.
    static final String SMALL = "a hundredth of the rows";

    static final Map<String, String> QUERIES = queries();

    private static final int FACTOR = 10;

    private Growth() {}

    static Sample.Name name(String operator) {
        return new Sample.Name(MEASURE, operator, METRIC);
    }

    /// With ten times the rows of the other measures, and with a tenth of them.
    static void measure(Bench bench) throws SQLException, IOException {
        int small = bench.scale().rows() / FACTOR;
        int large = bench.scale().rows() * FACTOR;
        for (Map.Entry<String, String> query : QUERIES.entrySet()) {
            ViewPlan plan = plan(bench.arena(), query.getValue());
            Sample.Name name = name(query.getKey());
            for (int run = 1; run <= bench.scale().runs(); run++) {
                bench.record(name, SMALL, run, microsAChange(bench.arena(), plan, small));
                bench.record(
                        name, Sample.PGTRICKLE, run, microsAChange(bench.arena(), plan, large));
            }
        }
    }

    /// The state goes at once: that of all of them together would fill many a disk.
    private static double microsAChange(Arena arena, ViewPlan plan, int rows) throws IOException {
        Path directory = arena.directory().resolve("growth");
        try {
            return GrowingState.microsAChange(plan, directory, rows);
        } finally {
            Arena.delete(directory);
        }
    }

    private static ViewPlan plan(Arena arena, String query) throws SQLException {
        try (Connection session = Sessions.open(ServerAddress.parse(arena.uri()), "growth")) {
            Planner planner = new Planner(session);
            return planner.plan(planner.analyze(query, "public"));
        }
    }

    private static Map<String, String> queries() {
        Map<String, String> queries = new LinkedHashMap<>();
        queries.put("sum", "SELECT part, sum(amount) FROM facts GROUP BY part");
        queries.put("max", "SELECT part, max(amount) FROM facts GROUP BY part");
        queries.put(
                "count distinct", "SELECT part, count(DISTINCT amount) FROM facts GROUP BY part");
        queries.put("distinct", "SELECT DISTINCT part, amount % 10 FROM facts");
        queries.put(
                "inner join",
                "SELECT f.id, f.amount, p.amount AS other FROM facts f JOIN parts p ON p.id = f.part");
        queries.put(
                "left join",
                "SELECT f.id, f.amount, p.amount AS other FROM facts f LEFT JOIN parts p ON p.id = f.part");
        queries.put(
                "semi-join",
                "SELECT id, amount FROM facts f WHERE EXISTS (SELECT FROM parts p WHERE p.id = f.part)");
        queries.put(
                "anti-join",
                "SELECT id, amount FROM facts f WHERE NOT EXISTS (SELECT FROM parts p WHERE p.id = f.part + 1)");
        queries.put("except", "SELECT part FROM facts EXCEPT SELECT id + 1 FROM parts");
        queries.put("top 100", "SELECT id, amount FROM facts ORDER BY amount DESC, id LIMIT 100");
        queries.put(
                "distinct on",
                "SELECT DISTINCT ON (part) part, id, amount FROM facts ORDER BY part, amount DESC, id");
        queries.put(
                "window",
                "SELECT id, rank() OVER (PARTITION BY part ORDER BY amount, id) AS rank FROM facts");
        return queries;
    }
}
