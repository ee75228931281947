package io.pgtrickle.testsupport;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// Compares a view's table with its query, as bags of the columns' text, in one snapshot of PostgreSQL's.
public final class Comparison {

    private Comparison() {}

    /// The rows in which they differ, `-` for one that the table lacks, `+` for one that it has too many; at most 20.
    public static List<String> differences(Connection connection, String view, String query)
            throws SQLException {
        List<String> columns = columns(connection, query);
        String projection =
                String.join(
                        " || ' | ' || ",
                        columns.stream().map(c -> "coalesce(x." + c + "::text, 'NULL')").toList());
        // Each is evaluated once; the names are none that a view could have, for they would hide
        // it.
        String sql =
                "WITH \"rows of query\"(r) AS MATERIALIZED (SELECT "
                        + projection
                        + " FROM ("
                        + query
                        + ") x), \"rows of view\"(r) AS MATERIALIZED (SELECT "
                        + projection
                        + " FROM "
                        + view
                        + " x) SELECT '-' || r FROM (TABLE \"rows of query\" EXCEPT ALL TABLE \"rows of view\") a"
                        + " UNION ALL SELECT '+' || r FROM (TABLE \"rows of view\" EXCEPT ALL TABLE \"rows of query\") b"
                        + " ORDER BY 1 LIMIT 20";
        List<String> differences = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                differences.add(rows.getString(1));
            }
        }
        return differences;
    }

    private static List<String> columns(Connection connection, String query) throws SQLException {
        List<String> columns = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT * FROM (" + query + ") x LIMIT 0")) {
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                columns.add(
                        "\"" + rows.getMetaData().getColumnName(i).replace("\"", "\"\"") + "\"");
            }
        }
        return columns;
    }
}
