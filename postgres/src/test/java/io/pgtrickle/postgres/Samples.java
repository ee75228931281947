package io.pgtrickle.postgres;

import java.util.List;

/// A table under awkward names with a column of each family of types, and rows with their extreme values.
final class Samples {

    static final String NAME = "\"Odd schema\".\"Sam\"\"ples?\"";

    private Samples() {}

    static void create(PostgresFixture fixture) {
        fixture.execute("CREATE SCHEMA \"Odd schema\"");
        fixture.execute(
                "CREATE TYPE \"Odd schema\".\"Mood?\" AS ENUM ('sad', 'o''k', '\"happy\"', 'ä')");
        fixture.execute("CREATE DOMAIN \"Odd schema\".positive AS numeric(12,3) CHECK (VALUE > 0)");
        fixture.execute(
                "CREATE DOMAIN \"Odd schema\".short AS varchar(5) COLLATE \"C\" CHECK (VALUE <> '')");
        fixture.execute(
                "CREATE TYPE \"Odd schema\".pair AS (n integer, \"Text\" text, m \"Odd schema\".\"Mood?\"[])");
        fixture.execute("CREATE TABLE " + NAME + " (" + COLUMNS + ")");
        fixture.execute("INSERT INTO " + NAME + " DEFAULT VALUES");
        for (String values : ROWS) {
            fixture.execute("INSERT INTO " + NAME + " VALUES (" + values + ")");
        }
    }

    /// The rows as text, sorted, in the columns of the source.
    static List<String> texts(PostgresFixture fixture, ResultTable table) {
        String columns = String.join(", ", table.columnNames());
        return fixture.texts(
                "SELECT ROW(" + columns + ")::text FROM " + table.qualifiedName() + " ORDER BY 1");
    }

    /// Name, type, modifier and collation of each column but the hidden one.
    static List<String> declarations(PostgresFixture fixture, ResultTable table) {
        return fixture.texts(
                "SELECT ROW(attname, atttypid, atttypmod, attcollation)::text FROM pg_attribute"
                        + " WHERE attrelid = "
                        + Quoting.literal(table.qualifiedName())
                        + "::regclass AND attnum > 0"
                        + " AND NOT attisdropped AND attname <> '__pgtrickle_row' ORDER BY attnum");
    }

    /// Columns whose types can be keys.
    static List<String> keyColumns() {
        return List.of(
                "b",
                "i2",
                "i4",
                "i8",
                "o",
                "\"Quoted \"\"name?\"",
                "f4",
                "f8",
                "n",
                "np",
                "t",
                "vc",
                "bc",
                "nm",
                "by",
                "u",
                "d",
                "ti",
                "ts",
                "tz",
                "ttz",
                "iv",
                "m",
                "e",
                "dom",
                "sdom",
                "inet",
                "bits",
                "ir",
                "mac");
    }

    private static final String COLUMNS =
            """
            b boolean, i2 smallint, i4 integer, i8 bigint, o oid, "Quoted ""name?" integer, f4 real, f8 double precision,
            n numeric, np numeric(10,2), t text, vc varchar(20) COLLATE "C", bc char(5), nm name, by bytea, u uuid,
            d date, ti time(3), ts timestamp, tz timestamptz(2), ttz timetz, iv interval, ivh interval hour to minute,
            m money, e "Odd schema"."Mood?", dom "Odd schema".positive, sdom "Odd schema".short, j json, jb jsonb,
            inet inet, cidr cidr, mac macaddr, bits bit varying(9), fixed bit(3), ir int4range, nr numrange, tsr tstzrange,
            p point, ia integer[], ta text[], na numeric[], ea "Odd schema"."Mood?"[], c "Odd schema".pair,
            ca "Odd schema".pair[], da "Odd schema".positive[], x xml, tsv tsvector, "char" "char", l pg_lsn,
            "select" integer\
            """;

    private static final List<String> ROWS =
            List.of(
                    """
                    true, -32768, -2147483648, -9223372036854775808, 4294967295, 1, '-0', '-0', 'NaN', -99999999.99, '', '', '', '',
                    '', '00000000-0000-0000-0000-000000000000', '-infinity', '24:00', '-infinity', '-infinity', '24:00-15:59',
                    '-178000000 years', '-3:04', '-92233720368547758.08', 'sad', 0.001, 'x', '{"a": 1.0}', '{"a": 1.0}', '0.0.0.0/0',
                    '0.0.0.0/0', '00:00:00:00:00:00', '', '000', 'empty', 'empty', '(,)', '(-0,NaN)', '{}', '{}', '{}', '{}',
                    ROW(NULL, NULL, NULL), '{}', '{}', '<a/>', '', '', '0/0', 0\
                    """,
                    """
                    false, 32767, 2147483647, 9223372036854775807, 0, 2, 'NaN', 'NaN', 'Infinity', 99999999.99, E'\\U0001F600?;',
                    'ünï', 'a  ', 'name', '\\x00ff', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'infinity', '00:00', 'infinity',
                    'infinity', '00:00+15:59', '178000000 years', '3:04', '92233720368547758.07', 'o''k', 999999999.999, 'yyyyy',
                    '[1, "x"]', '[1e400, "x"]', '::1', '10.0.0.0/8', 'ff:ff:ff:ff:ff:ff', '101', '111', '[1,5)', '(1.0,2.00]',
                    '[2000-01-01,infinity)', '(1,2)', '[2:3]={1,NULL}', '{{a,b},{"c d",NULL}}', '{NaN,1.50}', '{sad,"\\"happy\\"",NULL}',
                    ROW(1, 'x"(,', '{ä}'), ARRAY[ROW(1, NULL, NULL)::"Odd schema".pair, NULL], '{1.5,NULL}', 'text', '''a'':1A b',
                    'c', 'FFFFFFFF/FFFFFFFF', -1\
                    """,
                    """
                    NULL, 0, 0, 0, 1, 3, 'Infinity', '-Infinity', '-Infinity', 0, repeat('long ', 100000), 'UPPER', 'b', 'Name', repeat('x', 5000)::bytea,
                    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '4713-01-01 BC', '12:34:56.789', '4713-01-01 00:00:00 BC',
                    '294276-12-31 23:59:59.99+00', '12:00-05', '1 mon -2 days 3.000001 s', '0:00', '0', '"happy"', 1, 'ab',
                    'null', 'null', '192.168.0.1/24', '::/0', '08:00:2b:01:02:03', '000000000', '010', '(,5]', '[1,)', 'empty', NULL,
                    ARRAY[[[1]],[[2]]], ARRAY[NULL]::text[], '{-0.000,1e100}', '{}', NULL, '{}', NULL, NULL, NULL, NULL, '16/B374D848', NULL\
                    """,
                    """
                    NULL, 1, 1, 1, 2, 4, 1e-45, 4.9e-324, 1.50, 1.50, E'tab\\tnewline\\n', NULL, 'c', 'n', '\\x00',
                    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12', '2026-02-28', '00:00:00.001', '2026-02-28 12:00:00.000001',
                    '2026-02-28 12:00:00.01+02', '12:00+05', '30 days', '1:00', '1.23', 'ä', 2, 'b', '1.0', '1.00', '10.1.2.3', NULL,
                    '00:00:00:00:00:01', '1', '001', '[-5,-5]', '[0.0,0.0]', '(-infinity,)', '(0,0)', '{}', '{"NULL","",NULL}', NULL,
                    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL\
                    """);
}
