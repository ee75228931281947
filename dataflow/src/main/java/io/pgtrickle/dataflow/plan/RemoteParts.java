package io.pgtrickle.dataflow.plan;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.model.remote.RemoteCall;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What of an operator's work PostgreSQL does.
final class RemoteParts {

    private RemoteParts() {}

    /// The functions of one operator that are evaluated there, by name.
    static SortedSet<String> of(Plan plan) {
        return calls(plan).stream()
                .map(RemoteCall::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// The oids of the functions of all operators that are evaluated there.
    static Stream<Long> functionsBelow(Plan plan) {
        List<Integer> oids = new ArrayList<>();
        for (Expression expression : all(plan)) {
            if (expression instanceof Expression.Remote remote) {
                oids.add(remote.functionOid());
            }
        }
        if (plan instanceof Plan.ProjectSet set) {
            set.functions().forEach(function -> oids.add(function.functionOid()));
        }
        return Stream.concat(
                oids.stream().map(Integer::toUnsignedLong),
                plan.inputs().stream().flatMap(RemoteParts::functionsBelow));
    }

    /// The expressions of one operator and those that they are made of.
    private static List<Expression> all(Plan plan) {
        List<Expression> all = new ArrayList<>();
        Deque<Expression> rest = new ArrayDeque<>();
        expressions(plan).forEach(rest::push);
        while (!rest.isEmpty()) {
            Expression expression = rest.pop();
            all.add(expression);
            expression.parts().forEach(rest::push);
        }
        return all;
    }

    private static List<RemoteCall> calls(Plan plan) {
        List<RemoteCall> calls = new ArrayList<>();
        for (Expression expression : all(plan)) {
            if (expression instanceof Expression.Remote remote) {
                calls.add(remote.call());
            } else if (expression instanceof Expression.Label label) {
                label.orders().forEach(order -> calls.add(order.ranks()));
            }
        }
        if (plan instanceof Plan.ProjectSet set) {
            set.functions().stream()
                    .flatMap(function -> function.remote().stream())
                    .forEach(calls::add);
        }
        return calls;
    }

    /// Those of all operators.
    static Stream<RemoteCall> below(Plan plan) {
        return Stream.concat(
                calls(plan).stream(), plan.inputs().stream().flatMap(RemoteParts::below));
    }

    /// The node's own expressions.
    private static Stream<Expression> expressions(Plan plan) {
        return switch (plan) {
            case Plan.Scan _,
                    Plan.WorkingTable _,
                    Plan.Distinct _,
                    Plan.Union _,
                    Plan.SetOperation _,
                    Plan.Recursive _ ->
                    Stream.empty();
            case Plan.Values(List<List<Expression>> rows, _) -> rows.stream().flatMap(List::stream);
            case Plan.Filter filter -> Stream.of(filter.predicate());
            case Plan.Project project -> project.columns().stream();
            case Plan.ProjectSet set ->
                    set.functions().stream().flatMap(function -> function.arguments().stream());
            case Plan.Join join ->
                    Stream.concat(
                            join.on().keys().stream()
                                    .flatMap(key -> Stream.of(key.left(), key.right())),
                            join.on().residual().stream());
            case Plan.Aggregate aggregate ->
                    Stream.concat(
                            aggregate.keys().stream(),
                            aggregate.calls().stream().flatMap(AggregateCall::expressions));
            case Plan.TopK topK -> Stream.concat(topK.partition().stream(), order(topK.order()));
            case Plan.Window window ->
                    Stream.of(
                                    window.partition().stream(),
                                    order(window.order()),
                                    window.calls().stream()
                                            .flatMap(call ->
                                                    Stream.concat(
                                                            call.arguments().stream(),
                                                            call.filter().stream())))
                            .flatMap(expressions -> expressions);
        };
    }

    private static Stream<Expression> order(List<Plan.SortKey> order) {
        return order.stream().map(Plan.SortKey::expression);
    }
}
