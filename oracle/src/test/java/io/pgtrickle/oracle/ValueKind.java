package io.pgtrickle.oracle;

import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// The column types of generated tables, each with the few values that its columns hold: few, so that groups and joins meet.
enum ValueKind {
    INT2("smallint", "0", "1", "2", "3", "-7", "300"),
    INT4("integer", "1", "2", "3", "0", "-4", "70000"),
    INT8("bigint", "1", "2", "0", "-5", "3000000000"),
    NUMERIC("numeric", "1", "1.0", "1.00", "0", "-3.25", "100.010", "0.001", "'NaN'"),
    MONEY("numeric(10, 2)", "1", "2.50", "0", "-99.99", "12345.67"),
    REAL("real", "1", "0.5", "0", "'-0'", "-2.25", "0.1", "'NaN'"),
    DOUBLE("double precision", "1", "0.5", "0", "'-0'", "0.1", "-12.75", "'NaN'"),
    TEXT("text", "'a'", "'ab'", "''", "'A|B'", "'a '", "'x''y'", "'\u00e9\ud83d\ude00'"),
    BYTE_TEXT("text COLLATE \"C\"", "'a'", "'B'", "'ab'", "'%_'", "''", "'\u00e9'"),
    VARCHAR("varchar(12)", "'a'", "'ab'", "'abc '", "''"),
    CHAR("char(4)", "'a'", "'ab'", "' b'", "'abcd'", "''"),
    BOOL("boolean", "true", "false"),
    DATE("date", "'2024-02-29'", "'2020-01-01'", "'1999-12-31'", "'infinity'", "'0044-03-15 BC'"),
    TIME("time", "'00:00'", "'24:00'", "'12:34:56.789'"),
    TIMESTAMP(
            "timestamp",
            "'2020-01-01 00:00'",
            "'2024-02-29 12:34:56.789'",
            "'1999-12-31 23:59:59.999999'",
            "'-infinity'"),
    TIMESTAMPTZ("timestamptz", "'2020-01-01 00:00Z'", "'2024-02-29 12:34:56+02'", "'infinity'"),
    INTERVAL("interval", "'1 mon'", "'30 days'", "'1 day -24:00'", "'0'", "'1 year 2 days 03:04'"),
    UUID(
            "uuid",
            "'00000000-0000-0000-0000-000000000001'",
            "'ffffffff-0000-0000-0000-00000000000a'"),
    BYTEA("bytea", "'\\x'", "'\\x00ff'", "'\\xff'"),
    JSONB("jsonb", "'[1, 2.50]'", "'[{\"a\": 1}, null]'", "'null'", "'1.0'"),
    ARRAY("integer[]", "'{}'", "'{1,NULL}'", "'[0:1]={1,2}'"),
    MOOD("mood", "'sad'", "'Ok'", "'happy'"),
    POSITIVE("positive", "1", "2", "3"),
    LABEL("label", "'a'", "'b'");

    /// Types whose equal values may have several images.
    static final Set<ValueKind> IMAGES = EnumSet.of(NUMERIC, MONEY, REAL, DOUBLE, INTERVAL, CHAR);

    /// Types that have an order in which equal values have one image.
    static final Set<ValueKind> SORTABLE =
            EnumSet.of(
                    INT2,
                    INT4,
                    INT8,
                    TEXT,
                    BYTE_TEXT,
                    VARCHAR,
                    BOOL,
                    DATE,
                    TIME,
                    TIMESTAMP,
                    TIMESTAMPTZ,
                    UUID,
                    BYTEA,
                    MOOD,
                    POSITIVE,
                    LABEL);

    /// The types of most columns: few, so that keys meet.
    static final List<ValueKind> COMMON =
            List.of(INT4, INT4, TEXT, INT8, NUMERIC, BOOL, DATE, DOUBLE);

    static final Set<ValueKind> NUMBERS =
            EnumSet.of(INT2, INT4, INT8, NUMERIC, MONEY, REAL, DOUBLE);
    static final Set<ValueKind> TEXTS = EnumSet.of(TEXT, BYTE_TEXT, VARCHAR, LABEL);

    private final String sqlType;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> values;

    ValueKind(String sqlType, String... values) {
        this.sqlType = sqlType;
        this.values = List.of(values);
    }

    String sqlType() {
        return sqlType;
    }

    /// The type's name, as casts take it.
    String castType() {
        return switch (this) {
            case BYTE_TEXT -> "text";
            case POSITIVE -> "integer";
            default -> sqlType;
        };
    }

    /// The first values come oftenest.
    String value(Random random) {
        return values.get((int) (values.size() * random.nextDouble() * random.nextDouble()));
    }

    /// @param nulls one in so many is NULL
    String nullable(Random random, int nulls) {
        return random.nextInt(nulls) == 0 ? "NULL" : value(random);
    }

    /// A constant of exactly this type.
    String typed(Random random) {
        String constant = "(" + nullable(random, 12) + ")::" + castType();
        return this == BYTE_TEXT ? "(" + constant + " COLLATE \"C\")" : constant;
    }
}
