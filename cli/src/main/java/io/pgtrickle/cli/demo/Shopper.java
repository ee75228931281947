package io.pgtrickle.cli.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// One client of the shop: each act is a transaction of one or many rows. It acts on its own orders only, and
/// locks products in the order of their ids, so that clients seldom wait for each other.
///
/// For one thread, which owns the connection.
final class Shopper {

    private static final List<String> REGIONS =
            List.of("north", "east", "south", "west", "overseas");
    private static final int CUSTOMERS = 500;
    private static final int PRODUCTS = 120;
    private static final int CATEGORY_COUNT = 6;

    /// Finished orders that are kept; older ones are deleted, so that the shop stays as big as it is.
    private static final int FINISHED_LIMIT = 800;

    private final Connection connection;
    private final RandomGenerator random;
    private final List<Long> open = new ArrayList<>();
    private final Deque<Long> finished = new ArrayDeque<>();

    private Shopper(Connection connection, RandomGenerator random) {
        this.connection = connection;
        this.random = random;
    }

    /// Takes over its share of the orders that are there.
    static Shopper open(Connection connection, RandomGenerator random, int number, int shoppers)
            throws SQLException {
        connection.setAutoCommit(false);
        Shopper shopper = new Shopper(connection, random);
        try (PreparedStatement orders =
                connection.prepareStatement(
                        "SELECT id, status FROM orders WHERE id % ? = ? ORDER BY id")) {
            orders.setInt(1, shoppers);
            orders.setInt(2, number);
            try (ResultSet result = orders.executeQuery()) {
                while (result.next()) {
                    if (result.getString(2).equals("open")) {
                        shopper.open.add(result.getLong(1));
                    } else {
                        shopper.finished.add(result.getLong(1));
                    }
                }
            }
        }
        connection.commit();
        return shopper;
    }

    /// One transaction, or none where a buyer changes his mind; says whether it committed.
    boolean act() throws SQLException {
        int dice = random.nextInt(100);
        if (finished.size() > FINISHED_LIMIT) {
            deleteOldOrders();
        } else if (dice < 45) {
            return buy();
        } else if (dice < 60) {
            cancel();
        } else if (dice < 80) {
            ship();
        } else if (dice < 88) {
            restock();
        } else if (dice < 95) {
            moveCustomers();
        } else {
            changePrices();
        }
        connection.commit();
        return true;
    }

    void giveUp() throws SQLException {
        connection.rollback();
    }

    private boolean buy() throws SQLException {
        long order;
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "INSERT INTO orders (customer_id) VALUES (?) RETURNING id")) {
            insert.setLong(1, 1 + random.nextInt(CUSTOMERS));
            try (ResultSet result = insert.executeQuery()) {
                result.next();
                order = result.getLong(1);
            }
        }
        TreeSet<Long> products = new TreeSet<>();
        for (int wishes = 1 + random.nextInt(4); wishes > 0; wishes--) {
            products.add(1L + random.nextInt(PRODUCTS));
        }
        int line = 0;
        for (long product : products) {
            int quantity = 1 + random.nextInt(5);
            update("UPDATE products SET stock = stock - ? WHERE id = ?", quantity, product);
            update(
                    "INSERT INTO order_lines (order_id, line, product_id, quantity, price)"
                            + " SELECT ?, ?, id, ?, price FROM products WHERE id = ?",
                    order,
                    ++line,
                    quantity,
                    product);
        }
        if (random.nextInt(50) == 0) {
            connection.rollback();
            return false;
        }
        connection.commit();
        open.add(order);
        return true;
    }

    /// The order stays, its goods go back to the shelf.
    private void cancel() throws SQLException {
        if (open.isEmpty()) {
            return;
        }
        int place = random.nextInt(open.size());
        long order = open.get(place);
        update(
                "UPDATE products SET stock = stock + back.quantity FROM ("
                        + "SELECT p.id, l.quantity FROM products AS p JOIN order_lines AS l ON l.product_id = p.id"
                        + " WHERE l.order_id = ? ORDER BY p.id FOR UPDATE OF p) AS back WHERE products.id = back.id",
                order);
        update("UPDATE orders SET status = 'cancelled' WHERE id = ?", order);
        open.remove(place);
        finished.add(order);
    }

    private void ship() throws SQLException {
        int shipped = Math.min(open.size(), 1 + random.nextInt(3));
        for (int i = 0; i < shipped; i++) {
            long order = open.getFirst();
            update("UPDATE orders SET status = 'shipped' WHERE id = ?", order);
            open.removeFirst();
            finished.add(order);
        }
    }

    private void restock() throws SQLException {
        update(
                "UPDATE products SET stock = stock + ? WHERE id IN"
                        + " (SELECT id FROM products WHERE stock < 30 ORDER BY id FOR UPDATE)",
                50 + random.nextInt(100));
    }

    private void moveCustomers() throws SQLException {
        long first = 1L + random.nextInt(CUSTOMERS);
        update(
                "UPDATE customers SET region = ? WHERE id IN"
                        + " (SELECT id FROM customers WHERE id BETWEEN ? AND ? ORDER BY id FOR UPDATE)",
                REGIONS.get(random.nextInt(REGIONS.size())),
                first,
                first + random.nextInt(4));
    }

    private void changePrices() throws SQLException {
        update(
                "UPDATE products SET price = round(price * ? / 100, 2) WHERE id IN"
                        + " (SELECT id FROM products WHERE id % ? = ? AND price BETWEEN 2 AND 500 ORDER BY id FOR UPDATE)",
                90 + random.nextInt(23), CATEGORY_COUNT, random.nextInt(CATEGORY_COUNT));
    }

    private void deleteOldOrders() throws SQLException {
        int deleted = 1 + random.nextInt(40);
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM orders WHERE id = ANY (?)")) {
            Long[] ids = new Long[deleted];
            for (int i = 0; i < deleted; i++) {
                ids[i] = finished.removeFirst();
            }
            delete.setArray(1, connection.createArrayOf("bigint", ids));
            delete.executeUpdate();
        }
    }

    private void update(String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.executeUpdate();
        }
    }
}
