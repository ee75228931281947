package io.pgtrickle.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.oracle.RandomQueries.Query;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// A sample of the SELECTs of sqllogictest as views over its tables, made before the rows come, against PostgreSQL's own answers. Here `/` is
/// PostgreSQL's, so the suite's own answers aren't looked at.
///
/// `-Dpgtrickle.seed=N` draws another sample, `-Dpgtrickle.queries=N` so many of each file.
final class SqlLogicIT {

    private static final int QUERIES = Integer.getInteger("pgtrickle.queries", 60);
    private static final long SEED = Long.getLong("pgtrickle.seed", 20_251_125L);

    @Test
    void everySelectIsKeptEqual() throws SQLException, IOException {
        Random random = new Random(SEED);
        Tally tally = new Tally();
        for (String file : files(random)) {
            run(file, random, tally);
        }
        System.out.println("sqllogictest: " + tally.summary());
        assertThat(tally.faults()).isEmpty();
        assertThat(tally.views()).isGreaterThan(QUERIES * 16);
    }

    private static List<String> files(Random random) {
        List<String> files = new ArrayList<>(List.of("select1", "select2", "select3"));
        for (String kind : List.of("aggregates", "select", "expr", "groupby")) {
            for (int i = 0; i < 4; i++) {
                files.add(
                        String.format(
                                Locale.ROOT, "random/%s/slt_good_%d", kind, random.nextInt(14)));
            }
        }
        for (String kind : List.of("commute", "orderby_nosort", "random", "between", "in")) {
            files.add(
                    String.format(Locale.ROOT, "index/%s/10/slt_good_%d", kind, random.nextInt(5)));
        }
        return files;
    }

    private static void run(String file, Random random, Tally tally)
            throws SQLException, IOException {
        SqlLogicScript source = SqlLogicScript.read("/test/" + file + ".test");
        Database database = EmbeddedServer.shared(ObservedTables.MAJOR).createDatabase();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (String table : source.tables()) {
                statement.execute(table);
            }
            for (String name : source.tableNames()) {
                statement.execute("ALTER TABLE " + name + " REPLICA IDENTITY FULL");
            }
        }
        List<Case> cases = new ArrayList<>();
        for (String sql : source.sample(random, QUERIES)) {
            cases.add(
                    new Case(
                            new Query(sql, Map.of(), EnumSet.noneOf(Construct.class), List.of()),
                            random.nextInt(2)));
        }
        try (Bench bench = new Bench(database, source.tableNames())) {
            for (Map.Entry<Case, Outcome> outcome : bench.run(script(source), cases).entrySet()) {
                tally.count(outcome.getKey().query(), outcome.getValue());
                if (outcome.getValue() instanceof Outcome.Fault fault) {
                    tally.fault(file + ": " + outcome.getKey().query().sql() + "\n  " + fault);
                }
            }
        }
    }

    /// Rows come in three steps; then some go, some are doubled, and those come back.
    private static List<List<String>> script(SqlLogicScript source) {
        List<List<String>> script = new ArrayList<>();
        int third = Math.max(1, source.inserts().size() / 3);
        for (int i = 0; i < source.inserts().size(); i += third) {
            script.add(source.inserts().subList(i, Math.min(i + third, source.inserts().size())));
        }
        List<String> gone = new ArrayList<>();
        List<String> doubled = new ArrayList<>();
        for (String table : source.tableNames()) {
            gone.add(
                    "DELETE FROM "
                            + table
                            + " WHERE ctid IN (SELECT min(ctid) FROM "
                            + table
                            + ")");
            doubled.add(
                    "DELETE FROM "
                            + table
                            + " WHERE ctid IN (SELECT max(ctid) FROM "
                            + table
                            + ")");
        }
        script.add(gone);
        script.add(doubled);
        script.add(source.inserts().subList(0, Math.min(third, source.inserts().size())));
        return script;
    }
}
