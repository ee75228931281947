package io.pgtrickle.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.oracle.RandomQueries.Query;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Generated queries over generated tables and changes, against PostgreSQL's own answer, as bags, after every step; without a sidecar, so that
/// there can be many. Failures are shrunk and printed.
///
/// `-Dpgtrickle.seed=N` replays the batch of a failure; `-Dpgtrickle.batches=N`, `-Dpgtrickle.queries=N` (of a batch) and `-Dpgtrickle.steps=N`
/// widen; `-Dpgtrickle.trace=true` prints what is refused and what PostgreSQL doesn't take.
final class QueryOracleIT {

    /// Any number; a fixed one, so that a run says something about the change and not about its luck.
    private static final long FIRST_SEED = 20_251_125;

    private static final int BATCHES = Integer.getInteger("pgtrickle.batches", 24);
    private static final int QUERIES = Integer.getInteger("pgtrickle.queries", 60);
    private static final int STEPS = Integer.getInteger("pgtrickle.steps", 10);

    /// Faults that are known and not mended yet, by the beginning of their kind: they are counted and printed, and don't fail the test. To be
    /// taken out when mended.
    private static final List<String> OPEN = List.of();

    /// So many failures of a batch are shrunk.
    private static final int SHRUNK = Integer.getInteger("pgtrickle.shrunk", 5);

    @Test
    void everyGeneratedViewEqualsItsQueryAfterEveryStep() throws SQLException {
        Long replayed = Long.getLong("pgtrickle.seed");
        Random seeds = new Random();
        Tally tally = new Tally();
        int batches = replayed == null ? BATCHES : 1;
        for (int batch = 0; batch < batches; batch++) {
            long seed =
                    replayed != null
                            ? replayed
                            : Integer.getInteger("pgtrickle.batches") == null
                                    ? FIRST_SEED + batch
                                    : seeds.nextInt(Integer.MAX_VALUE);
            run(seed, tally);
        }
        System.out.println("generated queries: " + tally);
        assertThat(tally.faults()).isEmpty();
        if (replayed == null) {
            assertThat(tally.neverDrawn()).as("constructs that were never drawn").isEmpty();
            assertThat(tally.neverCompared()).as("constructs that are always refused").isEmpty();
        }
    }

    private static void run(long seed, Tally tally) throws SQLException {
        Database database = EmbeddedServer.shared(ObservedTables.MAJOR).createDatabase();
        Random random = new Random(seed);
        RandomTables tables = new RandomTables(random);
        try (Connection connection = database.connect()) {
            tables.create(connection);
        }
        RandomChanges changes = new RandomChanges(random, tables.tables());
        List<List<String>> script = script(random, changes);
        List<Case> cases = new ArrayList<>();
        for (int i = 0; i < QUERIES; i++) {
            Query query = RandomQueries.query(new Choices(seed * 1_000 + i), tables.tables());
            tally.drawn(query.uses());
            // over empty tables, over their first rows, in the midst of the changes
            cases.add(new Case(query, i % 3 < 2 ? i % 3 : random.nextInt(STEPS)));
        }
        List<String> names = tables.tables().stream().map(RandomTables.Table::name).toList();
        try (Bench bench = new Bench(database, names)) {
            int shrunk = 0;
            for (Map.Entry<Case, Outcome> outcome : bench.run(script, cases).entrySet()) {
                Query query = outcome.getKey().query();
                tally.count(query, outcome.getValue());
                if (outcome.getValue() instanceof Outcome.Fault fault) {
                    String text =
                            shrunk++ < SHRUNK
                                    ? new Shrinker(
                                                    bench,
                                                    tables.tables(),
                                                    script,
                                                    outcome.getKey(),
                                                    fault)
                                            .shrink()
                                    : "-- " + query.sql() + "\n-- " + fault.text();
                    String report = "seed " + seed + ", uses " + uses(query) + "\n" + text;
                    System.out.println("FAULT " + fault.kind() + " " + report);
                    if (OPEN.stream().anyMatch(fault.kind()::startsWith)) {
                        tally.open(fault.kind());
                    } else {
                        tally.fault(report);
                    }
                }
            }
        }
    }

    private static Set<Construct> uses(Query query) {
        return query.uses().isEmpty()
                ? EnumSet.noneOf(Construct.class)
                : EnumSet.copyOf(query.uses());
    }

    /// Some rows first.
    private static List<List<String>> script(Random random, RandomChanges changes) {
        List<List<String>> script = new ArrayList<>();
        script.add(changes.rows(5));
        while (script.size() < STEPS) {
            List<String> step = new ArrayList<>();
            for (int i = random.nextInt(4) == 0 ? 3 : 1; i > 0; i--) {
                step.addAll(kept(changes.transaction()));
            }
            script.add(step);
        }
        return script;
    }

    /// Without what is rolled back: the stream never shows it.
    private static List<String> kept(List<String> transaction) {
        List<String> kept = new ArrayList<>();
        boolean undone = false;
        for (String statement : transaction) {
            if (statement.equals("SAVEPOINT undone")) {
                undone = true;
            } else if (statement.startsWith("ROLLBACK")) {
                undone = false;
            } else if (!undone) {
                kept.add(statement);
            }
        }
        return kept;
    }
}
