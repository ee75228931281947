CREATE TYPE pair AS (a int, b text);
CREATE TABLE customers (id int PRIMARY KEY, name text, region text COLLATE "C", parent int, tags text[], profile jsonb, size pair);
ALTER TABLE customers REPLICA IDENTITY FULL;
CREATE TABLE orders (id int PRIMARY KEY, customer int, placed date, amount numeric, quantity int, weight float8, grid int[]);
ALTER TABLE orders REPLICA IDENTITY FULL;
CREATE TABLE many (k int, v text);
ALTER TABLE many REPLICA IDENTITY FULL
;
CREATE FUNCTION product_step(numeric, numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 * coalesce($2, 1)';
CREATE AGGREGATE product(numeric) (SFUNC = product_step, STYPE = numeric, INITCOND = '1');
CREATE FUNCTION unfixed_step(int, int) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT $1 + $2';
CREATE AGGREGATE unfixed(int) (SFUNC = unfixed_step, STYPE = int, INITCOND = '0')
;
CREATE FUNCTION halves(int, OUT a int, OUT b text) RETURNS SETOF record LANGUAGE sql IMMUTABLE AS 'SELECT g, g::text FROM generate_series(1, $1) g';
CREATE FUNCTION pairs(int) RETURNS SETOF pair LANGUAGE sql IMMUTABLE AS 'SELECT g, g::text FROM generate_series(1, $1) g'
