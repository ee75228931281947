package io.pgtrickle.oracle;

import io.pgtrickle.dataflow.plan.Explanation;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.testsupport.Database;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// `docs/sql-support.md` is made from `constructs.spec` and what the planner says of each query; it fails where the page says otherwise, and where a
/// query is answered with an internal error.
final class SqlSupportIT {

    private static final Path PAGE = Path.of("..", "docs", "sql-support.md");

    private static final String HEAD =
            """
            # SQL that is kept fresh

            Made by a test from its table of constructs (`oracle/src/test/resources/constructs/constructs.spec`) and what
            `pgtrickle.explain_view` says of each: what is looked at for a change, and what state is kept. Scans, filters and
            projections are left out. Refusals come with their code, which [errors.md](errors.md) explains.
            """;

    @Test
    void thePageSaysWhatThePlannerSays() throws SQLException, IOException {
        Database database = EmbeddedServer.shared(ObservedTables.MAJOR).createDatabase();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(QuerySpec.text("/constructs/schema.sql"));
        }
        StringBuilder page = new StringBuilder(HEAD);
        String area = "";
        try (Bench bench = new Bench(database, List.of("customers", "orders"))) {
            for (QuerySpec.Entry entry : QuerySpec.read("/constructs/constructs.spec")) {
                if (!entry.area().equals(area)) {
                    area = entry.area();
                    page.append("\n## ")
                            .append(area)
                            .append("\n\n| construct | example | how |\n| --- | --- | --- |\n");
                }
                page.append("| ")
                        .append(entry.title())
                        .append(" | `")
                        .append(cell(entry.sql()))
                        .append("` | ")
                        .append(cell(how(bench, entry.sql())))
                        .append(" |\n");
            }
        }
        GoldenFile.check(PAGE, page.toString());
    }

    private static String how(Bench bench, String sql) {
        try {
            String operators =
                    Explanation.lines(bench.plan(sql).plan()).stream()
                            .map(String::strip)
                            .filter(line -> !line.matches("(scan|filter|project) .*"))
                            .distinct()
                            .collect(Collectors.joining("; "));
            return operators.isEmpty() ? "row by row, no state of its own" : operators;
        } catch (PgtrickleException e) {
            if (e.sqlState().startsWith("XX")) {
                throw new AssertionError(sql, e);
            }
            return "refused, " + e.code().label() + ": " + e.messageText();
        }
    }

    private static String cell(String text) {
        return text.replace("\n", " ").replace("|", "\\|");
    }
}
