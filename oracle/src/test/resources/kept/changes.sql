INSERT INTO customers VALUES (1, 'Ann', 'north', NULL, '{a,b}', '{"n": 1, "list": [1, 2, "x"], "deep": {"k": "v"}}', '(1,x)'), (2, 'Bob', 'south', 1, '{}', '[1, 2.50, null]', NULL), (3, NULL, 'north', 1, NULL, NULL, '(,)'), (4, 'Dan', NULL, 2, '{c,NULL,a}', 'null', '(2,)')
INSERT INTO orders VALUES (10, 1, '2020-01-01', 1.0, 1, 0, '{{1,2},{3,4}}'), (11, 1, '2020-01-02', 1.00, 2, '-0', '{5}'), (12, 2, NULL, 3, NULL, 1.5, NULL), (13, NULL, '2021-05-05', NULL, 2, 'NaN', '[0:1]={7,8}'), (14, 2, '2020-01-01', 1.0, 1, 0.1, '{}')
INSERT INTO many VALUES (1, 'a'), (1, 'a'), (1, NULL), (NULL, 'b'), (2, '')

UPDATE orders SET amount = 1.00 WHERE id = 10

INSERT INTO orders VALUES (15, 3, '2022-02-02', 5.50, 4, 2, '{1,2,3}')
INSERT INTO many VALUES (1, 'a'), (3, 'c')

UPDATE customers SET parent = 3, name = 'Anna', size = '(7,y)' WHERE id = 1

DELETE FROM orders WHERE id IN (10, 12)
DELETE FROM many WHERE v IS NULL

UPDATE orders SET customer = 4, weight = '-0' WHERE id = 14
UPDATE customers SET tags = '{z}', profile = '{"n": "1", "list": []}' WHERE id = 2

DELETE FROM customers WHERE id = 1

INSERT INTO customers VALUES (1, 'Ann', 'north', 2, '{b}', '{"list": [{"a": 1}, {"a": 2}]}', '(1,x)')
DELETE FROM many WHERE k = 1

TRUNCATE orders

INSERT INTO orders VALUES (20, 1, '2020-01-01', 2, 1, 0, '{1,2}'), (21, 1, '2020-01-01', 2.0, 1, '-0', '{1,2}')
