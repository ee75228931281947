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

    private static List<RemoteCall> calls(Plan plan) {
        List<RemoteCall> calls = new ArrayList<>();
        Deque<Expression> rest = new ArrayDeque<>();
        expressions(plan).forEach(rest::push);
        while (!rest.isEmpty()) {
            Expression expression = rest.pop();
            if (expression instanceof Expression.Remote remote) {
                calls.add(remote.call());
            }
            expression.parts().forEach(rest::push);
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
