package io.pgtrickle.docker;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/// A view that pgtrickle keeps, and what it should hold.
///
/// @param columns those of the query, without what pgtrickle adds of its own
record LiveView(String name, String columns, String query) {

    /// The rows, as bags of PostgreSQL's own text, that only the view or only its query has at one moment.
    List<String> differences(Connection connection) throws SQLException {
        String actual = "SELECT r::text FROM (SELECT " + columns + " FROM " + name + ") AS r";
        String expected = "SELECT r::text FROM (" + query + ") AS r";
        String sql =
                """
                SELECT 'only in the view: ' || r FROM (%1$s EXCEPT ALL %2$s) AS extra (r)
                UNION ALL
                SELECT 'only in the query: ' || r FROM (%2$s EXCEPT ALL %1$s) AS missing (r)\
                """
                        .formatted(actual, expected);
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet results = statement.executeQuery(sql)) {
            while (results.next()) {
                rows.add(results.getString(1));
            }
        }
        return rows;
    }
}
