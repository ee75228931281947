package io.pgtrickle.cli.demo;

import io.pgtrickle.postgres.Quoting;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Compares views that stand still with their queries, in SQL, so that PostgreSQL itself is the judge: the difference of both bags
/// of rows, as text, in both directions.
final class Comparison {

    /// A difference has no end of rows; a reader has.
    private static final int ROWS_SHOWN = 10;

    /// @param differences rows with `+` in front where the view has too many, `-` where it lacks them
    record Outcome(String view, long rows, List<String> differences) {

        boolean exact() {
            return differences.isEmpty();
        }

        @Override
        public String toString() {
            return (exact() ? "exact: " : "DIFFERENT: ")
                    + view
                    + ", "
                    + rows
                    + (rows == 1 ? " row" : " rows")
                    + differences.stream().map(row -> "\n  " + row).collect(Collectors.joining());
        }
    }

    private Comparison() {}

    /// All views at one moment.
    static List<Outcome> of(Connection connection, List<DemoView> views) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            List<Outcome> outcomes = new ArrayList<>();
            for (DemoView view : views) {
                outcomes.add(compare(statement, view));
            }
            return outcomes;
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private static Outcome compare(Statement statement, DemoView view) throws SQLException {
        String columns =
                columns(statement, view).stream()
                        .map(name -> Quoting.identifier(name) + "::text")
                        .collect(Collectors.joining(", "));
        String table = Quoting.identifier(view.name());
        String ofView = "SELECT " + columns + " FROM " + table;
        String ofQuery = "SELECT " + columns + " FROM (" + view.query() + ") AS q";
        List<String> differences = new ArrayList<>();
        differences.addAll(rows(statement, "+", ofView + " EXCEPT ALL " + ofQuery));
        differences.addAll(rows(statement, "-", ofQuery + " EXCEPT ALL " + ofView));
        try (ResultSet count = statement.executeQuery("SELECT count(*) FROM " + table)) {
            count.next();
            return new Outcome(view.name(), count.getLong(1), differences);
        }
    }

    private static List<String> rows(Statement statement, String sign, String query)
            throws SQLException {
        List<String> rows = new ArrayList<>();
        try (ResultSet result =
                statement.executeQuery(
                        "SELECT d::text FROM (" + query + ") AS d LIMIT " + ROWS_SHOWN)) {
            while (result.next()) {
                rows.add(sign + " " + result.getString(1));
            }
        }
        return rows;
    }

    /// The query's own columns: not the one by which pgtrickle tells equal rows apart.
    private static List<String> columns(Statement statement, DemoView view) throws SQLException {
        List<String> names = new ArrayList<>();
        try (ResultSet result =
                statement.executeQuery("SELECT * FROM (" + view.query() + ") AS q LIMIT 0")) {
            for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                names.add(result.getMetaData().getColumnName(i));
            }
        }
        return names;
    }
}
