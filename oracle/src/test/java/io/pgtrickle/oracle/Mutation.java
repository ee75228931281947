package io.pgtrickle.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/// A statement and how many rows it has to change: a change of nothing proves nothing.
record Mutation(String sql, int minRows, int maxRows) {

    Mutation(String sql, int rows) {
        this(sql, rows, rows);
    }

    static Mutation one(String sql) {
        return new Mutation(sql, 1);
    }

    static Mutation some(String sql, int minRows) {
        return new Mutation(sql, minRows, Integer.MAX_VALUE);
    }

    /// In one transaction.
    static void run(Connection connection, List<Mutation> mutations) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            for (Mutation mutation : mutations) {
                assertThat(statement.executeUpdate(mutation.sql))
                        .as(mutation.sql)
                        .isBetween(mutation.minRows, mutation.maxRows);
            }
            connection.commit();
        } finally {
            connection.setAutoCommit(true);
        }
    }
}
