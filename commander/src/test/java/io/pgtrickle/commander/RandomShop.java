package io.pgtrickle.commander;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Random;

/// Generated tables and changes: NULL-rich, duplicate-rich, skewed. Every statement says how many rows it must have touched.
final class RandomShop {

    /// A statement and the number of rows that it has to change.
    record Mutation(String sql, int minRows) {}

    private final Random random;
    private int nextId;

    RandomShop(long seed) {
        random = new Random(seed);
    }

    static void createTables(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    """
                    CREATE TABLE customers (
                        id int PRIMARY KEY, name text, region text, credit numeric(12, 2), "Joined On" date, active boolean);
                    CREATE TABLE orders (
                        id bigint PRIMARY KEY, customer_id int, amount numeric, quantity smallint, rate double precision,
                        placed timestamp, note varchar(40));
                    CREATE TABLE lines (
                        order_id bigint NOT NULL, line smallint NOT NULL, product int, price numeric(10, 3), quantity int,
                        PRIMARY KEY (order_id, line));
                    CREATE TABLE events (kind text, weight real, at timestamptz, payload jsonb, code char(4));
                    ALTER TABLE events REPLICA IDENTITY FULL;
                    """);
        }
    }

    /// The queries of the views over these tables: each construct that is kept fresh.
    static List<String> queries() {
        return List.of(
                "SELECT * FROM customers",
                "SELECT name, region FROM customers WHERE active AND credit > 100",
                "SELECT region, count(*) AS n, sum(credit) AS credit, avg(credit) AS mean, min(\"Joined On\") AS first,"
                        + " max(credit) AS best FROM customers GROUP BY region",
                "SELECT count(*) AS n, sum(amount) AS total, avg(quantity) AS q, min(rate) AS lo, max(placed) AS latest"
                        + " FROM orders",
                "SELECT o.id, c.name, o.amount, o.note FROM orders o JOIN customers c ON c.id = o.customer_id",
                "SELECT c.region, count(*) AS orders, sum(o.amount) AS revenue, sum(o.rate) AS rates"
                        + " FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.region",
                "SELECT c.region, l.product, sum(l.price * l.quantity) AS turnover, count(DISTINCT o.customer_id) AS buyers,"
                        + " max(l.price) AS top FROM lines l JOIN orders o ON o.id = l.order_id"
                        + " JOIN customers c ON c.id = o.customer_id GROUP BY c.region, l.product",
                "SELECT a.id AS a, b.id AS b FROM customers a JOIN customers b ON a.region = b.region AND a.id < b.id",
                "SELECT a.customer_id, count(*) AS pairs FROM orders a JOIN orders b ON a.customer_id = b.customer_id"
                        + " GROUP BY a.customer_id HAVING count(*) > 2",
                "SELECT kind, code, count(*) AS n, sum(weight) AS w, count(weight) AS known FROM events GROUP BY kind, code",
                "SELECT kind, payload, code FROM events WHERE weight IS DISTINCT FROM 1",
                "SELECT quantity % 3 AS bucket, sum(quantity) AS q, count(*) FILTER (WHERE note LIKE 'a%') AS a,"
                        + " sum(CASE WHEN amount > 10 THEN 1 ELSE 0 END) AS large FROM orders"
                        + " WHERE quantity IS NOT NULL GROUP BY quantity % 3",
                "SELECT o.note, e.kind FROM orders o, events e WHERE o.note = e.kind AND o.quantity > 2",
                "SELECT x.region, x.n * 2 AS twice FROM (SELECT region, count(*) AS n FROM customers GROUP BY region) x"
                        + " WHERE x.n > 1",
                "SELECT c.id, c.name, o.id AS order_id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.amount > 0",
                "SELECT c.id AS customer, o.id AS order_id, o.note FROM customers c FULL JOIN orders o ON o.customer_id = c.id",
                "SELECT id, amount, note FROM orders ORDER BY amount DESC NULLS LAST, id LIMIT 5",
                "SELECT DISTINCT ON (region) region, id, credit FROM customers ORDER BY region, credit DESC NULLS LAST, id",
                "SELECT id, customer_id, rank() OVER (PARTITION BY customer_id ORDER BY amount, id) AS place FROM orders",
                "SELECT id, name FROM customers c WHERE NOT EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id)");
    }

    /// One transaction of one or several statements.
    List<Mutation> transaction() {
        int statements = random.nextInt(4) == 0 ? 2 + random.nextInt(6) : 1;
        return random.ints(statements, 0, 100).mapToObj(this::mutation).toList();
    }

    private Mutation mutation(int dice) {
        int table = random.nextInt(4);
        if (dice < 45) {
            return insert(table);
        }
        if (dice < 75) {
            return update(table);
        }
        if (dice < 96) {
            return delete(table);
        }
        return random.nextInt(3) == 0
                ? new Mutation(
                        "TRUNCATE "
                                + List.of("lines", "events", "lines, orders")
                                        .get(random.nextInt(3)),
                        0)
                : new Mutation("UPDATE orders SET amount = amount * 2 WHERE id % 3 = 1", 0);
    }

    private Mutation insert(int table) {
        nextId++;
        return switch (table) {
            case 0 ->
                    new Mutation(
                            "INSERT INTO customers VALUES ("
                                    + nextId
                                    + ", "
                                    + name()
                                    + ", "
                                    + region()
                                    + ", "
                                    + decimal()
                                    + ", "
                                    + date()
                                    + ", "
                                    + pick("true", "false", "NULL")
                                    + ")",
                            1);
            case 1 ->
                    new Mutation(
                            "INSERT INTO orders VALUES ("
                                    + nextId
                                    + ", "
                                    + customer()
                                    + ", "
                                    + decimal()
                                    + ", "
                                    + small()
                                    + ", "
                                    + real()
                                    + ", "
                                    + timestamp()
                                    + ", "
                                    + name()
                                    + "), ("
                                    + ++nextId
                                    + ", "
                                    + customer()
                                    + ", "
                                    + decimal()
                                    + ", "
                                    + small()
                                    + ", "
                                    + real()
                                    + ", "
                                    + timestamp()
                                    + ", "
                                    + name()
                                    + ")",
                            2);
            case 2 ->
                    new Mutation(
                            "INSERT INTO lines SELECT id, "
                                    + random.nextInt(3)
                                    + ", "
                                    + small()
                                    + ", "
                                    + decimal()
                                    + ", "
                                    + small()
                                    + " FROM orders WHERE id % 5 = "
                                    + random.nextInt(5)
                                    + " ON CONFLICT DO NOTHING",
                            0);
            default ->
                    new Mutation(
                            "INSERT INTO events VALUES ("
                                    + name()
                                    + ", "
                                    + pick("1", "1.5", "NULL", "0.25", "'NaN'")
                                    + ", now(), "
                                    + pick("'{\"a\": 1}'", "'[1, 2.50]'", "NULL")
                                    + ", "
                                    + pick("'a'", "'b '", "NULL")
                                    + ")",
                            1);
        };
    }

    private Mutation update(int table) {
        int modulus = 2 + random.nextInt(9);
        String some = " WHERE id % " + modulus + " = " + random.nextInt(modulus);
        return switch (table) {
            case 0 ->
                    random.nextInt(4) == 0
                            ? new Mutation(
                                    "UPDATE customers SET id = id + 100000"
                                            + some
                                            + " AND id < 100000",
                                    0)
                            : new Mutation(
                                    "UPDATE customers SET region = "
                                            + region()
                                            + ", credit = "
                                            + decimal()
                                            + some,
                                    0);
            case 1 ->
                    new Mutation(
                            "UPDATE orders SET customer_id = "
                                    + customer()
                                    + ", amount = "
                                    + decimal()
                                    + ", rate = "
                                    + real()
                                    + some,
                            0);
            case 2 ->
                    new Mutation(
                            "UPDATE lines SET price = "
                                    + decimal()
                                    + ", quantity = "
                                    + small()
                                    + " WHERE line = "
                                    + random.nextInt(3),
                            0);
            default ->
                    new Mutation(
                            "UPDATE events SET kind = "
                                    + name()
                                    + " WHERE ctid IN (SELECT min(ctid) FROM events)",
                            0);
        };
    }

    private Mutation delete(int table) {
        int modulus = 3 + random.nextInt(9);
        return switch (table) {
            case 0 ->
                    new Mutation(
                            "DELETE FROM customers WHERE id % "
                                    + modulus
                                    + " = "
                                    + random.nextInt(modulus),
                            0);
            case 1 ->
                    new Mutation(
                            "DELETE FROM orders WHERE id % "
                                    + modulus
                                    + " = "
                                    + random.nextInt(modulus),
                            0);
            case 2 -> new Mutation("DELETE FROM lines WHERE line = " + random.nextInt(3), 0);
            default ->
                    new Mutation(
                            "DELETE FROM events WHERE ctid IN (SELECT max(ctid) FROM events)", 0);
        };
    }

    private String customer() {
        return pick(
                "NULL",
                "1",
                "2",
                "(SELECT max(id) FROM customers)",
                String.valueOf(random.nextInt(nextId + 1)));
    }

    private String name() {
        return pick("NULL", "'a'", "'ab'", "'A|B'", "'x''y'", "'\u00e9\ud83d\ude00'", "'a '", "''");
    }

    private String region() {
        return pick("NULL", "'north'", "'south'", "'south'", "'South'", "''");
    }

    private String decimal() {
        return pick("NULL", "0", "1.0", "1.00", "12.5", "-3.25", "100.01", "9999.99", "0.001");
    }

    private String small() {
        return pick("NULL", "0", "1", "2", "3", "-7", "300");
    }

    private String real() {
        return pick("NULL", "0", "0.5", "0.25", "1e10", "-0.125");
    }

    private String date() {
        return pick("NULL", "'2020-01-01'", "'1999-12-31'", "'infinity'");
    }

    private String timestamp() {
        return pick("NULL", "'2020-01-01 00:00:00'", "'2024-02-29 12:34:56.789'");
    }

    private String pick(String... values) {
        return values[random.nextInt(values.length)];
    }
}
