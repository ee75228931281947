SET search_path = shop, public;
INSERT INTO customers
SELECT i, CASE WHEN i % 7 = 0 THEN NULL WHEN i % 7 = 6 THEN '' ELSE chr(96 + i % 7) END, CASE WHEN i % 5 = 0 THEN 'b' ELSE 'name ' || i END,
       'user' || i || CASE WHEN i % 2 = 0 THEN '@example.com' ELSE '@x' END, (enum_range(NULL::mood))[1 + i % 3],
       date '2024-01-01' + i % 4, CASE WHEN i % 3 = 0 THEN NULL ELSE i * 1.5 END, i % 4 <> 0
  FROM generate_series(-2, 25) i;
INSERT INTO orders
SELECT i, i % 12, timestamptz '2024-01-01 00:00Z' + i * interval '7 hours', CASE WHEN i % 5 <> 0 THEN timestamp '2024-01-01' + i % 6 * interval '11 hours' END,
       CASE WHEN i % 3 = 0 THEN 'ab' WHEN i % 3 = 1 THEN '' END, (ARRAY[true, false, NULL])[1 + i % 3]
  FROM generate_series(1, 40) i;
INSERT INTO products
SELECT 'sku' || i, 'Title ' || i, 'Label', i * 1.10, i / 4.0, ARRAY['a', NULL, i::text], jsonb_build_object('n', i),
       ('00000000-0000-0000-0000-00000000000' || i)::uuid
  FROM generate_series(0, 9) i;
INSERT INTO products VALUES ('b', NULL, NULL, 0, NULL, NULL, NULL, NULL), ('e', NULL, NULL, -1.00, NULL, '{}', '{}', NULL);
INSERT INTO order_lines
SELECT o, l, 'sku' || (o * l) % 10, (o + l) % 6 + 1, CASE WHEN o % 4 <> 0 THEN (o + l) * 0.25 END, l / 2.0 FROM generate_series(1, 40) o, generate_series(1, 3) l WHERE (o + l) % 3 <> 0;
INSERT INTO events VALUES (NULL, NULL, NULL, NULL), ('2024-01-01', 1, '\x00', '1 mon'), ('2024-01-01', 2, '\x01', '30 days'), ('2024-01-02', 2, NULL, '-1 day'),
       ('2024-01-02', 2, NULL, '-1 day');
INSERT INTO "Odd ""Name" VALUES (1, 'a', 2, 's', 1, 'ж'), (2, NULL, NULL, NULL, NULL, NULL), (3, '', -1, '', 5, '表');
INSERT INTO by_index VALUES (1, 'a', 2), (1, 'b', NULL), (2, 'c', 0);
INSERT INTO dropped (id, kept, late) VALUES (1, 'a', 1), (2, NULL, 2), (3, 'c', NULL);
INSERT INTO parted_low VALUES (1, 1), (2, NULL);
INSERT INTO shop.result SELECT id FROM shop.customers;
