package io.pgtrickle.dataflow;

import static io.pgtrickle.dataflow.Fixtures.call;
import static io.pgtrickle.dataflow.Fixtures.constant;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.Limit;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.Source.SourceColumn;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Plans of every shape over a few tables: joins of every kind with and without keys, of a table with itself, of aggregates with
/// tables, aggregates of aggregates, set operations, limits.
final class GeneratedPlans {

    private static final List<SqlType> TYPES =
            List.of(SqlType.INT4, SqlType.INT8, SqlType.NUMERIC, SqlType.FLOAT8, Fixtures.TEXT);

    private final RandomGenerator random;
    private final List<Source> sources = new ArrayList<>();

    GeneratedPlans(RandomGenerator random) {
        this.random = random;
        for (int i = 0; i < 3; i++) {
            SourceColumn[] columns = new SourceColumn[4];
            columns[0] = Fixtures.column("k", SqlType.INT4);
            columns[1] = Fixtures.column("a", SqlType.INT4);
            for (int c = 2; c < columns.length; c++) {
                columns[c] = Fixtures.column("c" + c, TYPES.get(random.nextInt(TYPES.size())));
            }
            sources.add(
                    i == 2 ? Fixtures.full("t" + i, columns) : Fixtures.keyed("t" + i, 1, columns));
        }
    }

    List<Source> sources() {
        return sources;
    }

    Plan plan(int depth) {
        if (depth == 0) {
            return new Plan.Scan(sources.get(random.nextInt(sources.size())));
        }
        return switch (random.nextInt(14)) {
            case 12, 13 -> {
                Plan input = plan(depth - 1);
                yield new GeneratedWindows(random)
                        .window(input, () -> aggregateCall(input.types()));
            }
            case 0 -> {
                Plan input = plan(depth - 1);
                yield new Plan.Filter(input, predicate(input.types()));
            }
            case 1 -> {
                Plan input = plan(depth - 1);
                yield new Plan.Project(input, columns(input.types()));
            }
            case 2 -> new Plan.Distinct(narrow(plan(depth - 1)));
            case 3 -> setOperation(narrow(plan(depth - 1)), depth);
            case 4, 5 -> topK(plan(depth - 1));
            case 6, 7, 8, 9 -> {
                Plan left = plan(depth - 1);
                Plan right = random.nextInt(4) == 0 ? left : plan(depth - 1);
                // duplicates on both sides
                yield random.nextInt(3) == 0
                        ? join(narrow(left), narrow(right))
                        : join(left, right);
            }
            default -> aggregate(plan(depth - 1));
        };
    }

    private Plan join(Plan left, Plan right) {
        List<EquiKey> keys = new ArrayList<>();
        Plan.JoinKind kind =
                random.nextInt(3) == 0 ? Plan.JoinKind.INNER : pick(Plan.JoinKind.values());
        for (int l = 0; l < left.types().size(); l++) {
            for (int r = 0; r < right.types().size(); r++) {
                if (keys.size() < 2
                        && left.types().get(l).equals(right.types().get(r))
                        && random.nextInt(keys.isEmpty() ? 3 : 9) == 0) {
                    keys.add(
                            new EquiKey(
                                    column(left.types(), l),
                                    column(right.types(), r),
                                    random.nextInt(3) == 0));
                }
            }
        }
        List<SqlType> both = new ArrayList<>(left.types());
        both.addAll(right.types());
        boolean checked = keys.isEmpty() ? random.nextInt(6) != 0 : random.nextInt(3) == 0;
        return new Plan.Join(
                left,
                right,
                kind,
                new JoinCondition(keys, checked ? Optional.of(predicate(both)) : Optional.empty()));
    }

    /// One or two columns, so that rows are often equal; preferably such that equal ones may look different.
    private Plan narrow(Plan input) {
        List<SqlType> types = input.types();
        List<Integer> preferred =
                IntStream.range(0, types.size())
                        .filter(i -> !types.get(i).equalMeansSameImage())
                        .boxed()
                        .toList();
        List<Expression> columns = new ArrayList<>();
        if (!preferred.isEmpty() && random.nextBoolean()) {
            columns.add(column(types, preferred.get(random.nextInt(preferred.size()))));
        }
        if (columns.isEmpty() || random.nextBoolean()) {
            columns.add(column(types, random.nextInt(types.size())));
        }
        return random.nextInt(5) == 0 ? input : new Plan.Project(input, columns);
    }

    private Plan setOperation(Plan left, int depth) {
        Plan right =
                random.nextInt(3) == 0
                        ? new Plan.Filter(left, predicate(left.types()))
                        : conformed(plan(depth - 1), left.types());
        return random.nextInt(4) == 0
                ? new Plan.Union(List.of(left, right))
                : new Plan.SetOperation(
                        left, right, pick(Plan.SetOperator.values()), random.nextBoolean());
    }

    /// The plan with columns of the given types; NULL where it has none of a type.
    private Plan conformed(Plan plan, List<SqlType> types) {
        List<Expression> columns = new ArrayList<>();
        for (SqlType type : types) {
            List<Integer> places =
                    IntStream.range(0, plan.types().size())
                            .filter(i -> plan.types().get(i).equals(type))
                            .boxed()
                            .toList();
            columns.add(
                    places.isEmpty()
                            ? constant(type, null)
                            : column(plan.types(), places.get(random.nextInt(places.size()))));
        }
        return new Plan.Project(plan, columns);
    }

    private Plan topK(Plan input) {
        List<SqlType> types = input.types();
        List<Expression> partition = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            partition.add(column(types, random.nextInt(types.size())));
        }
        List<SortKey> order = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            Expression column = column(types, random.nextInt(types.size()));
            order.add(new SortKey(column, random.nextBoolean(), random.nextBoolean()));
        }
        Optional<Long> count =
                random.nextInt(4) == 0 ? Optional.empty() : Optional.of((long) random.nextInt(5));
        boolean ties = count.isPresent() && !order.isEmpty() && random.nextBoolean();
        long offset = random.nextBoolean() ? 0 : random.nextInt(4);
        return new Plan.TopK(input, partition, order, new Limit(count, offset, ties));
    }

    private Plan aggregate(Plan input) {
        List<SqlType> types = input.types();
        List<Expression> keys = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            keys.add(column(types, random.nextInt(types.size())));
        }
        List<AggregateCall> calls = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            calls.add(aggregateCall(types));
        }
        return new Plan.Aggregate(input, keys, calls);
    }

    private AggregateCall aggregateCall(List<SqlType> types) {
        if (random.nextInt(5) == 0) {
            return Fixtures.countAll();
        }
        Expression argument = column(types, random.nextInt(types.size()));
        Kind kind = Kind.values()[random.nextInt(Kind.OTHER.ordinal())];
        boolean sums = kind == Kind.SUM || kind == Kind.AVG;
        if (sums && argument.type() instanceof SqlType.Text) {
            kind = Kind.COUNT;
        }
        AggregateCall plain = Fixtures.callOf(kind, argument);
        if (random.nextInt(3) == 0) {
            plain = Fixtures.filtered(plain, predicate(types));
        }
        return random.nextInt(3) == 0 ? Fixtures.distinct(plain) : plain;
    }

    private List<Expression> columns(List<SqlType> types) {
        List<Expression> columns = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            Expression column = column(types, random.nextInt(types.size()));
            columns.add(
                    column.type().equals(SqlType.INT4) && random.nextBoolean()
                            ? call(
                                    Fixtures.INT4_PLUS,
                                    "+",
                                    SqlType.INT4,
                                    column,
                                    constant(random.nextInt(3)))
                            : column);
        }
        return columns;
    }

    /// A comparison of two columns or of one with a constant, or several such.
    private Expression predicate(List<SqlType> types) {
        Expression column = column(types, random.nextInt(types.size()));
        Expression simple =
                column.type().equals(SqlType.INT4)
                        ? call(
                                random.nextBoolean() ? Fixtures.INT4_LESS : Fixtures.INT4_EQUAL,
                                "op",
                                SqlType.BOOL,
                                column,
                                constant(random.nextInt(6)))
                        : new Expression.IsNull(column, random.nextBoolean());
        return switch (random.nextInt(7)) {
            case 0 -> new Expression.Not(simple);
            case 1 -> new Expression.Or(List.of(simple, predicate(types)));
            case 2, 3 -> comparison(types).orElse(simple);
            default -> simple;
        };
    }

    /// Of two columns, which are those of two sides where it is a join's condition.
    private Optional<Expression> comparison(List<SqlType> types) {
        List<Integer> numbers =
                IntStream.range(0, types.size())
                        .filter(i -> types.get(i).equals(SqlType.INT4))
                        .boxed()
                        .toList();
        if (numbers.size() < 2) {
            return Optional.empty();
        }
        return Optional.of(
                call(
                        Fixtures.INT4_LESS,
                        "<",
                        SqlType.BOOL,
                        column(types, numbers.get(random.nextInt(numbers.size()))),
                        column(types, numbers.get(random.nextInt(numbers.size())))));
    }

    @SafeVarargs
    private <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static Expression column(List<SqlType> types, int index) {
        return new Expression.Column(index, types.get(index));
    }
}
