package io.pgtrickle.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.oracle.ObservedTables.RowChange;
import io.pgtrickle.oracle.RandomQueries.Query;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Laws that need no oracle: changes one by one or in one step, an UPDATE or a DELETE and an INSERT, a common table expression or the query
/// in its place, with all columns or only one: the same result.
final class MetamorphicIT {

    private static final long SEED = Long.getLong("pgtrickle.seed", 4_711L);
    private static final int BATCHES = Integer.getInteger("pgtrickle.batches", 4);
    private static final int QUERIES = 40;
    private static final int STEPS = 6;

    /// A query in its several forms.
    private record Forms(
            Query query,
            CircuitView whole,
            CircuitView single,
            CircuitView split,
            CircuitView common,
            CircuitView narrow) {
        void close() {
            whole.close();
            single.close();
            split.close();
            common.close();
            narrow.close();
        }
    }

    @Test
    void theLawsHold() throws SQLException {
        List<String> faults = new ArrayList<>();
        int views = 0;
        for (long seed = SEED; seed < SEED + BATCHES; seed++) {
            Random random = new Random(seed);
            RandomTables tables = new RandomTables(random);
            Database database = EmbeddedServer.shared(ObservedTables.MAJOR).createDatabase();
            try (Connection connection = database.connect()) {
                tables.create(connection);
            }
            RandomChanges changes = new RandomChanges(random, tables.tables());
            List<String> names = tables.tables().stream().map(RandomTables.Table::name).toList();
            try (Bench bench = new Bench(database, names)) {
                List<Forms> all = forms(bench, seed, tables);
                views += all.size();
                for (int step = 0; step < STEPS; step++) {
                    List<String> statements = step == 0 ? changes.rows(4) : changes.transaction();
                    step(bench, statements, all, "seed " + seed + ", step " + step, faults);
                }
                all.forEach(Forms::close);
            }
        }
        System.out.println("laws: " + views + " queries in five forms");
        assertThat(faults).isEmpty();
        assertThat(views).isGreaterThan(QUERIES);
    }

    private static List<Forms> forms(Bench bench, long seed, RandomTables tables) {
        List<Forms> all = new ArrayList<>();
        for (int i = 0; i < QUERIES; i++) {
            Query query = RandomQueries.query(new Choices(seed * 1_000 + i), tables.tables());
            String sql = query.sql();
            try {
                all.add(
                        new Forms(
                                query,
                                bench.view(sql),
                                bench.view(sql),
                                bench.view(sql),
                                bench.view("WITH whole AS (" + sql + ") SELECT * FROM whole"),
                                bench.view("SELECT x0 FROM (" + sql + ") whole")));
            } catch (PgtrickleException _) {
                // refused: not a matter of these laws
            }
        }
        return all;
    }

    private static void step(
            Bench bench,
            List<String> statements,
            List<Forms> all,
            String where,
            List<String> faults)
            throws SQLException {
        Map<Long, List<RowChange>> changes = new HashMap<>();
        List<Map<Long, List<RowChange>>> singly = new ArrayList<>();
        for (String statement : statements) {
            if (statement.contains("SAVEPOINT")) {
                continue;
            }
            Map<Long, List<RowChange>> own = new LinkedHashMap<>();
            bench.tables().execute(statement, own);
            singly.add(own);
            own.forEach((oid, rows) ->
                    changes.computeIfAbsent(oid, _ -> new ArrayList<>()).addAll(rows));
        }
        for (Forms forms : List.copyOf(all)) {
            try {
                forms.whole.step(changes);
                singly.forEach(forms.single::stepOneByOne);
                forms.split.step(split(changes));
                forms.common.step(changes);
                forms.narrow.step(changes);
            } catch (PgtrickleException _) {
                // a row's error, which the oracle looks at
                all.remove(forms);
                continue;
            }
            compare(forms, "one step a change", forms.single.result(), where, faults);
            compare(forms, "DELETE and INSERT", forms.split.result(), where, faults);
            compare(forms, "common table", forms.common.result(), where, faults);
            ZSet first = new ZSet();
            forms.whole.result().forEach((row, weight) -> first.add(Row.of(row.get(0)), weight));
            check(forms, "one column", first, forms.narrow.result(), 1, where, faults);
        }
    }

    private static void compare(
            Forms forms, String law, ZSet result, String where, List<String> faults) {
        check(forms, law, forms.whole.result(), result, Integer.MAX_VALUE, where, faults);
    }

    private static void check(
            Forms forms,
            String law,
            ZSet expected,
            ZSet actual,
            int width,
            String where,
            List<String> faults) {
        var types = forms.whole.plan().plan().types();
        List<Leeway> leeways = new ArrayList<>(forms.query.leeways().values());
        int columns = Math.min(width, types.size());
        List<String> differences =
                new BagComparison(types.subList(0, columns), leeways.subList(0, columns))
                        .differences(expected, actual);
        if (!differences.isEmpty()) {
            faults.add(where + ", " + law + ": " + forms.query.sql() + "\n  " + differences);
        }
    }

    private static Map<Long, List<RowChange>> split(Map<Long, List<RowChange>> changes) {
        Map<Long, List<RowChange>> split = new HashMap<>();
        changes.forEach((oid, rows) -> {
            List<RowChange> halves = new ArrayList<>();
            for (RowChange row : rows) {
                if (row.old().isPresent() && row.now().isPresent()) {
                    halves.add(new RowChange(row.old(), Optional.empty()));
                    halves.add(new RowChange(Optional.empty(), row.now()));
                } else {
                    halves.add(row);
                }
            }
            split.put(oid, halves);
        });
        return split;
    }
}
