-- What the queries of *.spec are about. The database's locale is C unless a column says otherwise.
CREATE SCHEMA shop;
SET search_path = shop, public;

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN amount AS numeric(12, 2);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE pair AS (a int, b text);
CREATE COLLATION folding (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE COLLATION german (provider = icu, locale = 'de');

CREATE TABLE customers (
    id int PRIMARY KEY,
    region text,
    name varchar(40) NOT NULL,
    email text NOT NULL UNIQUE,
    mood mood,
    since date NOT NULL DEFAULT '2020-01-01',
    credit amount,
    active boolean NOT NULL DEFAULT true
);
CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer_id int NOT NULL REFERENCES customers,
    placed timestamptz NOT NULL DEFAULT now(),
    shipped timestamp,
    status char(4),
    paid boolean
);
CREATE TABLE products (
    sku text COLLATE "C" PRIMARY KEY,
    title text COLLATE german,
    label text COLLATE folding,
    price numeric(10, 2) NOT NULL,
    weight real,
    tags text[],
    attributes jsonb,
    ref uuid
);
CREATE TABLE order_lines (
    order_id bigint NOT NULL REFERENCES orders,
    line smallint NOT NULL,
    sku text COLLATE "C" NOT NULL REFERENCES products,
    quantity smallint NOT NULL,
    price numeric(10, 2),
    discount float8,
    PRIMARY KEY (order_id, line)
);
CREATE TABLE events (at timestamp, kind int, body bytea, span interval);
ALTER TABLE events REPLICA IDENTITY FULL;

CREATE TABLE "Odd ""Name" ("Weird } col" int PRIMARY KEY, "a{b" text, "x\y" int, "select" text, "<>" int, "ключ" text);

CREATE TABLE by_index (k1 int NOT NULL, k2 text NOT NULL, other int, UNIQUE (k1, k2));
CREATE UNIQUE INDEX by_index_k2 ON by_index (k2);
ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_k1_k2_key;

CREATE TABLE dropped (id int PRIMARY KEY, gone text, kept text);
ALTER TABLE dropped DROP COLUMN gone;
ALTER TABLE dropped ADD COLUMN late int;

CREATE TABLE no_key (a int, b int);
CREATE TABLE identity_nothing (id int PRIMARY KEY);
ALTER TABLE identity_nothing REPLICA IDENTITY NOTHING;
CREATE TABLE deferred_key (id int NOT NULL, v int);
ALTER TABLE deferred_key ADD PRIMARY KEY (id) DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE secret (id int PRIMARY KEY, v int);
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY);
CREATE TABLE parted (id int, v int, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (100);
CREATE TABLE parent (id int PRIMARY KEY, v int);
CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
CREATE TABLE generated (id int PRIMARY KEY, v int, twice int GENERATED ALWAYS AS (v * 2) STORED);
CREATE TABLE nothing ();
ALTER TABLE nothing REPLICA IDENTITY FULL;
CREATE VIEW customer_view AS SELECT id, region FROM customers;
CREATE MATERIALIZED VIEW customer_snapshot AS SELECT id FROM customers;
CREATE SEQUENCE numbers;

CREATE FUNCTION triple(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 3';
CREATE FUNCTION dice() RETURNS int LANGUAGE sql VOLATILE AS 'SELECT 4';
CREATE AGGREGATE product_of(numeric) (SFUNC = numeric_mul, STYPE = numeric, INITCOND = '1');

-- As the installation has them, as far as the planner looks at them.
CREATE SCHEMA pgtrickle;
CREATE TABLE pgtrickle.view (id bigint PRIMARY KEY, relation oid, tree text);
CREATE TABLE result (id int PRIMARY KEY);
CREATE VIEW result_query AS SELECT id FROM customers;
INSERT INTO pgtrickle.view
    SELECT 1, 'result'::regclass, ev_action::text FROM pg_catalog.pg_rewrite WHERE ev_class = 'result_query'::regclass;
