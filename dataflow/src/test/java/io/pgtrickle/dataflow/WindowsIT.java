package io.pgtrickle.dataflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.WindowCall;
import io.pgtrickle.dataflow.plan.WindowCall.Bound;
import io.pgtrickle.dataflow.plan.WindowCall.Exclusion;
import io.pgtrickle.dataflow.plan.WindowCall.Frame;
import io.pgtrickle.dataflow.plan.WindowCall.Mode;
import io.pgtrickle.dataflow.plan.WindowCall.Offset;
import io.pgtrickle.model.Interval;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every window function over every kind of frame against PostgreSQL itself, while rows come and go.
///
/// `-Dpgtrickle.windows.seed=N` takes other rows and other functions for the frames.
class WindowsIT {

    private static final int GROUPS = 12;
    private static final SqlType TEXT = ServerTable.type("t");

    /// @param signature as PostgreSQL resolves it
    private record Function(
            String signature, String arguments, SqlType type, List<Expression> expressions) {
        static Function of(String signature, SqlType type, String... columns) {
            return new Function(
                    signature,
                    String.join(", ", columns),
                    type,
                    Arrays.stream(columns).map(WindowsIT::column).toList());
        }

        String name() {
            return signature.substring(0, signature.indexOf('('));
        }
    }

    private static final List<Function> OVER_FRAMES =
            List.of(
                    Function.of("first_value(anyelement)", SqlType.INT4, "id"),
                    Function.of("last_value(anyelement)", SqlType.INT4, "id"),
                    new Function(
                            "nth_value(anyelement,int4)",
                            "id, 2",
                            SqlType.INT4,
                            List.of(column("id"), Fixtures.constant(2))),
                    Function.of("sum(int8)", SqlType.NUMERIC, "i8"),
                    Function.of("sum(int2)", SqlType.INT8, "i2"),
                    Function.of("sum(float8)", SqlType.FLOAT8, "f8"),
                    Function.of("avg(numeric)", SqlType.NUMERIC, "n"),
                    Function.of("avg(interval)", SqlType.INTERVAL, "iu"),
                    Function.of("count(\"any\")", SqlType.INT8, "t"),
                    Function.of("min(int4)", SqlType.INT4, "i4"),
                    Function.of("max(text)", TEXT, "t"),
                    Function.of("bool_and(bool)", SqlType.BOOL, "b"),
                    Function.of("bit_or(int4)", SqlType.INT4, "i4"),
                    Function.of("stddev(int4)", SqlType.NUMERIC, "i4"),
                    Function.of("var_pop(numeric)", SqlType.NUMERIC, "n"),
                    Function.of("regr_count(float8,float8)", SqlType.INT8, "f8", "y"),
                    Function.of("string_agg(text,text)", TEXT, "t", "sep"),
                    Function.of(
                            "array_agg(anynonarray)",
                            new SqlType.ArrayType(1007, 23, SqlType.INT4),
                            "i4"));

    private static List<Function> overPartitions() {
        Expression id = column("id");
        return List.of(
                Function.of("row_number()", SqlType.INT8),
                Function.of("rank()", SqlType.INT8),
                Function.of("dense_rank()", SqlType.INT8),
                Function.of("percent_rank()", SqlType.FLOAT8),
                Function.of("cume_dist()", SqlType.FLOAT8),
                new Function("ntile(int4)", "3", SqlType.INT4, List.of(Fixtures.constant(3))),
                Function.of("lag(anyelement)", TEXT, "t"),
                Function.of("lead(anyelement)", TEXT, "t"),
                new Function(
                        "lag(anyelement,int4)", "id, i2", SqlType.INT4, List.of(id, column("i2"))),
                new Function(
                        "lead(anyelement,int4)",
                        "id, 2",
                        SqlType.INT4,
                        List.of(id, Fixtures.constant(2))),
                new Function(
                        "lag(anycompatible,int4,anycompatible)",
                        "id, 3, i4",
                        SqlType.INT4,
                        List.of(id, Fixtures.constant(3), column("i4"))),
                new Function(
                        "lead(anycompatible,int4,anycompatible)",
                        "id, 1, -1",
                        SqlType.INT4,
                        List.of(id, Fixtures.constant(1), Fixtures.constant(-1))));
    }

    /// An offset of RANGE: in SQL, here, and by which function.
    private record Distance(String sql, Object value, SqlType type, int oid) {}

    private static final Map<String, Distance> DISTANCES =
            Map.ofEntries(
                    Map.entry("i2", new Distance("2::int8", 2L, SqlType.INT8, 4130)),
                    Map.entry("i4", new Distance("1", 1L, SqlType.INT4, 4128)),
                    Map.entry(
                            "i8",
                            new Distance(
                                    "9223372036854775807", Long.MAX_VALUE, SqlType.INT8, 4126)),
                    Map.entry("f4", new Distance("0.5::float8", 0.5, SqlType.FLOAT8, 4140)),
                    Map.entry(
                            "f8",
                            new Distance(
                                    "'Infinity'::float8",
                                    Double.POSITIVE_INFINITY,
                                    SqlType.FLOAT8,
                                    4139)),
                    Map.entry("y", new Distance("0.75::float8", 0.75, SqlType.FLOAT8, 4139)),
                    Map.entry(
                            "n",
                            new Distance(
                                    "1.5::numeric",
                                    Fixtures.decimal("1.5"),
                                    SqlType.NUMERIC,
                                    4141)),
                    Map.entry(
                            "d",
                            new Distance(
                                    "'1 mon'::interval",
                                    new Interval(1, 0, 0),
                                    SqlType.INTERVAL,
                                    4133)),
                    Map.entry(
                            "ts",
                            new Distance(
                                    "'10 days'::interval",
                                    new Interval(0, 10, 0),
                                    SqlType.INTERVAL,
                                    4134)),
                    Map.entry(
                            "tz",
                            new Distance(
                                    "'240 hours'::interval",
                                    new Interval(0, 0, 864_000_000_000L),
                                    SqlType.INTERVAL,
                                    4135)),
                    Map.entry(
                            "tm",
                            new Distance(
                                    "'1 day 01:00'::interval",
                                    new Interval(0, 1, 3_600_000_000L),
                                    SqlType.INTERVAL,
                                    4137)),
                    Map.entry(
                            "iv",
                            new Distance(
                                    "'1 mon'::interval",
                                    new Interval(1, 0, 0),
                                    SqlType.INTERVAL,
                                    4136)));

    private static Expression column(String name) {
        return new Expression.Column(ServerTable.index(name), ServerTable.type(name));
    }

    /// @param total whether no two rows are peers
    private record Order(String sql, List<SortKey> keys, boolean total) {
        static Order by(String column, boolean descending, boolean nullsFirst, boolean total) {
            List<SortKey> keys = new ArrayList<>();
            keys.add(new SortKey(column(column), descending, nullsFirst));
            if (total) {
                keys.add(new SortKey(column("id"), false, false));
            }
            return new Order(
                    "\""
                            + column
                            + "\""
                            + (descending ? " desc" : "")
                            + (nullsFirst ? " nulls first" : " nulls last")
                            + (total ? ", id" : ""),
                    keys,
                    total);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void agreesWithPostgres(int major) throws Exception {
        long seed = Long.getLong("pgtrickle.windows.seed", 1L);
        Random random = new Random(seed);
        List<String> differences = new ArrayList<>();
        int windows = 0;
        long compared = 0;
        try (EmbeddedServer server = EmbeddedServer.start(major);
                Connection connection = server.connect()) {
            ServerTable table = new ServerTable(random);
            table.fill(connection, GROUPS);
            for (Function function : overPartitions()) {
                for (String column : List.of("i4", "t", "f8")) {
                    boolean peersCount =
                            function.signature.contains("rank")
                                    || function.name().equals("cume_dist");
                    Order order =
                            Order.by(
                                    column,
                                    random.nextBoolean(),
                                    random.nextBoolean(),
                                    !peersCount);
                    windows++;
                    compared +=
                            compare(
                                    connection,
                                    table,
                                    function,
                                    order,
                                    "",
                                    Frame.DEFAULT,
                                    differences);
                }
            }
            for (Mode mode : Mode.values()) {
                for (Exclusion exclusion : Exclusion.values()) {
                    for (int start = 0; start < 4; start++) {
                        for (int end = Math.max(start, 1); end < 5; end++) {
                            for (int i = 0; i < 4; i++) {
                                List<String> columns =
                                        DISTANCES.keySet().stream().sorted().toList();
                                String column = columns.get(random.nextInt(columns.size()));
                                boolean total = mode == Mode.ROWS;
                                Order order =
                                        Order.by(
                                                column,
                                                random.nextBoolean(),
                                                random.nextBoolean(),
                                                total);
                                Function function =
                                        OVER_FRAMES.get(random.nextInt(OVER_FRAMES.size()));
                                // what peers come to in their order is PostgreSQL's secret
                                boolean ordered =
                                        List.of("id", "i4", "t, sep").contains(function.arguments)
                                                || function.name().endsWith("_value");
                                if (!total && ordered && !function.name().startsWith("m")) {
                                    function = OVER_FRAMES.get(3 + random.nextInt(10));
                                }
                                Distance distance = Objects.requireNonNull(DISTANCES.get(column));
                                Offset offset =
                                        mode == Mode.RANGE
                                                ? new Offset(
                                                        new Expression.Constant(
                                                                distance.value, distance.type),
                                                        distance.oid)
                                                : new Offset(
                                                        Fixtures.constant(SqlType.INT8, 2L), 0);
                                String sqlOffset = mode == Mode.RANGE ? distance.sql : "2";
                                Frame frame =
                                        new Frame(
                                                mode,
                                                bound(start, offset),
                                                bound(end, offset),
                                                exclusion);
                                String sql =
                                        mode.name()
                                                + " between "
                                                + sql(start, sqlOffset)
                                                + " and "
                                                + sql(end, sqlOffset)
                                                + " exclude "
                                                + exclusion
                                                        .name()
                                                        .replace('_', ' ')
                                                        .toLowerCase(Locale.ROOT);
                                windows++;
                                compared +=
                                        compare(
                                                connection,
                                                table,
                                                function,
                                                order,
                                                sql,
                                                frame,
                                                differences);
                            }
                        }
                    }
                }
            }
        }
        System.out.println(
                "PostgreSQL "
                        + major
                        + ": "
                        + windows
                        + " windows, "
                        + compared
                        + " values compared");
        assertThat(differences).as("seed " + seed + ", PostgreSQL " + major).isEmpty();
    }

    private static Bound bound(int kind, Offset offset) {
        return switch (kind) {
            case 0 -> new Bound.UnboundedPreceding();
            case 1 -> new Bound.Preceding(offset);
            case 2 -> new Bound.CurrentRow();
            case 3 -> new Bound.Following(offset);
            default -> new Bound.UnboundedFollowing();
        };
    }

    private static String sql(int kind, String offset) {
        return switch (kind) {
            case 0 -> "unbounded preceding";
            case 1 -> offset + " preceding";
            case 2 -> "current row";
            case 3 -> offset + " following";
            default -> "unbounded following";
        };
    }

    private static long compare(
            Connection connection,
            ServerTable table,
            Function function,
            Order order,
            String frameSql,
            Frame frame,
            List<String> differences)
            throws Exception {
        Source source =
                Fixtures.full(
                        "t",
                        ServerTable.COLUMNS.stream()
                                .map(column -> Fixtures.column(column.name(), column.type()))
                                .toArray(Source.SourceColumn[]::new));
        int oid = ServerTable.oid(connection, function.signature).orElseThrow();
        Kind kind =
                Arrays.stream(Kind.values())
                        .filter(known -> known.name().equalsIgnoreCase(function.name()))
                        .findFirst()
                        .orElse(Kind.OTHER);
        WindowCall call =
                new WindowCall(
                        new AggregateFunction(kind, oid, function.name(), Collation.C),
                        function.expressions,
                        Optional.empty(),
                        frame,
                        function.type);
        Circuit circuit =
                Fixtures.circuit(
                        new Plan.Window(
                                Fixtures.scan(source),
                                List.of(column("g")),
                                order.keys,
                                List.of(call)));
        ZSet output = new ZSet();
        output.addAll(circuit.initialize());
        List<Row> present = List.of();
        long compared = 0;
        String sql =
                function.name()
                        + "("
                        + function.arguments
                        + ") over (partition by g order by "
                        + order.sql
                        + " "
                        + frameSql
                        + ")";
        for (int round = 0; round < ServerTable.ROUNDS; round++) {
            List<Row> next = new ArrayList<>();
            for (int group = 0; group < GROUPS; group++) {
                next.addAll(table.rows(group, round));
            }
            List<SourceChange> changes = new ArrayList<>();
            for (Row row : present) {
                if (!next.contains(row)) {
                    changes.add(new SourceChange.Delete(row));
                }
            }
            for (Row row : next) {
                if (!present.contains(row)) {
                    changes.add(new SourceChange.Insert(row));
                }
            }
            present = next;
            output.addAll(circuit.step(Map.of(source, changes)));
            Map<Object, @Nullable Object> actual = new HashMap<>();
            output.forEach((row, weight) -> {
                assertThat(weight).isEqualTo(1);
                actual.put(Objects.requireNonNull(row.get(0)), row.get(row.width() - 1));
            });
            List<Row> expected =
                    ServerTable.query(
                            connection,
                            "select id, " + sql + " from t where r" + round,
                            List.of(SqlType.INT4, function.type));
            assertThat(actual).hasSize(expected.size());
            for (Row row : expected) {
                compared++;
                Object value = actual.get(Objects.requireNonNull(row.get(0)));
                if (!same(row.get(1), value)) {
                    differences.add(
                            sql
                                    + " of row "
                                    + row.get(0)
                                    + " in round "
                                    + round
                                    + " is "
                                    + value
                                    + " instead of "
                                    + row.get(1));
                    return compared;
                }
            }
        }
        return compared;
    }

    private static boolean same(@Nullable Object expected, @Nullable Object actual) {
        return Objects.equals(expected, actual)
                || expected instanceof Double x
                        && actual instanceof Double y
                        && Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(x));
    }
}
