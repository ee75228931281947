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
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Nexmark's queries in PostgreSQL's terms, over persons, auctions and bids that come, are corrected and go. q12 asks for the time of processing, for
/// which a view has no word: the time of the event stands for it.
final class NexmarkIT {

    private static final long SEED = 22;
    private static final int STEPS = 12;

    private final Random random = new Random(SEED);
    private int bids;

    @Test
    void everyQueryIsKeptEqual() throws SQLException, IOException {
        Database database = EmbeddedServer.shared(ObservedTables.MAJOR).createDatabase();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(QuerySpec.text("/nexmark/schema.sql"));
        }
        List<Case> cases = new ArrayList<>();
        for (QuerySpec.Entry entry : QuerySpec.read("/nexmark/queries.spec")) {
            Query query =
                    new Query(entry.sql(), Map.of(), EnumSet.noneOf(Construct.class), List.of());
            cases.add(new Case(query, cases.size() % 2 * 4));
        }
        List<List<String>> script = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            script.add(step(step));
        }
        Tally tally = new Tally();
        try (Bench bench = new Bench(database, List.of("person", "auction", "bid", "side_input"))) {
            bench.run(script, cases)
                    .forEach((query, outcome) -> {
                        tally.count(query.query(), outcome);
                        if (!(outcome instanceof Outcome.Equal(_, boolean filled) && filled)) {
                            tally.fault(query.query().sql() + "\n  " + outcome);
                        }
                    });
        }
        System.out.println("Nexmark: " + tally.summary());
        assertThat(tally.faults()).isEmpty();
        assertThat(tally.views()).isEqualTo(23);
    }

    private List<String> step(int step) {
        List<String> statements = new ArrayList<>();
        if (step == 0) {
            statements.add(
                    "INSERT INTO side_input SELECT i, 'side ' || i FROM generate_series(0, 9) i");
        }
        statements.add(
                "INSERT INTO person SELECT i, 'person ' || i, NULL, NULL, 'city ' || i %% 3, (ARRAY['OR', 'ID', 'WA'])[1 + i %% 3], timestamp '2026-01-01' + i * interval '7 min' FROM generate_series(%d, %d) i"
                        .formatted(step * 5, step * 5 + 4));
        statements.add(
                "INSERT INTO auction SELECT i, 'item ' || i, 100, 1000, timestamp '2026-01-01' + i * interval '3 min', timestamp '2026-01-01' + i * interval '3 min' + interval '2 h', i %% %d, 10 + i %% 4 FROM generate_series(%d, %d) i"
                        .formatted(step * 5 + 5, step * 8, step * 8 + 7));
        for (int i = 0; i < 25; i++) {
            statements.add(
                    "INSERT INTO bid VALUES (%d, %d, %d, %d, '%s', 'https://shop/a/b%d/c/item?channel_id=%d', timestamp '2026-01-01' + interval '%d s')"
                            .formatted(
                                    bids++,
                                    random.nextInt(step * 8 + 8),
                                    random.nextInt(step * 5 + 5),
                                    50 + random.nextInt(9) * 1_000,
                                    List.of("Google", "Apple", "other", "Baidu")
                                            .get(random.nextInt(4)),
                                    random.nextInt(3),
                                    random.nextInt(5),
                                    step * 600 + random.nextInt(1_500)));
        }
        statements.add(
                "UPDATE bid SET price = price + 700 WHERE id %% 11 = %d".formatted(step % 11));
        statements.add("UPDATE auction SET category = 10 WHERE id %% 9 = %d".formatted(step % 9));
        statements.add("UPDATE person SET state = 'CA' WHERE id %% 7 = %d".formatted(step % 7));
        statements.add("DELETE FROM bid WHERE price = (SELECT max(price) FROM bid)");
        return statements;
    }
}
