package io.pgtrickle.cli.demo;

import java.util.List;

/// A view of the demo: what is kept fresh, under which name.
record DemoView(String name, String query) {

    /// One of each kind that there is: aggregates over joins of three and four tables, a join with a key, a filter, and a
    /// projection without any key, whose rows repeat.
    static final List<DemoView> ALL =
            List.of(
                    new DemoView(
                            "revenue_by_region",
                            """
                            SELECT c.region, count(*) AS lines, sum(l.quantity * l.price) AS revenue
                              FROM orders AS o
                                   JOIN customers AS c ON c.id = o.customer_id
                                   JOIN order_lines AS l ON l.order_id = o.id
                             WHERE o.status <> 'cancelled'
                             GROUP BY c.region\
                            """),
                    new DemoView(
                            "sales_by_category_and_region",
                            """
                            SELECT p.category, c.region, sum(l.quantity) AS sold, avg(l.price) AS average_price,
                                   min(l.price) AS lowest_price, max(l.price) AS highest_price
                              FROM order_lines AS l
                                   JOIN products AS p ON p.id = l.product_id
                                   JOIN orders AS o ON o.id = l.order_id
                                   JOIN customers AS c ON c.id = o.customer_id
                             WHERE o.status = 'shipped'
                             GROUP BY p.category, c.region\
                            """),
                    new DemoView(
                            "open_orders",
                            """
                            SELECT o.id, c.name AS customer, c.region, o.placed_at
                              FROM orders AS o JOIN customers AS c ON c.id = o.customer_id
                             WHERE o.status = 'open'\
                            """),
                    new DemoView(
                            "low_stock",
                            """
                            SELECT id, name, category, stock FROM products WHERE stock < 40\
                            """),
                    new DemoView(
                            "bulk_lines",
                            """
                            SELECT quantity, price, quantity * price AS amount FROM order_lines WHERE quantity >= 4\
                            """));
}
