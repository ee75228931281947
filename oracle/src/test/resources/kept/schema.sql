CREATE TYPE pair AS (a int, b text);
CREATE TABLE customers (id int PRIMARY KEY, name text, region text COLLATE "C", parent int, tags text[], profile jsonb, size pair);
ALTER TABLE customers REPLICA IDENTITY FULL;
CREATE TABLE orders (id int PRIMARY KEY, customer int, placed date, amount numeric, quantity int, weight float8, grid int[]);
ALTER TABLE orders REPLICA IDENTITY FULL;
CREATE TABLE many (k int, v text);
ALTER TABLE many REPLICA IDENTITY FULL
