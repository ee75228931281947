package io.pgtrickle.planner;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;

/// Work of which nothing stays in the database, in a transaction of its own or within one that has begun.
final class UndoneTransaction {

    /// What is done there.
    @FunctionalInterface
    interface Work<T> {
        T run() throws SQLException;
    }

    private UndoneTransaction() {}

    static <T> T run(Connection connection, Work<T> work) throws SQLException {
        boolean autoCommit = connection.getAutoCommit();
        connection.setAutoCommit(false);
        Savepoint start = connection.setSavepoint();
        try {
            return work.run();
        } finally {
            connection.rollback(start);
            if (autoCommit) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }
}
