package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.dataflow.expression.NativeFunctions;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.dataflow.plan.Plan.Limit;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.Source.SourceColumn;
import io.pgtrickle.dataflow.plan.WindowCall;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.random.RandomGenerator;

/// Naive plans as the translation of a query makes them, over tables `t0 (id int8 primary key, a int8, b int4 not null, c text)`...
final class RandomPlans {

    static final int TABLES = 3;
    static final long OID = 20_000;

    static final SqlType TEXT = new SqlType.Text(Oids.TEXT, false, Collation.C);

    private static final int INT8_EQUAL = 467;
    private static final int INT8_LESS = 469;
    private static final int INT4_EQUAL = 65;
    private static final int INT48_EQUAL = 852;
    private static final int TEXT_EQUAL = 67;
    private static final int INT8_PLUS = 463;

    static final PlanFacts FACTS =
            new PlanFacts(
                    _ -> true,
                    _ -> List.of(List.of(1)),
                    new EquiKeys(
                            new EquiKeys.Equalities() {
                                @Override
                                public boolean isEquality(int functionOid) {
                                    return Set.of(INT8_EQUAL, INT4_EQUAL, INT48_EQUAL, TEXT_EQUAL)
                                            .contains(functionOid);
                                }

                                @Override
                                public OptionalInt ofType(int typeOid) {
                                    return switch (typeOid) {
                                        case Oids.INT8 -> OptionalInt.of(INT8_EQUAL);
                                        case Oids.INT4 -> OptionalInt.of(INT4_EQUAL);
                                        case Oids.TEXT -> OptionalInt.of(TEXT_EQUAL);
                                        default -> OptionalInt.empty();
                                    };
                                }
                            },
                            NativeFunctions::supports));

    private final RandomGenerator random;

    /// As common table expressions are, used again.
    private final List<Plan> earlier = new ArrayList<>();

    RandomPlans(RandomGenerator random) {
        this.random = random;
    }

    static Plan scan(int table) {
        return new Plan.Scan(
                new Source(
                        OID + table,
                        "s",
                        "t" + table,
                        List.of(
                                new SourceColumn(1, "id", SqlType.INT8, true),
                                new SourceColumn(2, "a", SqlType.INT8, false),
                                new SourceColumn(3, "b", SqlType.INT4, true),
                                new SourceColumn(4, "c", TEXT, false)),
                        new Source.Identity.Key(List.of(0))));
    }

    Plan plan(int depth) {
        if (depth == 0) {
            return scan(random.nextInt(TABLES));
        }
        if (!earlier.isEmpty() && random.nextInt(4) == 0) {
            return earlier.get(random.nextInt(earlier.size()));
        }
        Plan plan = node(depth);
        earlier.add(plan);
        return plan;
    }

    private Plan node(int depth) {
        return switch (random.nextInt(15)) {
            case 0, 1 -> filter(plan(depth - 1));
            case 2 -> project(plan(depth - 1));
            case 3, 4 -> filter(cross(depth));
            case 5, 6, 7, 8 -> join(plan(depth - 1), plan(random.nextInt(depth)));
            case 9 -> aggregate(plan(depth - 1));
            case 10 -> new Plan.Distinct(project(plan(depth - 1)));
            case 11 -> union(plan(depth - 1), plan(depth - 1));
            case 12 -> window(plan(depth - 1));
            case 13 -> setOperation(plan(depth - 1), plan(depth - 1));
            default -> topK(plan(depth - 1));
        };
    }

    private Plan cross(int depth) {
        Plan joined = plan(random.nextInt(depth));
        int more = 1 + random.nextInt(3);
        for (int i = 0; i < more; i++) {
            joined =
                    new Plan.Join(
                            joined,
                            plan(i == 0 ? random.nextInt(depth) : 0),
                            JoinKind.INNER,
                            new JoinCondition(List.of(), Optional.empty()));
        }
        return filter(joined);
    }

    private Plan filter(Plan input) {
        List<Expression> terms = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            terms.add(condition(input.types()));
        }
        return new Plan.Filter(input, Conjuncts.and(terms));
    }

    private Plan project(Plan input) {
        List<Expression> columns = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            Column column = column(input.types());
            columns.add(
                    column.type().equals(SqlType.INT8) && random.nextInt(4) == 0
                            ? call(INT8_PLUS, "+", SqlType.INT8, column, constant(SqlType.INT8))
                            : random.nextInt(8) == 0 ? constant(column.type()) : column);
        }
        return new Plan.Project(input, columns);
    }

    private Plan join(Plan left, Plan right) {
        List<SqlType> both = new ArrayList<>(left.types());
        both.addAll(right.types());
        List<Expression> residual = new ArrayList<>();
        int count = random.nextInt(3);
        for (int i = 0; i < count; i++) {
            residual.add(condition(both));
        }
        List<EquiKey> keys = new ArrayList<>();
        Column a = column(left.types());
        Column b = column(right.types());
        if (random.nextBoolean() && a.type().equals(b.type())) {
            keys.add(new EquiKey(a, b, random.nextInt(4) == 0));
        }
        return new Plan.Join(
                left,
                right,
                JoinKind.values()[random.nextInt(JoinKind.values().length)],
                new JoinCondition(keys, Conjuncts.combined(residual)));
    }

    private Plan aggregate(Plan input) {
        List<Expression> keys = new ArrayList<>();
        int count = random.nextInt(3);
        for (int i = 0; i < count; i++) {
            keys.add(column(input.types()));
        }
        Expression argument = column(input.types());
        return new Plan.Aggregate(
                input,
                keys,
                List.of(
                        aggregate(AggregateFunction.Kind.COUNT, 2803, List.of(), SqlType.INT8),
                        aggregate(
                                AggregateFunction.Kind.MAX,
                                2115,
                                List.of(argument),
                                argument.type())));
    }

    private static AggregateCall aggregate(
            AggregateFunction.Kind kind, int oid, List<Expression> arguments, SqlType type) {
        return new AggregateCall(
                new AggregateFunction(kind, oid, "f", Collation.NONE),
                arguments,
                AggregateCall.Clauses.NONE,
                type);
    }

    /// The two with the columns of the first, as far as the other has such.
    private Plan union(Plan left, Plan right) {
        return new Plan.Union(List.of(left, like(right, left.types())));
    }

    private Plan setOperation(Plan left, Plan right) {
        return new Plan.SetOperation(
                left,
                like(right, left.types()),
                Plan.SetOperator.values()[random.nextInt(2)],
                random.nextBoolean());
    }

    private Plan like(Plan plan, List<SqlType> types) {
        List<Expression> columns = new ArrayList<>();
        for (SqlType type : types) {
            List<Expression> candidates =
                    Columns.identity(plan.types()).stream()
                            .filter(column -> column.type().equals(type))
                            .toList();
            columns.add(
                    candidates.isEmpty()
                            ? constant(type)
                            : candidates.get(random.nextInt(candidates.size())));
        }
        return new Plan.Project(plan, columns);
    }

    /// By an order of all columns, lest it matter which of them are kept.
    private Plan topK(Plan input) {
        List<SortKey> order =
                Columns.identity(input.types()).stream()
                        .map(column -> new SortKey(column, random.nextBoolean(), false))
                        .toList();
        List<Expression> partition =
                random.nextBoolean() ? List.of() : List.of(column(input.types()));
        return new Plan.TopK(
                input, partition, order, new Limit(Optional.of(1L + random.nextInt(2)), 0, false));
    }

    private Plan window(Plan input) {
        List<SortKey> order =
                Columns.identity(input.types()).stream()
                        .map(column -> new SortKey(column, false, random.nextBoolean()))
                        .toList();
        return new Plan.Window(
                input,
                random.nextBoolean() ? List.of() : List.of(column(input.types())),
                order,
                List.of(
                        new WindowCall(
                                new AggregateFunction(
                                        AggregateFunction.Kind.OTHER,
                                        3100,
                                        "row_number",
                                        Collation.NONE),
                                List.of(),
                                Optional.empty(),
                                WindowCall.Frame.DEFAULT,
                                SqlType.INT8)));
    }

    private Column column(List<SqlType> types) {
        int index = random.nextInt(types.size());
        return new Column(index, types.get(index));
    }

    private Expression condition(List<SqlType> types) {
        Column a = column(types);
        return switch (random.nextInt(9)) {
            case 0 -> new Expression.IsNull(a, random.nextBoolean());
            case 1 -> new Expression.Or(List.of(condition(types), condition(types)));
            case 2 -> new Expression.Not(condition(types));
            case 3 -> less(a, types);
            case 4 -> equal(a, constant(a.type()));
            case 5 ->
                    new Expression.Not(new Expression.IsDistinct((Call) equal(a, other(a, types))));
            default -> equal(a, other(a, types));
        };
    }

    private Expression less(Column a, List<SqlType> types) {
        return a.type().equals(SqlType.INT8)
                ? call(INT8_LESS, "<", SqlType.BOOL, a, constant(SqlType.INT8))
                : equal(a, other(a, types));
    }

    private Expression other(Column a, List<SqlType> types) {
        for (int attempt = 0; attempt < 8; attempt++) {
            Column b = column(types);
            boolean comparable =
                    b.type().equals(a.type())
                            || a.type().equals(SqlType.INT4) && b.type().equals(SqlType.INT8);
            if (comparable && !b.equals(a)) {
                return b;
            }
        }
        return constant(a.type());
    }

    private Expression equal(Expression left, Expression right) {
        if (left.type().equals(TEXT)) {
            return new Call(TEXT_EQUAL, "=", List.of(left, right), SqlType.BOOL, Collation.C);
        }
        int function =
                left.type().equals(SqlType.INT8)
                        ? INT8_EQUAL
                        : right.type().equals(SqlType.INT8) ? INT48_EQUAL : INT4_EQUAL;
        return call(function, "=", SqlType.BOOL, left, right);
    }

    private static Call call(int function, String name, SqlType type, Expression... arguments) {
        return new Call(function, name, List.of(arguments), type, Collation.NONE);
    }

    private Expression constant(SqlType type) {
        return new Constant(
                type.equals(TEXT)
                        ? List.of("a", "b", "c").get(random.nextInt(3))
                        : (Object) (long) random.nextInt(3),
                type);
    }
}
