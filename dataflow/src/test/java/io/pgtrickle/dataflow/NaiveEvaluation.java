package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.NumericArithmetic;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.remote.RemoteFunctions;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.model.type.SqlType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a plan means, without any increment or index: lists of rows, nested loops, aggregates recomputed from all values.
/// Shares expressions with the operators, and nothing else.
final class NaiveEvaluation {

    private final Map<Source, List<Row>> tables;
    private final Map<Integer, List<Row>> workingTables = new HashMap<>();

    NaiveEvaluation(Map<Source, List<Row>> tables) {
        this.tables = tables;
    }

    ZSet evaluate(Plan plan) {
        ZSet bag = new ZSet();
        rows(plan).forEach(row -> bag.add(row, 1));
        return bag;
    }

    private List<Row> rows(Plan plan) {
        return switch (plan) {
            case Plan.Scan(Source source) -> tables.getOrDefault(source, List.of());
            case Plan.Filter(Plan input, Expression predicate) -> {
                Evaluator evaluator = Compiler.compile(predicate);
                yield rows(input).stream()
                        .filter(row -> Objects.equals(evaluator.evaluate(row), true))
                        .toList();
            }
            case Plan.Project(Plan input, List<Expression> columns) ->
                    rows(input).stream().map(row -> values(columns, row)).toList();
            case Plan.Join join -> join(join);
            case Plan.Aggregate aggregate -> aggregate(aggregate);
            case Plan.Union(List<Plan> inputs) ->
                    inputs.stream().flatMap(input -> rows(input).stream()).toList();
            case Plan.Distinct(Plan input) -> NaiveSets.distinct(input.types(), rows(input));
            case Plan.SetOperation sets ->
                    NaiveSets.setOperation(sets, rows(sets.left()), rows(sets.right()));
            case Plan.TopK topK -> NaiveSets.topK(topK, rows(topK.input()));
            case Plan.Values(List<List<Expression>> rows, _) ->
                    rows.stream().map(cells -> values(cells, Row.of())).toList();
            case Plan.Window window -> new NaiveWindows(window).rows(rows(window.input()));
            case Plan.ProjectSet set ->
                    rows(set.input()).stream().flatMap(row -> lockstep(set, row)).toList();
            case Plan.Recursive recursive -> recursive(recursive);
            case Plan.WorkingTable(int id, _) -> workingTables.getOrDefault(id, List.of());
        };
    }

    private static Stream<Row> lockstep(Plan.ProjectSet plan, Row row) {
        List<List<Row>> sets =
                plan.functions().stream()
                        .map(function ->
                                new Compiler(RemoteFunctions.NONE)
                                        .rows(
                                                function.functionOid(),
                                                function.arguments(),
                                                function.types().getFirst())
                                        .evaluate(row))
                        .toList();
        int longest = sets.stream().mapToInt(List::size).max().orElse(0);
        return IntStream.range(0, longest)
                .mapToObj(i -> {
                    Row wide = row;
                    for (List<Row> set : sets) {
                        Row none = Row.of((Object) null);
                        wide = wide.concat(i < set.size() ? set.get(i) : none);
                    }
                    return plan.ordinality() ? wide.concat(Row.of(i + 1L)) : wide;
                });
    }

    /// Round by round, as the manual has it (7.8.2).
    private List<Row> recursive(Plan.Recursive plan) {
        List<SqlType> types = plan.types();
        List<Row> working =
                plan.all() ? rows(plan.base()) : NaiveSets.distinct(types, rows(plan.base()));
        List<Row> result = new ArrayList<>();
        while (!working.isEmpty()) {
            result.addAll(working);
            workingTables.put(plan.id(), working);
            List<Row> next = rows(plan.step());
            if (!plan.all()) {
                Plan.SetOperation fresh =
                        new Plan.SetOperation(
                                plan.base(), plan.base(), Plan.SetOperator.EXCEPT, false);
                next = NaiveSets.setOperation(fresh, next, result);
            }
            working = next;
        }
        workingTables.remove(plan.id());
        return result;
    }

    private static Row values(List<Expression> columns, Row row) {
        return Row.of(
                columns.stream().map(column -> Compiler.compile(column).evaluate(row)).toArray());
    }

    private List<Row> join(Plan.Join plan) {
        Optional<Evaluator> residual = plan.on().residual().map(Compiler::compile);
        List<Row> left = rows(plan.left());
        List<Row> right = rows(plan.right());
        boolean[] rightMatched = new boolean[right.size()];
        List<Row> out = new ArrayList<>();
        for (Row l : left) {
            List<Row> pairs = new ArrayList<>();
            for (int i = 0; i < right.size(); i++) {
                Row r = right.get(i);
                Row pair = l.concat(r);
                boolean equal = plan.on().keys().stream().allMatch(key -> matches(key, l, r));
                if (equal
                        && residual.map(e -> Objects.equals(e.evaluate(pair), true)).orElse(true)) {
                    pairs.add(pair);
                    rightMatched[i] = true;
                }
            }
            switch (plan.kind()) {
                case INNER -> out.addAll(pairs);
                case LEFT, FULL ->
                        out.addAll(
                                pairs.isEmpty() ? List.of(l.concat(nulls(plan.right()))) : pairs);
                case SEMI -> out.addAll(pairs.isEmpty() ? List.of() : List.of(l));
                case ANTI -> out.addAll(pairs.isEmpty() ? List.of(l) : List.of());
            }
        }
        if (plan.kind() == Plan.JoinKind.FULL) {
            for (int i = 0; i < rightMatched.length; i++) {
                if (!rightMatched[i]) {
                    out.add(nulls(plan.left()).concat(right.get(i)));
                }
            }
        }
        return out;
    }

    private static Row nulls(Plan plan) {
        return Row.of(new @Nullable Object[plan.types().size()]);
    }

    private static boolean matches(EquiKey key, Row left, Row right) {
        Object a = Compiler.compile(key.left()).evaluate(left);
        Object b = Compiler.compile(key.right()).evaluate(right);
        if (a == null || b == null) {
            return key.nullsMatch() && a == null && b == null;
        }
        return key.left().type().compare(a, b) == 0;
    }

    private List<Row> aggregate(Plan.Aggregate plan) {
        List<SqlType> types = plan.keys().stream().map(Expression::type).toList();
        List<List<Row>> groups = new ArrayList<>();
        if (plan.keys().isEmpty()) {
            groups.add(new ArrayList<>());
        }
        for (Row row : rows(plan.input())) {
            Row key = values(plan.keys(), row);
            List<Row> group = null;
            for (List<Row> candidate : groups) {
                if (types.isEmpty()
                        || sameGroup(types, key, values(plan.keys(), candidate.getFirst()))) {
                    group = candidate;
                }
            }
            if (group == null) {
                group = new ArrayList<>();
                groups.add(group);
            }
            group.add(row);
        }
        return groups.stream().map(group -> output(plan, new RowCodec(types), group)).toList();
    }

    private static boolean sameGroup(List<SqlType> types, Row a, Row b) {
        for (int i = 0; i < types.size(); i++) {
            Object x = a.get(i);
            Object y = b.get(i);
            if ((x == null) != (y == null)
                    || x != null && y != null && types.get(i).compare(x, y) != 0) {
                return false;
            }
        }
        return true;
    }

    /// Of keys that are equal but look different the one with the least image is shown.
    private static Row output(Plan.Aggregate plan, RowCodec keys, List<Row> group) {
        Row key =
                plan.keys().isEmpty()
                        ? Row.of()
                        : group.stream()
                                .map(row -> values(plan.keys(), row))
                                .min(Comparator.comparing(keys::encode, Arrays::compareUnsigned))
                                .orElseThrow();
        return key.concat(
                Row.of(plan.calls().stream().map(call -> aggregate(call, group)).toArray()));
    }

    static @Nullable Object aggregate(AggregateCall call, List<Row> group) {
        List<Row> passed =
                call.filter()
                        .map(Compiler::compile)
                        .map(filter ->
                                group.stream()
                                        .filter(row -> Objects.equals(filter.evaluate(row), true))
                                        .toList())
                        .orElse(group);
        if (call.argument().isEmpty()) {
            return (long) passed.size();
        }
        Expression argument = call.argument().get();
        List<Object> values = new ArrayList<>();
        for (Row row : passed) {
            Object value = Compiler.compile(argument).evaluate(row);
            if (value != null) {
                values.add(value);
            }
        }
        SqlType type = argument.type();
        values.sort(
                ((Comparator<Object>) type::compare)
                        .thenComparing(value -> image(type, value), Arrays::compareUnsigned));
        if (call.distinct()) {
            values = distinct(type, values);
        }
        return switch (call.kind()) {
            case COUNT -> (long) values.size();
            case MIN -> values.isEmpty() ? null : values.getFirst();
            case MAX -> values.isEmpty() ? null : distinct(type, values).getLast();
            case OTHER -> throw new AssertionError("not evaluated naively: " + call);
            case SUM, AVG -> values.isEmpty() ? null : sum(call, type, values);
        };
    }

    private static byte[] image(SqlType type, Object value) {
        ByteWriter out = new ByteWriter();
        type.encode(value, out);
        return out.toByteArray();
    }

    private static List<Object> distinct(SqlType type, List<Object> sorted) {
        List<Object> distinct = new ArrayList<>();
        for (Object value : sorted) {
            if (distinct.isEmpty() || type.compare(distinct.getLast(), value) != 0) {
                distinct.add(value);
            }
        }
        return distinct;
    }

    private static Object sum(AggregateCall call, SqlType type, List<Object> values) {
        boolean average = call.kind() == AggregateFunction.Kind.AVG;
        return switch (type) {
            case SqlType.NumericType _ -> {
                Numeric sum = numericSum(values);
                yield average ? NumericArithmetic.divide(sum, Numeric.of(values.size())) : sum;
            }
            case SqlType.Integral _ -> {
                BigInteger sum =
                        values.stream()
                                .map(value -> BigInteger.valueOf((Long) value))
                                .reduce(BigInteger.ZERO, BigInteger::add);
                Numeric exact = Numeric.of(new BigDecimal(sum));
                yield average
                        ? NumericArithmetic.divide(exact, Numeric.of(values.size()))
                        : type.oid() == Oids.INT8 ? exact : (Object) sum.longValueExact();
            }
            case SqlType.DoublePrecision _ -> {
                double sum = floatSum(values);
                yield average ? (sum == 0 ? 0 : sum) / values.size() : sum;
            }
            default -> throw new AssertionError("sum of " + type);
        };
    }

    private static Numeric numericSum(List<Object> values) {
        if (values.contains(Numeric.Special.NAN)
                || values.contains(Numeric.Special.POSITIVE_INFINITY)
                        && values.contains(Numeric.Special.NEGATIVE_INFINITY)) {
            return Numeric.Special.NAN;
        }
        for (Object value : values) {
            if (value instanceof Numeric.Special special) {
                return special;
            }
        }
        return Numeric.of(
                values.stream()
                        .map(value -> ((Numeric.Finite) value).value())
                        .reduce(BigDecimal.ZERO, BigDecimal::add));
    }

    private static double floatSum(List<Object> values) {
        double rough = values.stream().mapToDouble(value -> (Double) value).sum();
        if (Double.isNaN(rough) || Double.isInfinite(rough)) {
            return rough;
        }
        if (values.stream().allMatch(value -> value.equals(-0.0))) {
            return -0.0;
        }
        return values.stream()
                .map(value -> new BigDecimal((Double) value))
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .doubleValue();
    }
}
