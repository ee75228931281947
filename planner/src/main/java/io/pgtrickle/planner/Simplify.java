package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/// From the leaves up, what is plain from a node and the one below: projections and filters that follow each other are one, what
/// changes nothing goes, what is provably distinct isn't made so.
final class Simplify {

    private static final Expression FALSE = new Expression.Constant(false, SqlType.BOOL);

    private final PlanProperties properties;

    Simplify(PlanProperties properties) {
        this.properties = properties;
    }

    Plan simplify(Plan plan) {
        return node(PlanInputs.map(plan, this::simplify));
    }

    private Plan node(Plan plan) {
        return switch (plan) {
            case Plan.Filter(Plan input, Expression predicate) -> filter(input, predicate);
            case Plan.Project(Plan input, List<Expression> columns) ->
                    project(input, columns.stream().map(each -> known(each, input)).toList());
            case Plan.Distinct(Plan input) -> properties.of(input).isSet() ? input : plan;
            case Plan.Join join -> join(join);
            case Plan.Aggregate aggregate ->
                    SingleRows.isSuch(aggregate) && isSingle(aggregate.input(), aggregate.keys())
                            ? project(aggregate.input(), SingleRows.columns(aggregate))
                            : aggregate(aggregate);
            case Plan.Window(Plan input, _, _, var calls) -> calls.isEmpty() ? input : plan;
            case Plan.TopK(Plan input, _, _, Plan.Limit limit) ->
                    limit.count().isEmpty() && limit.offset() == 0 ? input : plan;
            case Plan.Union(List<Plan> inputs) -> union(inputs);
            case Plan.Scan _,
                    Plan.Values _,
                    Plan.ProjectSet _,
                    Plan.SetOperation _,
                    Plan.Recursive _,
                    Plan.WorkingTable _ ->
                    plan;
        };
    }

    private Expression known(Expression expression, Plan input) {
        return KnownNulls.simplify(expression, properties.of(input).notNull());
    }

    private Plan filter(Plan input, Expression predicate) {
        List<Expression> all = new ArrayList<>();
        Plan below = input;
        if (input instanceof Plan.Filter(Plan inner, Expression first)) {
            all.addAll(Conjuncts.split(first));
            below = inner;
        }
        for (Expression term : Conjuncts.split(predicate)) {
            for (Expression known : Conjuncts.split(known(term, input))) {
                Expression plain = KnownNulls.condition(known);
                if (!all.contains(plain)) {
                    all.add(plain);
                }
            }
        }
        return all.stream().anyMatch(EmptyPlans::isNeverTrue)
                ? Conjuncts.filter(below, never(below, all))
                : Conjuncts.filter(below, all);
    }

    /// What is never true stands first; joins below still want to know their keys.
    private static List<Expression> never(Plan input, List<Expression> terms) {
        List<Expression> first = new ArrayList<>(List.of(FALSE));
        if (input instanceof Plan.Join) {
            terms.stream()
                    .filter(term -> !EmptyPlans.isNeverTrue(term) && !RowFailures.possible(term))
                    .forEach(first::add);
        }
        return first;
    }

    private static Plan project(Plan input, List<Expression> columns) {
        if (isIdentity(columns, input.types())) {
            return input;
        }
        if (input instanceof Plan.Project(Plan below, List<Expression> inner)
                && mayMerge(inner, columns)) {
            return project(
                    below,
                    columns.stream().map(column -> Columns.substitute(column, inner)).toList());
        }
        if (input instanceof Plan.Values(List<List<Expression>> rows, _) && rows.size() == 1) {
            List<Expression> row =
                    columns.stream()
                            .map(column -> Columns.substitute(column, rows.getFirst()))
                            .toList();
            return new Plan.Values(List.of(row), row.stream().map(Expression::type).toList());
        }
        return new Plan.Project(input, columns);
    }

    static boolean isIdentity(List<Expression> columns, List<SqlType> types) {
        return columns.equals(Columns.identity(types));
    }

    /// Whether no work is done twice when the outer columns are computed directly.
    static boolean mayMerge(List<Expression> inner, List<Expression> outer) {
        int[] uses = new int[inner.size()];
        outer.forEach(column -> count(column, uses));
        for (int i = 0; i < uses.length; i++) {
            if (uses[i] > 1 && !isCheap(inner.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static void count(Expression expression, int[] uses) {
        if (expression instanceof Column(int index, _)) {
            uses[index]++;
        } else {
            Columns.children(expression).forEach(child -> count(child, uses));
        }
    }

    private static boolean isCheap(Expression expression) {
        return expression instanceof Expression.Relabel(Expression input, _)
                ? isCheap(input)
                : expression instanceof Column || expression instanceof Expression.Constant;
    }

    private boolean isSingle(Plan input, List<Expression> keys) {
        var columns = RowProperties.columns(keys);
        boolean constant = keys.stream().allMatch(Expression.Constant.class::isInstance);
        return (constant || !columns.isEmpty()) && properties.of(input).isUnique(columns);
    }

    /// A projection below that only picks columns is as well picked from directly.
    private static Plan aggregate(Plan.Aggregate aggregate) {
        if (!(aggregate.input() instanceof Plan.Project(Plan below, List<Expression> columns))) {
            return aggregate;
        }
        List<Expression> used = new ArrayList<>(aggregate.keys());
        aggregate.calls().forEach(call -> call.expressions().forEach(used::add));
        return mayMerge(columns, used)
                ? new Plan.Aggregate(
                        below,
                        aggregate.keys().stream()
                                .map(key -> Columns.substitute(key, columns))
                                .toList(),
                        aggregate.calls().stream()
                                .map(call -> call.map(each -> Columns.substitute(each, columns)))
                                .toList())
                : aggregate;
    }

    /// How often a row is on the right of a semijoin or antijoin doesn't matter.
    private Plan join(Plan.Join join) {
        Plan left = join.left();
        Plan right =
                !join.kind().hasRightColumns() && join.right() instanceof Plan.Distinct(Plan input)
                        ? input
                        : join.right();
        BitSet notNull = matchedNotNull(join);
        List<Expression> residual =
                join.on().residual().stream()
                        .map(each -> KnownNulls.simplify(each, notNull))
                        .flatMap(each -> Conjuncts.split(each).stream())
                        .map(KnownNulls::condition)
                        .filter(each -> !Conjuncts.isTrue(each))
                        .toList();
        boolean unmatched =
                EmptyPlans.isEmpty(left)
                        || EmptyPlans.isEmpty(right)
                        || residual.stream().anyMatch(EmptyPlans::isNeverTrue);
        if (unmatched) {
            switch (join.kind()) {
                case ANTI -> {
                    return left;
                }
                case SEMI -> {
                    return filter(left, FALSE);
                }
                case LEFT -> {
                    return padded(left, right);
                }
                case INNER, FULL -> {}
            }
        }
        return new Plan.Join(
                left,
                right,
                join.kind(),
                new JoinCondition(join.on().keys(), Conjuncts.combined(residual)));
    }

    /// The columns of the concatenated row that aren't NULL in a pair with equal keys.
    private BitSet matchedNotNull(Plan.Join join) {
        return properties
                .of(
                        new Plan.Join(
                                join.left(),
                                join.right(),
                                JoinKind.INNER,
                                new JoinCondition(join.on().keys(), Optional.empty())))
                .notNull();
    }

    private static Plan padded(Plan left, Plan right) {
        List<Expression> columns = new ArrayList<>(Columns.identity(left.types()));
        right.types().forEach(type -> columns.add(new Expression.Constant(null, type)));
        return project(left, columns);
    }

    private static Plan union(List<Plan> inputs) {
        List<Plan> flat = new ArrayList<>();
        for (Plan input : inputs) {
            if (input instanceof Plan.Union(List<Plan> inner)) {
                flat.addAll(inner);
            } else if (!EmptyPlans.isEmpty(input)) {
                flat.add(input);
            }
        }
        return switch (flat.size()) {
            case 0 -> inputs.getFirst();
            case 1 -> flat.getFirst();
            default -> new Plan.Union(flat);
        };
    }
}
