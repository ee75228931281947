package io.pgtrickle.docker;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

/// The application: two tables, their changes, and the views over them.
final class Shop implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Connection connection;

    private Shop(Connection connection) {
        this.connection = connection;
    }

    static Shop open(Connection connection) throws SQLException {
        Shop shop = new Shop(connection);
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE customers (id int PRIMARY KEY, region text NOT NULL)");
            statement.execute(
                    """
                    CREATE TABLE orders (
                        id int PRIMARY KEY, customer_id int NOT NULL, amount numeric(10, 2) NOT NULL)\
                    """);
        }
        shop.commit(
                new Change(
                        3, "INSERT INTO customers VALUES (1, 'north'), (2, 'north'), (3, 'west')"),
                new Change(
                        4,
                        "INSERT INTO orders VALUES (1, 1, 9.99), (2, 2, 20), (3, 1, 20), (4, 3, 5)"));
        return shop;
    }

    void create(LiveView view) throws SQLException {
        try (PreparedStatement call =
                connection.prepareStatement("CALL pgtrickle.create_view(?, ?)")) {
            call.setString(1, view.name());
            call.setString(2, view.query());
            call.execute();
        }
    }

    /// One transaction. A change that changes another number of rows than it says is a fault of the test.
    void commit(Change... changes) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN");
            for (Change change : changes) {
                assertThat(statement.executeUpdate(change.sql()))
                        .as(change.sql())
                        .isEqualTo(change.rows());
            }
            statement.execute("COMMIT");
        }
    }

    /// Returns when each view equals its query.
    void awaitExact(LiveView... views) throws SQLException {
        for (LiveView view : views) {
            String expectation = "view \"" + view.name() + "\" equals its query";
            Poll.until(expectation, PATIENCE, () -> view.differences(connection), List::isEmpty);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }

    /// @param rows how many it inserts, updates or deletes
    record Change(int rows, String sql) {}
}
