package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFamily;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.dataflow.plan.WindowCall;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Puts labels (`Expression.Label`) where operators compare values whose order or equality PostgreSQL alone knows, and takes them off above:
/// the rows are the same.
final class OrderPlacement {

    private final CatalogReader catalog;
    private final ServerOrders orders;

    OrderPlacement(CatalogReader catalog) {
        this.catalog = catalog;
        this.orders = new ServerOrders(catalog);
    }

    Plan place(Plan plan) {
        return switch (plan) {
            case Plan.Scan _, Plan.Values _, Plan.WorkingTable _ -> plan;
            case Plan.Filter filter -> new Plan.Filter(place(filter.input()), filter.predicate());
            case Plan.Project project ->
                    new Plan.Project(place(project.input()), project.columns());
            case Plan.ProjectSet set ->
                    new Plan.ProjectSet(place(set.input()), set.functions(), set.ordinality());
            case Plan.Union(List<Plan> inputs) ->
                    new Plan.Union(inputs.stream().map(this::place).toList());
            case Plan.Recursive recursive ->
                    new Plan.Recursive(
                            place(recursive.base()),
                            place(recursive.step()),
                            recursive.id(),
                            recursive.all());
            case Plan.Distinct distinct ->
                    unlabelled(new Plan.Distinct(labelled(place(distinct.input()))), plan.types());
            case Plan.SetOperation sets ->
                    unlabelled(
                            new Plan.SetOperation(
                                    labelled(place(sets.left())),
                                    labelled(place(sets.right())),
                                    sets.operator(),
                                    sets.all()),
                            plan.types());
            case Plan.Join join ->
                    new Plan.Join(
                            place(join.left()),
                            place(join.right()),
                            join.kind(),
                            condition(join.on(), join.left().types().size()));
            case Plan.TopK topK ->
                    new Plan.TopK(
                            place(topK.input()),
                            equatable(topK.partition()),
                            order(topK.order()),
                            topK.limit());
            case Plan.Aggregate aggregate ->
                    unlabelled(
                            new Plan.Aggregate(
                                    place(aggregate.input()),
                                    equatable(aggregate.keys()),
                                    aggregate.calls().stream().map(this::call).toList()),
                            plan.types());
            case Plan.Window window ->
                    unlabelled(
                            new Plan.Window(
                                    place(window.input()),
                                    equatable(window.partition()),
                                    order(window.order()),
                                    window.calls().stream().map(this::call).toList()),
                            plan.types());
        };
    }

    /// Equalities of which PostgreSQL alone knows what they mean are keys, too.
    private JoinCondition condition(JoinCondition on, int width) {
        List<EquiKey> keys = new ArrayList<>(on.keys());
        List<Expression> rest = new ArrayList<>();
        for (Expression term : Conjuncts.split(on.residual())) {
            equality(term)
                    .flatMap(key -> JoinTerms.across(key, width))
                    .ifPresentOrElse(keys::add, () -> rest.add(term));
        }
        Optional<Expression> residual =
                keys.size() == on.keys().size() ? on.residual() : Conjuncts.combined(rest);
        return new JoinCondition(keys.stream().map(this::key).toList(), residual);
    }

    private Optional<EquiKey> equality(Expression term) {
        if (term instanceof Expression.Remote remote
                && remote.arguments().size() == 2
                && catalog.equalityOfFunction(remote.functionOid()).isPresent()) {
            Expression left = remote.arguments().get(0);
            Expression right = remote.arguments().get(1);
            return left.type().equals(right.type()) && left.type().hasEquality()
                    ? Optional.of(new EquiKey(left, right, false))
                    : Optional.empty();
        }
        return Optional.empty();
    }

    private EquiKey key(EquiKey key) {
        return new EquiKey(equatable(key.left()), equatable(key.right()), key.nullsMatch());
    }

    private AggregateCall call(AggregateCall call) {
        AggregateCall.Clauses clauses = call.clauses();
        List<SortKey> order = order(clauses.order());
        boolean extreme = isExtreme(call.kind());
        boolean direct =
                call.family().filter(family -> family == AggregateFamily.HYPOTHETICAL).isPresent();
        List<Expression> arguments =
                extreme
                        ? call.arguments().stream().map(this::orderable).toList()
                        : call.distinct() ? equatable(call.arguments()) : call.arguments();
        return new AggregateCall(
                call.function(),
                arguments,
                new AggregateCall.Clauses(
                        clauses.filter(),
                        clauses.distinct(),
                        order,
                        direct
                                ? clauses.direct().stream().map(this::orderable).toList()
                                : clauses.direct()),
                extreme ? arguments.getFirst().type() : resultOf(call, order));
    }

    /// `mode` and `percentile_disc` return one of the values that they order, or an array of such.
    private static SqlType resultOf(AggregateCall call, List<SortKey> order) {
        boolean picks =
                call.family()
                        .filter(family ->
                                family == AggregateFamily.MODE
                                        || family == AggregateFamily.PERCENTILE)
                        .isPresent();
        if (!picks
                || order.equals(call.clauses().order())
                || !(order.getFirst().expression() instanceof Expression.Label label)) {
            return call.type();
        }
        SqlType picked = label.type();
        return call.type() instanceof SqlType.ArrayType(int oid, int elementOid, SqlType element)
                        && element.labelled().equals(picked)
                ? new SqlType.ArrayType(oid, elementOid, picked)
                : picked;
    }

    private WindowCall call(WindowCall call) {
        if (!isExtreme(call.function().kind())) {
            return call;
        }
        List<Expression> arguments = call.arguments().stream().map(this::orderable).toList();
        return new WindowCall(
                call.function(),
                arguments,
                call.filter(),
                call.frame(),
                arguments.getFirst().type());
    }

    private static boolean isExtreme(Kind kind) {
        return kind == Kind.MIN || kind == Kind.MAX;
    }

    private List<Expression> equatable(List<Expression> expressions) {
        return expressions.stream().map(this::equatable).toList();
    }

    private Expression equatable(Expression expression) {
        return expression.type().equatable() ? expression : label(expression);
    }

    private Expression orderable(Expression expression) {
        return expression.type().orderable() ? expression : label(expression);
    }

    private List<SortKey> order(List<SortKey> order) {
        return order.stream()
                .map(key ->
                        new SortKey(
                                orderable(key.expression()), key.descending(), key.nullsFirst()))
                .toList();
    }

    private Expression label(Expression expression) {
        return new Expression.Label(expression, orders.of(expression.type()));
    }

    /// The rows with labels on what isn't equatable.
    private Plan labelled(Plan plan) {
        List<Expression> columns = Columns.identity(plan.types());
        List<Expression> labelled = equatable(columns);
        return labelled.equals(columns) ? plan : new Plan.Project(plan, labelled);
    }

    private static Plan unlabelled(Plan plan, List<SqlType> types) {
        if (plan.types().equals(types)) {
            return plan;
        }
        List<Expression> columns = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            Column column = new Column(i, plan.types().get(i));
            columns.add(
                    column.type().equals(types.get(i))
                            ? column
                            : new Expression.Unlabel(column, types.get(i)));
        }
        return new Plan.Project(plan, columns);
    }
}
