package io.pgtrickle.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.oracle.RandomQueries.Query;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Queries that were once wrong or refused, under one script of changes, each made before it and in its middle; against PostgreSQL's own
/// answer after every step. A title that ends in `(refused)` says that the query is.
///
/// `-Dpgtrickle.kept=FILE` tries the queries of another file.
final class KeptQueriesIT {

    private static final List<String> TABLES = List.of("customers", "orders", "many");
    private static final String REFUSED = "(refused)";

    @Test
    void keepsEach() throws IOException, SQLException {
        Database database = EmbeddedServer.shared(ObservedTables.MAJOR).createDatabase();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(QuerySpec.text("/kept/schema.sql"));
        }
        List<List<String>> script =
                Arrays.stream(QuerySpec.text("/kept/changes.sql").split("\n\n"))
                        .map(step -> step.lines().toList())
                        .toList();
        List<String> wrong = new ArrayList<>();
        try (Bench bench = new Bench(database, TABLES)) {
            for (QuerySpec.Entry entry : queries()) {
                Query query = new Query(entry.sql(), Map.of(), Set.of(), List.of());
                List<Case> cases = List.of(new Case(query, 0), new Case(query, script.size() / 2));
                bench.run(script, cases)
                        .forEach((made, outcome) -> {
                            if (!isRight(entry, outcome)) {
                                wrong.add(
                                        entry.title()
                                                + " made at step "
                                                + made.createAt()
                                                + ": "
                                                + outcome);
                            }
                        });
            }
        }
        assertThat(String.join("\n", wrong)).isEmpty();
    }

    private static List<QuerySpec.Entry> queries() throws IOException {
        String file = System.getProperty("pgtrickle.kept");
        return file == null
                ? QuerySpec.read("/kept/queries.spec")
                : QuerySpec.parse(Files.readString(Path.of(file)));
    }

    private static boolean isRight(QuerySpec.Entry entry, Outcome outcome) {
        return switch (outcome) {
            case Outcome.Equal(_, boolean filled) -> filled && !entry.title().endsWith(REFUSED);
            case Outcome.Failing _ -> true;
            case Outcome.Refused _ -> entry.title().endsWith(REFUSED);
            case Outcome.Invalid _, Outcome.Fault _ -> false;
        };
    }
}
