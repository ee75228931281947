-- The tables of the benchmarks. ${rows} orders, ${customers} customers; order 0 of customer 0 is the marker: by its amount
-- a reader sees how far a consumer has come.

CREATE TABLE customers (
    id     bigint PRIMARY KEY,
    name   text NOT NULL,
    region text NOT NULL
);

CREATE TABLE orders (
    id          bigint PRIMARY KEY,
    customer_id bigint NOT NULL,
    amount      numeric(12, 2) NOT NULL,
    status      text NOT NULL,
    placed_at   timestamptz NOT NULL
);

INSERT INTO customers
SELECT i, 'customer ' || i, CASE WHEN i = 0 THEN 'marker' ELSE 'region ' || i % 10 END
  FROM generate_series(0, ${customers}) AS i;

INSERT INTO orders
SELECT i, CASE WHEN i = 0 THEN 0 ELSE 1 + (i * 7919::bigint) % ${customers} END,
       CASE WHEN i = 0 THEN 0 ELSE (100 + (i * 104729::bigint) % 900000) / 100.0 END,
       (ARRAY['open', 'shipped', 'paid'])[1 + i % 3],
       timestamptz '2026-01-01 00:00:00+00' + (i * 31::bigint % ${rows}) * interval '1 second'
  FROM generate_series(0, ${rows}) AS i;

-- TPC-H's six tables of query 5 in its proportions and with its value ranges; ${rows} lineitems, four an order.

CREATE TABLE region (r_regionkey integer PRIMARY KEY, r_name text NOT NULL);

CREATE TABLE nation (n_nationkey integer PRIMARY KEY, n_name text NOT NULL, n_regionkey integer NOT NULL);

CREATE TABLE supplier (s_suppkey bigint PRIMARY KEY, s_nationkey integer NOT NULL);

CREATE TABLE customer (c_custkey bigint PRIMARY KEY, c_nationkey integer NOT NULL);

CREATE TABLE tpch_orders (
    o_orderkey  bigint PRIMARY KEY,
    o_custkey   bigint NOT NULL,
    o_orderdate date NOT NULL
);

CREATE TABLE lineitem (
    l_orderkey      bigint NOT NULL,
    l_linenumber    integer NOT NULL,
    l_suppkey       bigint NOT NULL,
    l_quantity      numeric(12, 2) NOT NULL,
    l_extendedprice numeric(12, 2) NOT NULL,
    l_discount      numeric(12, 2) NOT NULL,
    PRIMARY KEY (l_orderkey, l_linenumber)
);

INSERT INTO region
SELECT i, (ARRAY['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'])[i + 1] FROM generate_series(0, 4) AS i;

INSERT INTO nation SELECT i, 'nation ' || i, i % 5 FROM generate_series(0, 24) AS i;

INSERT INTO supplier SELECT i, i * 7 % 25 FROM generate_series(0, greatest(${rows} / 600, 25)) AS i;

INSERT INTO customer SELECT i, i * 11 % 25 FROM generate_series(0, greatest(${rows} / 40, 25)) AS i;

INSERT INTO tpch_orders
SELECT i, (i * 7919::bigint) % greatest(${rows} / 40, 25), date '1992-01-01' + (i * 31::bigint % 2405)::integer
  FROM generate_series(0, ${rows} / 4) AS i;

INSERT INTO lineitem
SELECT i / 4, 1 + i % 4, (i * 104729::bigint) % greatest(${rows} / 600, 25), 1 + i % 50,
       (90000 + (i * 7919::bigint) % 9000000) / 100.0, (i % 11) / 100.0
  FROM generate_series(0, ${rows}) AS i;

-- For plans over rows that are made elsewhere.

CREATE TABLE facts (id bigint PRIMARY KEY, part bigint NOT NULL, amount bigint NOT NULL);

CREATE TABLE parts (id bigint PRIMARY KEY, amount bigint NOT NULL);

ANALYZE;

-- A backlog: transactions of one scattered row each. The other parameter makes each call touch other rows.

CREATE PROCEDURE touch_orders(transactions integer, salt bigint) LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..transactions LOOP
        UPDATE orders SET amount = amount + 1 WHERE id = 1 + (i * 7919::bigint + salt * 104729) % ${rows};
        COMMIT;
    END LOOP;
END $$;

CREATE PROCEDURE touch_lineitem(transactions integer, salt bigint) LANGUAGE plpgsql AS $$
DECLARE
    line bigint;
BEGIN
    FOR i IN 1..transactions LOOP
        line := 1 + (i * 7919::bigint + salt * 104729) % ${rows};
        UPDATE lineitem SET l_extendedprice = l_extendedprice + 1
         WHERE l_orderkey = line / 4 AND l_linenumber = 1 + line % 4;
        COMMIT;
    END LOOP;
END $$;
