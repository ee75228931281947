package io.pgtrickle.planner;

import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.dataflow.plan.ViewPlan.OutputColumn;
import io.pgtrickle.model.PgtrickleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

/// A golden file: `=== title`, a query, `---`, and what the planner makes of it.
final class PlanSpec {

    private PlanSpec() {}

    /// The file as it should be.
    static String run(Path file, Connection connection) throws IOException {
        StringBuilder out = new StringBuilder();
        StringBuilder query = new StringBuilder();
        boolean inQuery = false;
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("=== ")) {
                answer(query, connection, out);
                out.append(line).append('\n');
                inQuery = true;
            } else if (line.equals("---")) {
                inQuery = false;
            } else if (inQuery) {
                query.append(line).append('\n');
            }
        }
        answer(query, connection, out);
        return out.toString();
    }

    /// The queries of a file, without what becomes of them.
    static List<String> queries(Path file) throws IOException {
        List<String> queries = new ArrayList<>();
        StringBuilder query = new StringBuilder();
        boolean inQuery = false;
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("=== ")) {
                inQuery = true;
            } else if (line.equals("---")) {
                queries.add(query.toString().strip());
                query.setLength(0);
                inQuery = false;
            } else if (inQuery) {
                query.append(line).append('\n');
            }
        }
        return queries;
    }

    private static void answer(StringBuilder query, Connection connection, StringBuilder out) {
        if (query.isEmpty()) {
            return;
        }
        String text = query.toString().strip();
        query.setLength(0);
        out.append(text).append("\n---\n").append(answer(text, connection)).append('\n');
    }

    private static String answer(String query, Connection connection) {
        Planner planner = new Planner(connection);
        try {
            AnalyzedQuery analyzed = planner.analyze(query, "shop, public");
            ViewPlan plan = planner.plan(analyzed);
            return normalized(PlanText.of(plan.plan()))
                    + columns(plan)
                    + notes(planner.notes(analyzed));
        } catch (PgtrickleException e) {
            return "refused with "
                    + e.sqlState()
                    + " "
                    + e.code()
                    + "\n"
                    + normalized(e.messageText())
                    + "\nhint: "
                    + e.hint()
                    + "\n";
        }
    }

    /// Oids of what the schema makes differ from server to server.
    private static String normalized(String text) {
        return text.replaceAll("\\b(1[6-9]|[2-9][0-9])[0-9]{3}\\b", "OID");
    }

    private static String columns(ViewPlan plan) {
        StringBuilder out = new StringBuilder("columns");
        for (OutputColumn column : plan.columns()) {
            out.append(' ').append(column.name()).append(column.notNull() ? "!" : "").append(',');
        }
        out.setLength(out.length() - 1);
        return out.append("; key ").append(plan.uniqueKey()).append('\n').toString();
    }

    private static String notes(List<String> notes) {
        return notes.isEmpty() ? "" : "note: " + String.join("; ", notes) + "\n";
    }
}
