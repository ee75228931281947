package io.pgtrickle.dataflow;

import io.pgtrickle.model.BitString;
import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.Interval;
import io.pgtrickle.model.Multirange;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.Range;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/// A table `t` with a column of every kind, here and on a server. Each row is there in some of the rounds: `r0`, `r1` and `r2` say in which.
/// Values are few, so that there are ties, duplicates and NULLs; a few are extremes.
final class ServerTable {

    static final int ROUNDS = 3;

    private static final byte[] COPY_HEADER = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    private static final SqlType TEXT = new SqlType.Text(Oids.TEXT, false, Collation.C);
    static final SqlType.RangeType INT4RANGE = new SqlType.RangeType(3904, SqlType.INT4);
    static final SqlType.RangeType NUMRANGE = new SqlType.RangeType(3906, SqlType.NUMERIC);

    /// A column under its name, with its type there and here.
    record Column(String name, String typeName, SqlType type) {}

    static final List<Column> COLUMNS =
            List.of(
                    new Column("id", "int4", SqlType.INT4),
                    new Column("g", "int4", SqlType.INT4),
                    new Column("r0", "bool", SqlType.BOOL),
                    new Column("r1", "bool", SqlType.BOOL),
                    new Column("r2", "bool", SqlType.BOOL),
                    new Column("b", "bool", SqlType.BOOL),
                    new Column("i2", "int2", SqlType.INT2),
                    new Column("i4", "int4", SqlType.INT4),
                    new Column("i8", "int8", SqlType.INT8),
                    new Column("f4", "float4", SqlType.FLOAT4),
                    new Column("f8", "float8", SqlType.FLOAT8),
                    new Column("y", "float8", SqlType.FLOAT8),
                    new Column("n", "numeric", SqlType.NUMERIC),
                    new Column("t", "text collate \"C\"", TEXT),
                    new Column("sep", "text collate \"C\"", TEXT),
                    new Column("by", "bytea", new SqlType.ByteString(Oids.BYTEA)),
                    new Column("iv", "interval", SqlType.INTERVAL),
                    // equal ones look alike
                    new Column("iu", "interval", SqlType.INTERVAL),
                    new Column("m", "money", new SqlType.Integral(Oids.MONEY, 8, true)),
                    new Column("d", "date", new SqlType.Integral(Oids.DATE, 4, true)),
                    new Column("ts", "timestamp", new SqlType.Integral(Oids.TIMESTAMP, 8, true)),
                    new Column(
                            "tz", "timestamptz", new SqlType.Integral(Oids.TIMESTAMPTZ, 8, true)),
                    new Column("tm", "time", new SqlType.Integral(Oids.TIME, 8, true)),
                    new Column("vb", "bit(5)", new SqlType.BitType(1560)),
                    new Column("ia", "int4[]", new SqlType.ArrayType(1007, 23, SqlType.INT4)),
                    new Column("r", "int4range", INT4RANGE),
                    new Column("nr", "numrange", NUMRANGE),
                    new Column(
                            "mr", "int4multirange", new SqlType.MultirangeType(4451, INT4RANGE)));

    private final Random random;
    private final List<Row> rows = new ArrayList<>();

    ServerTable(Random random) {
        this.random = random;
    }

    static int index(String column) {
        for (int i = 0; i < COLUMNS.size(); i++) {
            if (COLUMNS.get(i).name().equals(column)) {
                return i;
            }
        }
        throw new AssertionError("no column " + column);
    }

    static SqlType type(String column) {
        return COLUMNS.get(index(column)).type();
    }

    /// The rows of a group in a round.
    List<Row> rows(int group, int round) {
        return rows.stream()
                .filter(row ->
                        Objects.equals(row.get(1), (long) group)
                                && Objects.equals(row.get(2 + round), true))
                .toList();
    }

    /// Groups of 0, 1, 2, … rows.
    void fill(Connection connection, int groups) throws SQLException, IOException {
        int id = 0;
        for (int group = 0; group < groups; group++) {
            int count = group < 4 ? group : 4 + random.nextInt(20);
            // in some groups a column has few values only
            for (int i = 0; i < count; i++) {
                @Nullable Object[] cells = new @Nullable Object[COLUMNS.size()];
                cells[0] = (long) id++;
                cells[1] = (long) group;
                for (int round = 0; round < ROUNDS; round++) {
                    cells[2 + round] = random.nextInt(3) > 0;
                }
                for (int c = 2 + ROUNDS; c < cells.length; c++) {
                    cells[c] =
                            random.nextInt(group % 3 == 0 ? 2 : 9) == 0
                                    ? null
                                    : value(COLUMNS.get(c));
                }
                rows.add(Row.of(cells));
            }
        }
        StringBuilder columns = new StringBuilder();
        for (Column column : COLUMNS) {
            columns.append(columns.isEmpty() ? "" : ", ")
                    .append('"')
                    .append(column.name())
                    .append("\" ")
                    .append(column.typeName());
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table t(" + columns + ")");
        }
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("copy t from stdin (format binary)", new ByteArrayInputStream(image()));
    }

    private Object value(Column column) {
        int few = random.nextInt(5) - 2;
        return switch (column.type()) {
            case SqlType.Bool _ -> random.nextInt(3) > 0;
            case SqlType.Integral(int oid, int width, _) -> integral(oid, width, few);
            case SqlType.Real _ -> (float) real();
            case SqlType.DoublePrecision _ -> real();
            case SqlType.NumericType _ -> numeric();
            case SqlType.ByteString _ -> Bytes.of((byte) few, (byte) 0);
            case SqlType.IntervalType _ ->
                    column.name().equals("iu")
                            ? new Interval(few, -2 * few, few * 1_000_001L)
                            : interval();
            case SqlType.BitType _ -> new BitString(5, Bytes.of((byte) (random.nextInt(32) << 3)));
            case SqlType.ArrayType _ ->
                    SqlArray.of(
                            List.of(
                                    (long) few,
                                    random.nextInt(9) == 0 ? 5L : (long) random.nextInt(3)));
            case SqlType.RangeType range -> range(range);
            case SqlType.MultirangeType(_, SqlType.RangeType range) ->
                    range(range) instanceof Range.Between between
                            ? new Multirange(List.of(between))
                            : new Multirange(List.of());
            default -> List.of("", "a", "ab", "B", "\u00e9", ",").get(few + 2);
        };
    }

    private Object integral(int oid, int width, int few) {
        long day = 86_400_000_000L;
        return switch (oid) {
            case Oids.DATE ->
                    random.nextInt(15) == 0 ? (long) Integer.MAX_VALUE : (Long) (few * 20L);
            case Oids.TIMESTAMP, Oids.TIMESTAMPTZ ->
                    random.nextInt(15) == 0
                            ? (Long) Long.MIN_VALUE
                            : (Long) (few * day * 10 + random.nextInt(3));
            case Oids.TIME -> (few + 2) * 3_600_000_000L;
            default -> {
                long max = (1L << width * 8 - 1) - 1;
                boolean extreme = random.nextInt(8) == 0 && oid != Oids.MONEY;
                yield extreme ? (random.nextBoolean() ? max : -max - 1) : (long) few;
            }
        };
    }

    private double real() {
        return switch (random.nextInt(30)) {
            case 0 -> Double.NaN;
            case 1 -> Double.POSITIVE_INFINITY;
            case 2 -> Double.NEGATIVE_INFINITY;
            case 3 -> -0.0;
            default -> (random.nextInt(17) - 8) / 4.0;
        };
    }

    private Numeric numeric() {
        return switch (random.nextInt(20)) {
            case 0 -> Numeric.Special.NAN;
            case 1 -> Numeric.Special.POSITIVE_INFINITY;
            case 2, 3 ->
                    Numeric.of(
                            new BigDecimal(
                                    new BigInteger(random.nextInt(120), random),
                                    random.nextInt(20)));
            default -> Numeric.of(BigDecimal.valueOf(random.nextInt(600) - 300, random.nextInt(4)));
        };
    }

    private Interval interval() {
        return random.nextInt(4) == 0
                ? new Interval(
                        random.nextInt(50) - 25, random.nextInt(99) - 50, random.nextLong() >> 20)
                : List.of(
                                new Interval(1, 0, 0),
                                new Interval(0, 30, 0),
                                new Interval(0, 0, 3_600_000_000L),
                                new Interval(-1, 15, 7))
                        .get(random.nextInt(4));
    }

    private Range range(SqlType.RangeType type) {
        if (random.nextInt(8) == 0) {
            return Range.EMPTY;
        }
        long low = random.nextInt(12);
        Optional<Object> lower = Optional.of(bound(type, low));
        Optional<Object> upper = Optional.of(bound(type, low + 1 + random.nextInt(9)));
        boolean discrete = type.oid() == INT4RANGE.oid();
        return new Range.Between(
                random.nextInt(8) == 0
                        ? Range.Bound.INFINITE
                        : new Range.Bound(lower, discrete || random.nextBoolean()),
                random.nextInt(8) == 0
                        ? Range.Bound.INFINITE
                        : new Range.Bound(upper, !discrete && random.nextBoolean()));
    }

    private static Object bound(SqlType.RangeType type, long value) {
        return type.oid() == INT4RANGE.oid() ? (Object) value : Numeric.of(value);
    }

    private byte[] image() {
        ByteWriter out = new ByteWriter().write(COPY_HEADER);
        for (Row row : rows) {
            out.writeShort(COLUMNS.size());
            for (int c = 0; c < COLUMNS.size(); c++) {
                int length = out.size();
                out.writeInt(0);
                Object value = row.get(c);
                if (value != null) {
                    COLUMNS.get(c).type().encode(value, out);
                }
                out.setInt(length, value == null ? -1 : out.size() - length - 4);
            }
        }
        return out.writeShort(-1).toByteArray();
    }

    /// The rows of a query's result.
    static List<Row> query(Connection connection, String sql, List<SqlType> types)
            throws SQLException, IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("copy (" + sql + ") to stdout (format binary)", out);
        byte[] copied = out.toByteArray();
        ByteBuffer in = ByteBuffer.wrap(copied).position(COPY_HEADER.length);
        List<Row> rows = new ArrayList<>();
        while (in.getShort() > 0) {
            @Nullable Object[] cells = new @Nullable Object[types.size()];
            for (int i = 0; i < cells.length; i++) {
                int length = in.getInt();
                if (length >= 0) {
                    cells[i] = types.get(i).decode(copied, in.position(), length);
                    in.position(in.position() + length);
                }
            }
            rows.add(Row.of(cells));
        }
        return rows;
    }

    /// The oid of a function by its signature, empty where the server has none.
    static Optional<Integer> oid(Connection connection, String signature)
            throws SQLException, IOException {
        List<Row> rows =
                query(
                        connection,
                        "select to_regprocedure('" + signature + "')::oid::int8",
                        List.of(SqlType.INT8));
        return rows.getFirst().get(0) instanceof Long oid
                ? Optional.of(oid.intValue())
                : Optional.empty();
    }
}
