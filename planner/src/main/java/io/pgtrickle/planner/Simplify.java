package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;

/// From the leaves up, what is plain from a node and the one below: projections and filters that follow each other are one, what
/// changes nothing goes, what is provably distinct isn't made so.
final class Simplify {

    private final PlanProperties properties;

    Simplify(PlanProperties properties) {
        this.properties = properties;
    }

    Plan simplify(Plan plan) {
        return node(PlanInputs.map(plan, this::simplify));
    }

    private Plan node(Plan plan) {
        return switch (plan) {
            case Plan.Filter(Plan input, Expression predicate) ->
                    filter(input, Conjuncts.split(predicate));
            case Plan.Project(Plan input, List<Expression> columns) -> project(input, columns);
            case Plan.Distinct(Plan input) -> properties.of(input).isSet() ? input : plan;
            case Plan.AtMostOne(Plan input, List<Expression> keys) ->
                    isSingle(input, keys) ? input : plan;
            case Plan.Join join -> join(join);
            case Plan.Window(Plan input, _, _, var calls) -> calls.isEmpty() ? input : plan;
            case Plan.TopK(Plan input, _, _, Plan.Limit limit) ->
                    limit.count().isEmpty() && limit.offset() == 0 ? input : plan;
            case Plan.Union(List<Plan> inputs) -> union(inputs);
            case Plan.Scan _,
                    Plan.Values _,
                    Plan.ProjectSet _,
                    Plan.Aggregate _,
                    Plan.SetOperation _,
                    Plan.Recursive _,
                    Plan.WorkingTable _ ->
                    plan;
        };
    }

    private static Plan filter(Plan input, List<Expression> terms) {
        if (input instanceof Plan.Filter(Plan below, Expression first) && !terms.isEmpty()) {
            List<Expression> all = new ArrayList<>(Conjuncts.split(first));
            terms.stream().filter(term -> !all.contains(term)).forEach(all::add);
            return Conjuncts.filter(below, all);
        }
        return Conjuncts.filter(input, terms);
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
        return (keys.isEmpty() || !columns.isEmpty()) && properties.of(input).isUnique(columns);
    }

    /// How often a row is on the right of a semijoin or antijoin doesn't matter.
    private static Plan join(Plan.Join join) {
        Plan right =
                !join.kind().hasRightColumns() && join.right() instanceof Plan.Distinct(Plan input)
                        ? input
                        : join.right();
        List<Expression> residual = Conjuncts.split(join.on().residual());
        return new Plan.Join(
                join.left(),
                right,
                join.kind(),
                new JoinCondition(join.on().keys(), Conjuncts.combined(residual)));
    }

    private static Plan union(List<Plan> inputs) {
        List<Plan> flat = new ArrayList<>();
        for (Plan input : inputs) {
            if (input instanceof Plan.Union(List<Plan> inner)) {
                flat.addAll(inner);
            } else {
                flat.add(input);
            }
        }
        return new Plan.Union(flat);
    }

    /// Whether the node is an inner join.
    static boolean isInner(Plan plan) {
        return plan instanceof Plan.Join join && join.kind() == JoinKind.INNER;
    }
}
