package io.pgtrickle.oracle;

import io.pgtrickle.oracle.RandomQueries.Query;
import io.pgtrickle.oracle.RandomTables.Table;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Makes a failing case small: fewer steps, fewer statements, a simpler query, as long as it fails in the same way.
final class Shrinker {

    private static final int MAX_RUNS = 600;
    private static final long MAX_MILLIS = 20_000;

    private final Bench bench;
    private final List<Table> tables;
    private final String kind;
    private List<List<String>> script;
    private Case failing;
    private Outcome.Fault fault;
    private int runs;
    private final long start = System.nanoTime();

    Shrinker(
            Bench bench,
            List<Table> tables,
            List<List<String>> script,
            Case failing,
            Outcome.Fault fault) {
        this.bench = bench;
        this.tables = List.copyOf(tables);
        this.kind = kind(fault);
        this.fault = fault;
        this.failing = failing;
        this.script = new ArrayList<>(script.subList(0, Math.min(script.size(), fault.step())));
    }

    private static String kind(Outcome.Fault fault) {
        return fault.kind().replaceAll("\\d+", "N");
    }

    /// The smallest that was found, as a script for psql's reader.
    String shrink() throws SQLException {
        boolean smaller = reproduces(script, failing);
        if (!smaller) {
            return text("it doesn't fail again by itself");
        }
        while (smaller && mayRun()) {
            smaller = dropSteps();
            smaller |= dropStatements();
            smaller |= shrinkQuery();
        }
        mergeSteps();
        return text("");
    }

    private boolean mayRun() {
        return runs < MAX_RUNS && System.nanoTime() - start < MAX_MILLIS * 1_000_000;
    }

    private boolean reproduces(List<List<String>> steps, Case candidate) throws SQLException {
        if (!mayRun()) {
            return false;
        }
        runs++;
        Map<Case, Outcome> outcomes = bench.run(steps, List.of(candidate));
        if (outcomes.get(candidate) instanceof Outcome.Fault found && kind(found).equals(kind)) {
            script = steps.subList(0, Math.min(steps.size(), found.step()));
            failing = candidate;
            fault = found;
            return true;
        }
        return false;
    }

    private boolean dropSteps() throws SQLException {
        boolean any = false;
        for (int i = script.size() - 1; i >= 0; i--) {
            if (i < script.size()) {
                List<List<String>> fewer = new ArrayList<>(script);
                fewer.remove(i);
                int createAt = failing.createAt() > i ? failing.createAt() - 1 : failing.createAt();
                any |= reproduces(fewer, new Case(failing.query(), createAt));
            }
        }
        return any;
    }

    private boolean dropStatements() throws SQLException {
        boolean any = false;
        for (int step = script.size() - 1; step >= 0; step--) {
            for (int size = 8; size >= 1; size /= 2) {
                for (int i = 0; step < script.size() && i < script.get(step).size(); ) {
                    List<String> statements = new ArrayList<>(script.get(step));
                    if (statements.size() < size) {
                        break;
                    }
                    statements.subList(i, Math.min(i + size, statements.size())).clear();
                    List<List<String>> fewer = new ArrayList<>(script);
                    fewer.set(step, statements);
                    if (reproduces(fewer, failing)) {
                        any = true;
                    } else {
                        i += size;
                    }
                }
            }
        }
        return any;
    }

    private boolean shrinkQuery() throws SQLException {
        boolean any = false;
        for (int size = 8; size >= 1; size /= 2) {
            for (int i = 0; i < failing.query().choices().size() && mayRun(); ) {
                List<Integer> fewer = new ArrayList<>(failing.query().choices());
                fewer.subList(i, Math.min(i + size, fewer.size())).clear();
                if (reproduces(fewer)) {
                    any = true;
                } else {
                    i++;
                }
            }
        }
        for (int i = 0; i < failing.query().choices().size() && mayRun(); i++) {
            for (int smaller : List.of(0, 1)) {
                if (i < failing.query().choices().size()
                        && failing.query().choices().get(i) > smaller) {
                    List<Integer> lower = new ArrayList<>(failing.query().choices());
                    lower.set(i, smaller);
                    if (reproduces(lower)) {
                        any = true;
                        break;
                    }
                }
            }
        }
        return any;
    }

    private boolean reproduces(List<Integer> choices) throws SQLException {
        Query query;
        try {
            query = RandomQueries.query(new Choices(choices), tables);
        } catch (RuntimeException _) {
            return false;
        }
        return query.sql().length() <= failing.query().sql().length()
                && !query.sql().equals(failing.query().sql())
                && reproduces(script, new Case(query, failing.createAt()));
    }

    private void mergeSteps() throws SQLException {
        for (int i = script.size() - 1; i > 0; i--) {
            if (failing.createAt() != i && i < script.size()) {
                List<List<String>> merged = new ArrayList<>(script);
                List<String> both = new ArrayList<>(merged.get(i - 1));
                both.addAll(merged.remove(i));
                merged.set(i - 1, both);
                int createAt = failing.createAt() > i ? failing.createAt() - 1 : failing.createAt();
                reproduces(merged, new Case(failing.query(), createAt));
            }
        }
    }

    private String text(String note) {
        StringBuilder text = new StringBuilder();
        for (Table table : tables) {
            if (failing.query().sql().contains(table.name())) {
                text.append(table.ddl()).append(";\n");
            }
        }
        for (int step = 0; step <= script.size(); step++) {
            if (step > 0) {
                text.append("-- step ").append(step).append('\n');
                script.get(step - 1).forEach(statement -> text.append(statement).append(";\n"));
            }
            if (failing.createAt() == step) {
                text.append("CALL pgtrickle.create_view('v', $$")
                        .append(failing.query().sql())
                        .append("$$);\n");
            }
        }
        text.append("-- at step ")
                .append(fault.step())
                .append(": ")
                .append(fault.kind())
                .append(' ')
                .append(note)
                .append('\n');
        fault.text().lines().forEach(line -> text.append("--   ").append(line).append('\n'));
        return text.toString();
    }
}
