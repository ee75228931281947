package io.pgtrickle.oracle;

import io.pgtrickle.dataflow.plan.ViewPlan;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.oracle.ObservedTables.RowChange;
import io.pgtrickle.planner.Planner;
import io.pgtrickle.postgres.Quoting;
import io.pgtrickle.postgres.RemoteContext;
import io.pgtrickle.postgres.RemoteSessions;
import io.pgtrickle.postgres.ServerAddress;
import io.pgtrickle.testsupport.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Runs scripts of changes with views over them, in this process: planner and circuit, with state in memory, against PostgreSQL's own
/// answer after every step. The tables are emptied before each run.
final class Bench implements AutoCloseable {

    /// Larger results take long to compare.
    private static final int MAX_ROWS = 1_500;

    private static final String TIMEOUT_MILLIS = "1500";

    private final Connection data;
    private final Connection catalog;
    private final ObservedTables tables;
    private final RemoteSessions sessions;
    private final Map<Integer, String> sends = new HashMap<>();

    /// @param names of the tables, as SQL has them
    Bench(Database database, List<String> names) throws SQLException {
        data = database.connect();
        catalog = database.connect();
        execute(catalog, "SET search_path = pg_catalog");
        execute(data, "SET statement_timeout = " + TIMEOUT_MILLIS);
        execute(data, "SET jit = off");
        tables = new ObservedTables(data, names);
        sessions = new RemoteSessions(ServerAddress.parse(database.uri()));
    }

    ObservedTables tables() {
        return tables;
    }

    /// A view that is being watched.
    private static final class Watched {
        final CircuitView view;
        final PreparedStatement answer;
        final BagComparison comparison;
        int steps;
        boolean filled;

        Watched(CircuitView view, PreparedStatement answer, BagComparison comparison) {
            this.view = view;
            this.answer = answer;
            this.comparison = comparison;
        }
    }

    /// @param script the statements of each step
    Map<Case, Outcome> run(List<List<String>> script, List<Case> cases) throws SQLException {
        Map<Case, Outcome> outcomes = new LinkedHashMap<>();
        Map<Case, Watched> watched = new LinkedHashMap<>();
        tables.truncate();
        for (int step = 0; step <= script.size(); step++) {
            if (step > 0) {
                Map<Long, List<RowChange>> changes = new HashMap<>();
                for (String statement : script.get(step - 1)) {
                    tables.execute(statement, changes);
                }
                for (Map.Entry<Case, Watched> entry : List.copyOf(watched.entrySet())) {
                    String error = advance(entry.getValue(), changes);
                    settle(entry.getKey(), watched, outcomes, step, error);
                }
            }
            for (Case candidate : cases) {
                if (candidate.createAt() == step) {
                    create(candidate, watched, outcomes, step);
                }
            }
        }
        for (Map.Entry<Case, Watched> entry : watched.entrySet()) {
            Watched view = entry.getValue();
            outcomes.put(entry.getKey(), new Outcome.Equal(view.steps, view.filled));
            close(view);
        }
        return outcomes;
    }

    private static void close(Watched view) throws SQLException {
        view.answer.close();
        view.view.close();
    }

    /// The SQLSTATE with which the view stops, empty where it goes on.
    private static String advance(Watched view, Map<Long, List<RowChange>> changes) {
        try {
            view.view.step(changes);
            return "";
        } catch (PgtrickleException e) {
            return e.code() == ErrorCode.ROW_ERROR ? e.sqlState() : trace(e);
        } catch (RuntimeException e) {
            return trace(e);
        }
    }

    private static String trace(RuntimeException e) {
        StringBuilder text = new StringBuilder("internal: ").append(e);
        for (int i = 0; i < Math.min(6, e.getStackTrace().length); i++) {
            text.append("\n    at ").append(e.getStackTrace()[i]);
        }
        if (e.getCause() != null) {
            text.append("\n    by ").append(e.getCause());
        }
        return text.toString();
    }

    private void create(
            Case candidate, Map<Case, Watched> watched, Map<Case, Outcome> outcomes, int step)
            throws SQLException {
        String sql = candidate.query().sql();
        try (Statement statement = data.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM (" + sql + ") x")) {
            rows.next();
            if (rows.getInt(1) > MAX_ROWS) {
                outcomes.put(candidate, new Outcome.Invalid("large"));
                return;
            }
        } catch (SQLException e) {
            outcomes.put(
                    candidate,
                    isRowError(e)
                            ? new Outcome.Failing(String.valueOf(e.getSQLState()))
                            : new Outcome.Invalid(String.valueOf(e.getMessage())));
            return;
        }
        CircuitView view;
        try {
            view = view(sql);
        } catch (PgtrickleException e) {
            if (e.code() == ErrorCode.QUERY_REJECTED) {
                outcomes.put(candidate, new Outcome.Invalid(e.messageText()));
                return;
            }
            outcomes.put(
                    candidate,
                    "0A000".equals(e.sqlState())
                            ? new Outcome.Refused(e.code().label() + " " + e.messageText())
                            : new Outcome.Fault("planner " + first(e), step, trace(e)));
            return;
        } catch (RuntimeException e) {
            outcomes.put(candidate, new Outcome.Fault("planner " + first(e), step, trace(e)));
            return;
        }
        String error = "";
        try {
            view.populate(tables);
        } catch (PgtrickleException e) {
            error = e.code() == ErrorCode.ROW_ERROR ? e.sqlState() : trace(e);
        } catch (RuntimeException e) {
            error = trace(e);
        }
        List<SqlType> types = view.plan().plan().types();
        List<Leeway> leeways = new ArrayList<>(candidate.query().leeways().values());
        while (leeways.size() < types.size()) {
            leeways.add(Leeway.NONE);
        }
        watched.put(
                candidate,
                new Watched(
                        view,
                        data.prepareStatement(answer(sql, view.plan())),
                        new BagComparison(types, leeways)));
        settle(candidate, watched, outcomes, step, error);
    }

    /// A view over nothing yet.
    ///
    /// @throws PgtrickleException where it is refused
    CircuitView view(String sql) {
        return new CircuitView(
                plan(sql), sessions.functions(new RemoteContext("postgres", Map.of())));
    }

    ViewPlan plan(String sql) {
        Planner planner = new Planner(catalog);
        return planner.plan(planner.analyze(sql, "public"));
    }

    private static String first(RuntimeException e) {
        String line = String.valueOf(e).lines().findFirst().orElse("");
        return line.replaceAll("\\d+", "N")
                .substring(0, Math.min(100, line.replaceAll("\\d+", "N").length()));
    }

    /// Compares, and takes a view that is done out.
    ///
    /// @param error the SQLSTATE with which the view stopped; empty where it goes on
    private void settle(
            Case candidate,
            Map<Case, Watched> watched,
            Map<Case, Outcome> outcomes,
            int step,
            String error)
            throws SQLException {
        Watched view = watched.get(candidate);
        if (view == null) {
            return;
        }
        Outcome outcome = compare(view, step, error);
        if (!(outcome instanceof Outcome.Equal)) {
            watched.remove(candidate);
            outcomes.put(candidate, outcome);
            close(view);
        }
    }

    private Outcome compare(Watched view, int step, String error) throws SQLException {
        ZSet expected;
        try {
            expected = answer(view);
        } catch (SQLException e) {
            if (error.startsWith("internal")) {
                return new Outcome.Fault(
                        "internal " + error.lines().findFirst().orElse(""), step, error);
            }
            return isRowError(e)
                    ? new Outcome.Failing(String.valueOf(e.getSQLState()))
                    : new Outcome.Invalid(String.valueOf(e.getMessage()));
        }
        if (!error.isEmpty()) {
            return new Outcome.Fault(
                    error.startsWith("internal")
                            ? error.lines().findFirst().orElse("")
                            : "fails with " + error,
                    step,
                    error + " where PostgreSQL answers");
        }
        List<String> differences = view.comparison.differences(expected, view.view.result());
        if (!differences.isEmpty()) {
            return new Outcome.Fault(
                    "differs",
                    step,
                    String.join("\n", differences.subList(0, Math.min(8, differences.size()))));
        }
        view.steps++;
        view.filled |= !expected.isEmpty();
        return new Outcome.Equal(view.steps, view.filled);
    }

    private static boolean isRowError(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return state.startsWith("22") || state.startsWith("21") || state.startsWith("23");
    }

    private static ZSet answer(Watched view) throws SQLException {
        ZSet answer = new ZSet();
        List<SqlType> types = view.comparison.types();
        try (ResultSet rows = view.answer.executeQuery()) {
            while (rows.next()) {
                @Nullable Object[] cells = new @Nullable Object[types.size()];
                for (int i = 0; i < cells.length; i++) {
                    byte[] image = rows.getBytes(i + 1);
                    cells[i] = image == null ? null : types.get(i).decode(image, 0, image.length);
                }
                answer.add(Row.of(cells), 1);
            }
        }
        return answer;
    }

    private String answer(String sql, ViewPlan plan) throws SQLException {
        List<String> images = new ArrayList<>();
        for (ViewPlan.OutputColumn column : plan.columns()) {
            images.add(send(column.type().oid()) + "(x." + Quoting.identifier(column.name()) + ")");
        }
        return "SELECT " + String.join(", ", images) + " FROM (" + sql + ") x";
    }

    private String send(int oid) throws SQLException {
        String known = sends.get(oid);
        if (known != null) {
            return known;
        }
        try (Statement statement = data.createStatement();
                ResultSet row =
                        statement.executeQuery(
                                "SELECT typsend::text FROM pg_type WHERE oid = "
                                        + Integer.toUnsignedString(oid))) {
            row.next();
            String send = row.getString(1);
            sends.put(oid, send);
            return send;
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        sessions.close();
        data.close();
        catalog.close();
    }
}
