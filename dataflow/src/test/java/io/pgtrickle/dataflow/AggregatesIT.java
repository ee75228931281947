package io.pgtrickle.dataflow;

import static org.assertj.core.api.Assertions.assertThat;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateCall.Clauses;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.testsupport.EmbeddedServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every native aggregate against PostgreSQL itself, over groups that grow and shrink: the same image, or an error of the same SQLSTATE.
/// Doubles may differ in the last digits, extrema in the look of equal values.
///
/// `-Dpgtrickle.aggregates.seed=N` takes other groups.
class AggregatesIT {

    private static final int GROUPS = 14;
    private static final SqlType TEXT = ServerTable.type("t");
    private static final SqlType FLOAT8S = new SqlType.ArrayType(1022, 701, SqlType.FLOAT8);

    /// @param signature as PostgreSQL resolves it
    /// @param sql the call
    private record Case(
            String signature, String sql, List<String> arguments, Clauses clauses, SqlType type) {

        AggregateCall call(int oid) {
            String name = signature.substring(0, signature.indexOf('('));
            Kind kind =
                    Arrays.stream(Kind.values())
                            .filter(known -> known.name().equalsIgnoreCase(name))
                            .findFirst()
                            .orElse(Kind.OTHER);
            return new AggregateCall(
                    new AggregateFunction(kind, oid, name, Collation.C),
                    arguments.stream().map(AggregatesIT::column).toList(),
                    clauses,
                    type);
        }
    }

    private static Expression column(String name) {
        return new Expression.Column(ServerTable.index(name), ServerTable.type(name));
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (String type : List.of("i2", "i4", "i8", "n", "f4", "f8")) {
            String sqlType = typeName(type);
            boolean real = type.startsWith("f");
            for (String name :
                    List.of(
                            "variance",
                            "var_samp",
                            "var_pop",
                            "stddev",
                            "stddev_samp",
                            "stddev_pop")) {
                all(
                        cases,
                        name + "(" + sqlType + ")",
                        real ? SqlType.FLOAT8 : SqlType.NUMERIC,
                        type);
            }
            all(cases, "avg(" + sqlType + ")", real ? SqlType.FLOAT8 : SqlType.NUMERIC, type);
            all(
                    cases,
                    "sum(" + sqlType + ")",
                    real
                            ? ServerTable.type(type)
                            : type.equals("n") || type.equals("i8")
                                    ? SqlType.NUMERIC
                                    : SqlType.INT8,
                    type);
        }
        for (String type : List.of("i2", "i4", "i8", "vb")) {
            for (String name : List.of("bit_and", "bit_or", "bit_xor")) {
                all(cases, name + "(" + typeName(type) + ")", ServerTable.type(type), type);
            }
        }
        for (String name : List.of("bool_and", "bool_or", "every")) {
            all(cases, name + "(bool)", SqlType.BOOL, "b");
        }
        for (String name :
                List.of(
                        "corr",
                        "covar_pop",
                        "covar_samp",
                        "regr_avgx",
                        "regr_avgy",
                        "regr_intercept",
                        "regr_r2",
                        "regr_slope",
                        "regr_sxx",
                        "regr_sxy",
                        "regr_syy",
                        "regr_count")) {
            all(
                    cases,
                    name + "(float8,float8)",
                    name.equals("regr_count") ? SqlType.INT8 : SqlType.FLOAT8,
                    "f8",
                    "y");
        }
        for (String type :
                List.of("i2", "i4", "i8", "n", "f4", "f8", "t", "iv", "m", "d", "ts", "tz", "tm")) {
            all(cases, "min(" + typeName(type) + ")", ServerTable.type(type), type);
            all(cases, "max(" + typeName(type) + ")", ServerTable.type(type), type);
        }
        all(cases, "min(anyarray)", ServerTable.type("ia"), "ia");
        all(cases, "sum(money)", ServerTable.type("m"), "m");
        all(cases, "sum(interval)", SqlType.INTERVAL, "iv");
        all(cases, "avg(interval)", SqlType.INTERVAL, "iv");
        all(
                cases,
                "range_agg(anyrange)",
                new SqlType.MultirangeType(4451, ServerTable.INT4RANGE),
                "r");
        all(
                cases,
                "range_agg(anyrange)",
                new SqlType.MultirangeType(4532, ServerTable.NUMRANGE),
                "nr");
        all(cases, "range_agg(anymultirange)", ServerTable.type("mr"), "mr");
        all(cases, "range_intersect_agg(anyrange)", ServerTable.INT4RANGE, "r");
        all(cases, "range_intersect_agg(anyrange)", ServerTable.NUMRANGE, "nr");
        all(cases, "range_intersect_agg(anymultirange)", ServerTable.type("mr"), "mr");
        cases.add(
                new Case(
                        "count(\"any\")",
                        "count(distinct n)",
                        List.of("n"),
                        clauses(true),
                        SqlType.INT8));
        ordered(cases, "string_agg(text,text)", TEXT, "t", "sep");
        ordered(cases, "string_agg(bytea,bytea)", ServerTable.type("by"), "by", "by");
        ordered(
                cases,
                "array_agg(anynonarray)",
                new SqlType.ArrayType(1007, 23, SqlType.INT4),
                "i4");
        ordered(cases, "array_agg(anynonarray)", new SqlType.ArrayType(1009, 25, TEXT), "t");
        ordered(cases, "array_agg(anyarray)", ServerTable.type("ia"), "ia");
        orderedSets(cases);
        return cases;
    }

    private static String typeName(String column) {
        String name = ServerTable.COLUMNS.get(ServerTable.index(column)).typeName();
        return name.replace(" collate \"C\"", "").replace("(5)", "");
    }

    private static Clauses clauses(boolean distinct) {
        return new Clauses(Optional.empty(), distinct, List.of(), List.of());
    }

    /// Plain, with FILTER, and with DISTINCT.
    private static void all(List<Case> cases, String signature, SqlType type, String... arguments) {
        String name = signature.substring(0, signature.indexOf('('));
        String list = String.join(", ", arguments);
        List<String> names = List.of(arguments);
        cases.add(new Case(signature, name + "(" + list + ")", names, Clauses.NONE, type));
        cases.add(
                new Case(
                        signature,
                        name + "(" + list + ") filter (where b)",
                        names,
                        new Clauses(Optional.of(column("b")), false, List.of(), List.of()),
                        type));
        // which look of equal values counts is PostgreSQL's secret
        if (!List.of("n", "iv", "nr").contains(arguments[0]) && !name.startsWith("range")) {
            cases.add(
                    new Case(
                            signature,
                            name + "(distinct " + list + ")",
                            names,
                            clauses(true),
                            type));
        }
    }

    /// In the canonical order, distinct, and in an order that is asked for.
    private static void ordered(
            List<Case> cases, String signature, SqlType type, String... arguments) {
        String name = signature.substring(0, signature.indexOf('('));
        String list = String.join(", ", arguments);
        List<String> names = List.of(arguments);
        cases.add(
                new Case(
                        signature,
                        name + "(" + list + " order by " + list + ")",
                        names,
                        Clauses.NONE,
                        type));
        cases.add(
                new Case(signature, name + "(distinct " + list + ")", names, clauses(true), type));
        cases.add(
                new Case(
                        signature,
                        name + "(" + list + " order by f8 desc nulls first, id) filter (where b)",
                        names,
                        new Clauses(
                                Optional.of(column("b")),
                                false,
                                List.of(
                                        new SortKey(column("f8"), true, true),
                                        new SortKey(column("id"), false, false)),
                                List.of()),
                        type));
    }

    private static void orderedSets(List<Case> cases) {
        for (String fraction : List.of("0", "0.25", "0.5", "0.99", "1", "1.5")) {
            Expression direct = new Expression.Constant(Double.valueOf(fraction), SqlType.FLOAT8);
            within(cases, "percentile_cont(float8,float8)", fraction, direct, SqlType.FLOAT8, "y");
            within(
                    cases,
                    "percentile_cont(float8,interval)",
                    fraction,
                    direct,
                    SqlType.INTERVAL,
                    "iu");
            within(
                    cases,
                    "percentile_disc(float8,anyelement)",
                    fraction,
                    direct,
                    SqlType.INT8,
                    "i8");
            within(cases, "percentile_disc(float8,anyelement)", fraction, direct, TEXT, "t");
        }
        List<@Nullable Object> fractions = new ArrayList<>();
        fractions.add(0.3);
        fractions.add(null);
        fractions.add(0.75);
        Expression several = new Expression.Constant(SqlArray.of(fractions), FLOAT8S);
        String text = "array[0.3, null, 0.75]::float8[]";
        within(cases, "percentile_cont(float8[],float8)", text, several, FLOAT8S, "y");
        within(
                cases,
                "percentile_cont(float8[],interval)",
                text,
                several,
                new SqlType.ArrayType(1187, 1186, SqlType.INTERVAL),
                "iu");
        within(
                cases,
                "percentile_disc(float8[],anyelement)",
                text,
                several,
                new SqlType.ArrayType(1007, 23, SqlType.INT4),
                "i4");
        within(cases, "mode(anyelement)", "", null, SqlType.INT4, "i4");
        within(cases, "mode(anyelement)", "", null, TEXT, "t");
        for (String name : List.of("rank", "dense_rank", "percent_rank", "cume_dist")) {
            SqlType type =
                    name.contains("_") && !name.startsWith("dense") ? SqlType.FLOAT8 : SqlType.INT8;
            for (String value : List.of("-1", "0", "1", "null")) {
                Expression direct =
                        new Expression.Constant(
                                value.equals("null") ? null : Long.valueOf(value), SqlType.INT4);
                within(cases, name + "(\"any\")", value, direct, type, "i4");
            }
        }
    }

    private static void within(
            List<Case> cases,
            String signature,
            String direct,
            @Nullable Expression argument,
            SqlType type,
            String column) {
        String name = signature.substring(0, signature.indexOf('('));
        for (boolean descending : new boolean[] {false, true}) {
            cases.add(
                    new Case(
                            signature,
                            name
                                    + "("
                                    + direct
                                    + ") within group (order by "
                                    + column
                                    + (descending ? " desc" : "")
                                    + ")",
                            List.of(),
                            new Clauses(
                                    Optional.empty(),
                                    false,
                                    List.of(new SortKey(column(column), descending, descending)),
                                    argument == null ? List.of() : List.of(argument)),
                            type));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {14, 18})
    void agreesWithPostgres(int major) throws Exception {
        long seed = Long.getLong("pgtrickle.aggregates.seed", 1L);
        List<String> differences = new ArrayList<>();
        int compared = 0;
        int absent = 0;
        List<Case> cases = cases();
        try (EmbeddedServer server = EmbeddedServer.start(major);
                Connection connection = server.connect()) {
            ServerTable table = new ServerTable(new Random(seed));
            table.fill(connection, GROUPS);
            for (Case each : cases) {
                Optional<Integer> oid = oid(connection, each.signature);
                if (oid.isEmpty()) {
                    absent++;
                    continue;
                }
                for (int group = 0; group < GROUPS; group++) {
                    compared += compare(connection, table, group, each, oid.get(), differences);
                }
            }
        }
        System.out.println(
                "PostgreSQL "
                        + major
                        + ": "
                        + cases.size()
                        + " aggregate calls, "
                        + absent
                        + " of them unknown there; "
                        + compared
                        + " values compared");
        assertThat(differences).as("seed " + seed + ", PostgreSQL " + major).isEmpty();
    }

    /// Hypothetical-set functions are variadic.
    private static Optional<Integer> oid(Connection connection, String signature) throws Exception {
        return signature.startsWith("rank")
                ? Optional.of(3986)
                : signature.startsWith("dense_rank")
                        ? Optional.of(3992)
                        : signature.startsWith("percent_rank")
                                ? Optional.of(3988)
                                : signature.startsWith("cume_dist")
                                        ? Optional.of(3990)
                                        : ServerTable.oid(connection, signature);
    }

    private static int compare(
            Connection connection,
            ServerTable table,
            int group,
            Case each,
            int oid,
            List<String> differences)
            throws Exception {
        Source source =
                Fixtures.full(
                        "t",
                        ServerTable.COLUMNS.stream()
                                .map(column -> Fixtures.column(column.name(), column.type()))
                                .toArray(Source.SourceColumn[]::new));
        Plan plan = new Plan.Aggregate(Fixtures.scan(source), List.of(), List.of(each.call(oid)));
        Circuit circuit = Fixtures.circuit(plan);
        ZSet output = new ZSet();
        List<Row> present = List.of();
        for (int round = 0; round < ServerTable.ROUNDS; round++) {
            Object expected = there(connection, each, group, round);
            Object actual;
            List<Row> next = table.rows(group, round);
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
            try {
                if (round == 0) {
                    output.addAll(circuit.initialize());
                }
                output.addAll(circuit.step(Map.of(source, changes)));
                List<Row> rows = new ArrayList<>();
                output.forEach((row, weight) -> rows.add(row));
                actual = rows.size() == 1 ? rows.getFirst().get(0) : "rows: " + rows;
            } catch (PgtrickleException e) {
                actual = "error " + e.sqlState();
            }
            if (!same(each, expected, actual)) {
                differences.add(
                        each.sql
                                + " of group "
                                + group
                                + " in round "
                                + round
                                + " is "
                                + actual
                                + " instead of "
                                + expected);
                return round + 1;
            }
            if (actual instanceof String text && text.startsWith("error ")) {
                return round + 1;
            }
        }
        return ServerTable.ROUNDS;
    }

    private static boolean same(Case each, @Nullable Object expected, @Nullable Object actual) {
        if (expected == null || actual == null || expected.equals(actual)) {
            return expected == null ? actual == null : expected.equals(actual);
        }
        if (expected instanceof Number x && actual instanceof Number y && !(x instanceof Long)) {
            double tolerance = 1e-6 * Math.max(1, Math.abs(x.doubleValue()));
            return Math.abs(x.doubleValue() - y.doubleValue()) <= tolerance
                    || x.doubleValue() == y.doubleValue();
        }
        boolean extremum = each.signature.startsWith("m");
        return extremum
                && expected.getClass() == actual.getClass()
                && each.type.compare(expected, actual) == 0;
    }

    private static @Nullable Object there(Connection connection, Case each, int group, int round)
            throws Exception {
        try {
            return ServerTable.query(
                            connection,
                            "select " + each.sql + " from t where g = " + group + " and r" + round,
                            List.of(each.type))
                    .getFirst()
                    .get(0);
        } catch (SQLException e) {
            return "error " + e.getSQLState();
        }
    }
}
