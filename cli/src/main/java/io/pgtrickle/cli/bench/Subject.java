package io.pgtrickle.cli.bench;

import java.util.List;

/// The views that are measured; their tables are those of `workload.sql`.
///
/// @param source the table whose rows are changed
/// @param probe the amount of the marker order, as the view shows it; empty where it doesn't
record Subject(String name, String source, String query, String probe) {

    /// 10,000 groups.
    static final Subject V1 =
            new Subject(
                    "v1",
                    "orders",
                    """
                    SELECT customer_id, count(*) AS orders, sum(amount) AS total, avg(amount) AS average
                      FROM orders GROUP BY customer_id\
                    """,
                    "SELECT total FROM v1 WHERE customer_id = 0");

    /// Ten hot groups.
    static final Subject V2 =
            new Subject(
                    "v2",
                    "orders",
                    """
                    SELECT c.region, count(*) AS orders, sum(o.amount) AS total
                      FROM orders AS o JOIN customers AS c ON c.id = o.customer_id GROUP BY c.region\
                    """,
                    "SELECT total FROM v2 WHERE region = 'marker'");

    /// A row out for each order.
    static final Subject V3 =
            new Subject(
                    "v3",
                    "orders",
                    """
                    SELECT o.id, o.amount, o.placed_at, c.name, c.region
                      FROM orders AS o JOIN customers AS c ON c.id = o.customer_id\
                    """,
                    "SELECT amount FROM v3 WHERE id = 0");

    /// TPC-H Q5.
    static final Subject V4 =
            new Subject(
                    "v4",
                    "lineitem",
                    """
                    SELECT n_name, sum(l_extendedprice * (1 - l_discount)) AS revenue
                      FROM customer, tpch_orders, lineitem, supplier, nation, region
                     WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND l_suppkey = s_suppkey
                       AND c_nationkey = s_nationkey AND s_nationkey = n_nationkey AND n_regionkey = r_regionkey
                       AND r_name = 'ASIA' AND o_orderdate >= DATE '1994-01-01' AND o_orderdate < DATE '1995-01-01'
                     GROUP BY n_name\
                    """,
                    "");

    static final Subject V5 =
            new Subject(
                    "v5",
                    "orders",
                    "SELECT id, customer_id, amount FROM orders ORDER BY amount DESC, id LIMIT 100",
                    "");

    /// The latest order of each customer.
    static final Subject V6 =
            new Subject(
                    "v6",
                    "orders",
                    """
                    SELECT DISTINCT ON (customer_id) customer_id, id, amount, placed_at
                      FROM orders ORDER BY customer_id, placed_at DESC, id DESC\
                    """,
                    "SELECT amount FROM v6 WHERE customer_id = 0");

    static final List<Subject> ALL = List.of(V1, V2, V3, V4, V5, V6);

    /// One of many views over the same tables: each change concerns most of them, and each result is small.
    static Subject amountsOver(int number) {
        return new Subject(
                "over_" + number,
                "orders",
                """
                SELECT c.region, count(*) AS orders, sum(o.amount) AS total
                  FROM orders AS o JOIN customers AS c ON c.id = o.customer_id
                 WHERE o.amount > %d GROUP BY c.region\
                """
                        .formatted(number * 10),
                "");
    }
}
