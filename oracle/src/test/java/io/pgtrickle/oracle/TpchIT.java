package io.pgtrickle.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.testsupport.Comparison;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// TPC-H: all 22 queries as views of one sidecar, ten rounds of changes over all eight tables, the full bag of each view compared after each
/// round; and how each query is kept, in a golden file.
final class TpchIT {

    private static final double SCALE = 0.01;
    private static final int ROUNDS = 10;
    private static final int MAJOR = 18;

    private static final Path EXPLANATIONS =
            Path.of("src", "test", "resources", "tpch", "explanations.spec");

    @TempDir private Path state;

    @Test
    void everyViewEqualsItsQueryAfterEveryRound() throws SQLException, IOException {
        Database database = EmbeddedServer.shared(MAJOR).createDatabase();
        try (Connection loader = database.connect()) {
            TpchDatabase.create(loader, SCALE);
        }
        Map<String, String> queries = TpchDatabase.queries();
        try (SidecarSession session = new SidecarSession(database, state)) {
            Map<String, String> refused = new LinkedHashMap<>();
            for (Map.Entry<String, String> query : queries.entrySet()) {
                try {
                    session.create(query.getKey(), query.getValue());
                } catch (SQLException e) {
                    assertThat(e.getSQLState())
                            .as("%s: %s", query, e.getMessage())
                            .isEqualTo("0A000");
                    refused.put(query.getKey(), String.valueOf(e.getMessage()));
                }
            }
            compareAllRounds(session, queries, refused.keySet());
            assertThat(refused).isEmpty();
        }
    }

    @Test
    void everyQueryIsKeptAsWritten() throws SQLException, IOException {
        Database database = EmbeddedServer.shared(MAJOR).createDatabase();
        try (Connection loader = database.connect()) {
            TpchDatabase.createTables(loader);
        }
        StringBuilder explanations = new StringBuilder();
        try (SidecarSession session = new SidecarSession(database, state)) {
            for (Map.Entry<String, String> query : TpchDatabase.queries().entrySet()) {
                explanations.append("=== ").append(query.getKey()).append('\n');
                session.explain(query.getValue())
                        .forEach(line -> explanations.append(line).append('\n'));
            }
        }
        GoldenFile.check(EXPLANATIONS, explanations.toString());
    }

    private static void compareAllRounds(
            SidecarSession session, Map<String, String> queries, Set<String> refused)
            throws SQLException {
        List<String> faults = new ArrayList<>();
        Map<String, Set<String>> answers = new LinkedHashMap<>();
        for (int round = 0; round <= ROUNDS; round++) {
            if (round > 0) {
                for (List<Mutation> transaction : new TpchChanges(round - 1).transactions()) {
                    Mutation.run(session.connection(), transaction);
                }
                session.awaitChanges();
            }
            for (Map.Entry<String, String> query : queries.entrySet()) {
                String name = query.getKey();
                if (refused.contains(name)) {
                    continue;
                }
                answers.computeIfAbsent(name, _ -> new TreeSet<>()).add(digest(session, name));
                List<String> differences =
                        Comparison.differences(session.connection(), name, query.getValue());
                String status = session.status(name);
                if (!differences.isEmpty() || !status.startsWith("running")) {
                    faults.add("round " + round + ", " + name + ", " + status + ": " + differences);
                }
            }
        }
        System.out.println(
                "TPC-H: "
                        + (queries.size() - refused.size())
                        + " views, "
                        + ROUNDS
                        + " rounds, refused: "
                        + refused);
        assertThat(faults).isEmpty();
        // a query that no change concerns proves nothing
        assertThat(answers)
                .allSatisfy((name, seen) -> assertThat(seen).as(name).hasSizeGreaterThan(2));
    }

    private static String digest(SidecarSession session, String view) throws SQLException {
        try (Statement statement = session.connection().createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "SELECT md5(string_agg(x::text, '|' ORDER BY x::text)) FROM "
                                        + view
                                        + " x")) {
            rows.next();
            return String.valueOf(rows.getString(1));
        }
    }
}
