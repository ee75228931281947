package io.pgtrickle.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.Query;

/// Texts of statements as pgjdbc sends them.
public final class StatementText {

    private StatementText() {}

    /// The parts that pgjdbc would send, and PostgreSQL execute, one after another.
    public static List<String> split(Connection connection, String sql) throws SQLException {
        Query whole =
                connection
                        .unwrap(BaseConnection.class)
                        .getQueryExecutor()
                        .createQuery(sql, false, false)
                        .query;
        Query[] several = whole.getSubqueries();
        List<String> parts = new ArrayList<>();
        for (Query part : several == null ? new Query[] {whole} : several) {
            parts.add(part.getNativeSql());
        }
        return parts;
    }
}
