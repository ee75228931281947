package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Branch;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.dataflow.plan.WindowCall;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Moves what PostgreSQL evaluates to where it is asked for many rows at a time: into projections and filters. Other operators then
/// find the values as columns.
///
/// A whole expression moves, not its remote part alone: so a CASE still decides what is evaluated.
final class RemotePlacement {

    private RemotePlacement() {}

    static Plan place(Plan plan) {
        return switch (plan) {
            case Plan.Scan _, Plan.Values _, Plan.WorkingTable _ -> plan;
            case Plan.Filter filter -> new Plan.Filter(place(filter.input()), filter.predicate());
            case Plan.Project project ->
                    new Plan.Project(place(project.input()), project.columns());
            case Plan.ProjectSet set ->
                    new Plan.ProjectSet(place(set.input()), set.functions(), set.ordinality());
            case Plan.Distinct distinct -> new Plan.Distinct(place(distinct.input()));
            case Plan.Union(List<Plan> inputs) ->
                    new Plan.Union(inputs.stream().map(RemotePlacement::place).toList());
            case Plan.SetOperation sets ->
                    new Plan.SetOperation(
                            place(sets.left()), place(sets.right()), sets.operator(), sets.all());
            case Plan.Recursive recursive ->
                    new Plan.Recursive(
                            place(recursive.base()),
                            place(recursive.step()),
                            recursive.id(),
                            recursive.all());
            case Plan.Join join -> join(join);
            case Plan.Aggregate aggregate -> {
                Extension input = new Extension(place(aggregate.input()));
                List<Expression> keys = input.all(aggregate.keys());
                List<AggregateCall> calls =
                        aggregate.calls().stream().map(call -> call(call, input)).toList();
                yield new Plan.Aggregate(input.plan(), keys, calls);
            }
            case Plan.TopK topK -> {
                Extension input = new Extension(place(topK.input()));
                List<Expression> partition = input.all(topK.partition());
                List<SortKey> order = input.order(topK.order());
                yield input.narrow(new Plan.TopK(input.plan(), partition, order, topK.limit()), 0);
            }
            case Plan.Window window -> {
                Extension input = new Extension(place(window.input()));
                List<Expression> partition = input.all(window.partition());
                List<SortKey> order = input.order(window.order());
                List<WindowCall> calls =
                        window.calls().stream().map(call -> call(call, input)).toList();
                yield input.narrow(
                        new Plan.Window(input.plan(), partition, order, calls), calls.size());
            }
        };
    }

    /// What the filter passes over isn't evaluated.
    private static AggregateCall call(AggregateCall call, Extension input) {
        Optional<Expression> filter = call.filter();
        return call.map(expression ->
                filter.filter(condition -> !condition.equals(expression))
                        .map(condition -> input.guarded(condition, expression))
                        .orElseGet(() -> input.one(expression)));
    }

    private static WindowCall call(WindowCall call, Extension input) {
        List<Expression> arguments =
                call.arguments().stream()
                        .map(argument ->
                                call.filter()
                                        .map(condition -> input.guarded(condition, argument))
                                        .orElseGet(() -> input.one(argument)))
                        .toList();
        return new WindowCall(
                call.function(),
                arguments,
                call.filter().map(input::one),
                call.frame(),
                call.type());
    }

    private static Plan join(Plan.Join join) {
        Extension left = new Extension(place(join.left()));
        Extension right = new Extension(place(join.right()));
        List<EquiKey> keys = new ArrayList<>();
        for (EquiKey key : join.on().keys()) {
            keys.add(new EquiKey(left.one(key.left()), right.one(key.right()), key.nullsMatch()));
        }
        int before = join.left().types().size();
        Optional<Expression> residual =
                join.on()
                        .residual()
                        .map(condition ->
                                Columns.replace(
                                        condition,
                                        column ->
                                                column.index() < before
                                                        ? column
                                                        : new Column(
                                                                column.index() + left.added(),
                                                                column.type())));
        boolean above =
                join.kind() == Plan.JoinKind.INNER
                        && residual.filter(RemotePlacement::isRemote).isPresent();
        Plan joined =
                new Plan.Join(
                        left.plan(),
                        right.plan(),
                        join.kind(),
                        new JoinCondition(keys, above ? Optional.empty() : residual));
        Plan filtered = above ? new Plan.Filter(joined, residual.orElseThrow()) : joined;
        if (left.added() + right.added() == 0) {
            return filtered;
        }
        List<Expression> columns = new ArrayList<>(Columns.identity(join.left().types()));
        if (join.kind().hasRightColumns()) {
            List<SqlType> types = join.right().types();
            for (int i = 0; i < types.size(); i++) {
                columns.add(new Column(before + left.added() + i, types.get(i)));
            }
        }
        return new Plan.Project(filtered, columns);
    }

    private static boolean isRemote(Expression expression) {
        return expression instanceof Expression.Remote
                || expression instanceof Expression.Label
                || expression.parts().stream().anyMatch(RemotePlacement::isRemote);
    }

    /// An input with columns added for what is evaluated in PostgreSQL.
    private static final class Extension {

        private final Plan input;
        private final List<Expression> columns;
        private final int before;

        Extension(Plan input) {
            this.input = input;
            this.columns = new ArrayList<>(Columns.identity(input.types()));
            this.before = columns.size();
        }

        int added() {
            return columns.size() - before;
        }

        Plan plan() {
            return added() == 0 ? input : new Plan.Project(input, columns);
        }

        Expression one(Expression expression) {
            if (!isRemote(expression)) {
                return expression;
            }
            int known = columns.subList(before, columns.size()).indexOf(expression);
            if (known < 0) {
                columns.add(expression);
                known = columns.size() - 1 - before;
            }
            return new Column(before + known, expression.type());
        }

        Expression guarded(Expression condition, Expression expression) {
            return isRemote(expression)
                    ? one(
                            new Expression.Case(
                                    List.of(new Branch(condition, expression)),
                                    new Expression.Constant(null, expression.type()),
                                    expression.type()))
                    : expression;
        }

        List<Expression> all(List<Expression> expressions) {
            return expressions.stream().map(this::one).toList();
        }

        List<SortKey> order(List<SortKey> order) {
            return order.stream()
                    .map(key ->
                            new SortKey(one(key.expression()), key.descending(), key.nullsFirst()))
                    .toList();
        }

        /// The operator's rows without the columns that were added.
        ///
        /// @param own columns that the operator adds itself
        Plan narrow(Plan operator, int own) {
            if (added() == 0) {
                return operator;
            }
            List<Expression> kept = new ArrayList<>(Columns.identity(input.types()));
            List<SqlType> types = operator.types();
            for (int i = types.size() - own; i < types.size(); i++) {
                kept.add(new Column(i, types.get(i)));
            }
            return new Plan.Project(operator, kept);
        }
    }
}
