-- Random values of all kinds, close to one another so that there are ties; for TypesIT.

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy', '');
CREATE DOMAIN positive AS numeric CHECK (value > 0);
CREATE TYPE pair AS (a integer, b text COLLATE "C");
ALTER TYPE pair ADD ATTRIBUTE gone integer;
ALTER TYPE pair ADD ATTRIBUTE c numeric;
ALTER TYPE pair DROP ATTRIBUTE gone;
CREATE TYPE nested AS (p pair, moods mood[], d positive);
CREATE TYPE textrange AS RANGE (subtype = text, collation = "C");

CREATE FUNCTION below(n integer) RETURNS integer LANGUAGE sql VOLATILE AS 'SELECT floor(random() * n)::integer';

CREATE FUNCTION pick(VARIADIC texts text[]) RETURNS text LANGUAGE sql VOLATILE AS
    'SELECT texts[1 + below(array_length(texts, 1))]';

CREATE FUNCTION some_text() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(string_agg(pick('a', 'b', ' ', 'é', 'ﬀ', '😀', E'\u0001', E'\uffff', '"', E'\\', E'\n', 'A', '1'), ''), '')
      FROM generate_series(1, below(5)) $$;

CREATE FUNCTION some_numeric() RETURNS numeric LANGUAGE sql VOLATILE AS $$
    SELECT CASE below(4)
        WHEN 0 THEN pick('NaN', 'Infinity', '-Infinity', '0', '0.00', '1', '1.0', '1.00', '-1', '1e20', '1e-20', '10000', '9999.9999')::numeric
        WHEN 1 THEN round((random() * 10 - 5)::numeric, below(3))
        WHEN 2 THEN round((random() * 2 - 1)::numeric * 10::numeric ^ (below(60) - 30), below(40))
        ELSE (below(10) - 5)::numeric END $$;

CREATE FUNCTION some_integer() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT CASE below(3) WHEN 0 THEN below(10) - 5 WHEN 1 THEN below(60000) - 30000
        ELSE pick('2147483647', '-2147483648', '0', '1', '65535', '-65536')::bigint END $$;

CREATE FUNCTION some_bigint() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT CASE below(3) WHEN 0 THEN below(10) - 5 WHEN 1 THEN ((random() - 0.5) * 1.8e19)::bigint
        ELSE pick('9223372036854775807', '-9223372036854775808', '4294967296', '-1', '0')::bigint END $$;

CREATE FUNCTION some_float() RETURNS double precision LANGUAGE sql VOLATILE AS $$
    SELECT CASE below(3) WHEN 0 THEN pick('NaN', 'Infinity', '-Infinity', '0', '-0', '1', '-1', '1e-30', '1e30')::double precision
        WHEN 1 THEN random() * 10 - 5 ELSE (random() - 0.5) * 10.0 ^ (below(60) - 30) END $$;

CREATE FUNCTION some_timestamp() RETURNS timestamp LANGUAGE sql VOLATILE AS $$
    SELECT CASE below(4)
        WHEN 0 THEN pick('infinity', '-infinity', '4714-11-24 00:00:00 BC', '294276-12-31 23:59:59.999999', 'epoch', '2000-01-01', '0001-12-31 BC')::timestamp
        WHEN 1 THEN timestamp '2024-01-01' + below(5) * interval '1 day'
        WHEN 2 THEN timestamp '2000-01-01' + (random() - 0.5) * interval '100 years'
        ELSE timestamp '2000-01-01' + (random() - 0.5) * 10000 * interval '1 microsecond' END $$;

CREATE FUNCTION some_date() RETURNS date LANGUAGE sql VOLATILE AS $$
    SELECT CASE below(3) WHEN 0 THEN pick('infinity', '-infinity', '4714-11-24 BC', '5874897-12-31', '2000-01-01')::date
        ELSE date '2000-01-01' + below(50) - 25 END $$;

CREATE FUNCTION some_interval() RETURNS interval LANGUAGE sql VOLATILE AS $$
    SELECT CASE below(3)
        WHEN 0 THEN pick('1 mon', '30 days', '720 hours', '-1 mon +30 days', '0', '-1 day +24:00:00', '1 year', '360 days',
            '178000000 years', '-178000000 years')::interval
        WHEN 1 THEN make_interval(months => below(5) - 2, days => below(5) - 2, hours => below(5) - 2)
        ELSE make_interval(months => below(10000) - 5000, days => below(10000) - 5000, secs => random() * 1e6) END $$;

CREATE FUNCTION some_inet() RETURNS inet LANGUAGE sql VOLATILE AS $$
    SELECT CASE below(3)
        WHEN 0 THEN set_masklen(('10.' || below(3) || '.' || below(2) * 128 || '.' || below(3))::inet, below(33))
        WHEN 1 THEN set_masklen((below(256) || '.' || below(256) || '.0.' || below(256))::inet, below(33))
        ELSE set_masklen((pick('::', 'fe80::', '2001:db8::', '::ffff:') || below(3))::inet, below(129)) END $$;

CREATE FUNCTION some_jsonb(depth integer) RETURNS jsonb LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    RETURN CASE below(CASE WHEN depth = 0 THEN 8 ELSE 13 END)
        WHEN 0 THEN jsonb 'null'
        WHEN 1 THEN to_jsonb(random() < 0.5)
        WHEN 2 THEN to_jsonb(some_text())
        WHEN 3 THEN to_jsonb(some_numeric())
        WHEN 4 THEN pick('1', '1.0', '1.00', '1e400', '-1e-300', '0', '0.0', '123456789012345678901234567890.1')::jsonb
        WHEN 5 THEN jsonb '[]'
        WHEN 6 THEN jsonb '{}'
        WHEN 7 THEN to_jsonb(below(3))
        WHEN 8 THEN (SELECT coalesce(jsonb_agg(some_jsonb(depth - 1)), '[]') FROM generate_series(1, below(4)))
        WHEN 9 THEN (SELECT coalesce(jsonb_agg(below(3)), '[]') FROM generate_series(1, below(4)))
        WHEN 10 THEN (SELECT coalesce(jsonb_object_agg(pick('a', 'b', 'aa', 'ab', 'é', 'ccc'), below(3)), '{}') FROM generate_series(1, below(4)))
        ELSE (SELECT coalesce(jsonb_object_agg(some_text(), some_jsonb(depth - 1)), '{}') FROM generate_series(1, below(4))) END;
END $$;

CREATE FUNCTION some_array(element text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    result text;
BEGIN
    -- the caller casts the literal to its type
    CASE below(8)
        WHEN 0 THEN result := '{}';
        WHEN 1 THEN EXECUTE format('SELECT (ARRAY[[%1$s, %1$s], [%1$s, NULL]])::text', element) INTO result;
        WHEN 2 THEN EXECUTE format('SELECT (ARRAY[[%1$s], [%1$s]])::text', element) INTO result;
        WHEN 3 THEN EXECUTE format('SELECT ''['' || lb || '':'' || lb + 1 || '']='' || (ARRAY[%1$s, %1$s])::text FROM (SELECT below(5) - 2 AS lb) l', element)
            INTO result;
        ELSE EXECUTE format('SELECT coalesce(array_agg(CASE WHEN random() < 0.2 THEN NULL ELSE %1$s END), ''{}'')::text FROM generate_series(1, below(4))', element)
            INTO result;
    END CASE;
    RETURN result;
END $$;

CREATE FUNCTION some_range(kind text, element text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    result text;
BEGIN
    IF below(20) = 0 THEN
        RETURN 'empty';
    END IF;
    EXECUTE format(
        'SELECT %1$s(CASE WHEN below(8) > 0 THEN least(a, b) END, CASE WHEN below(8) > 0 THEN greatest(a, b) END,
            pick(''[)'', ''[]'', ''()'', ''(]''))::text FROM (SELECT %2$s AS a, %2$s AS b) v', kind, element) INTO result;
    RETURN result;
END $$;

CREATE FUNCTION some_multirange(kind text, element text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    result text;
BEGIN
    SELECT '{' || coalesce(string_agg(some_range(kind, element), ','), '') || '}' INTO result FROM generate_series(1, below(4));
    RETURN result;
END $$;
