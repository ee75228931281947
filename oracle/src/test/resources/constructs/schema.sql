CREATE TABLE customers (id int PRIMARY KEY, name text, region text, parent int, tags text[], profile jsonb);
CREATE TABLE orders (id int PRIMARY KEY, customer int, placed date, amount numeric, quantity int);
