package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.dataflow.plan.WindowCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Adds the columns of the window functions that are over one window.
final class WindowStage {

    private final QueryScope scope;
    private final List<Node> targets;
    private final UnaryOperator<Expression> above;

    /// @param above to expressions over the groups
    WindowStage(QueryScope scope, List<Node> targets, UnaryOperator<Expression> above) {
        this.scope = scope;
        this.targets = targets;
        this.above = above;
    }

    /// Every expression that a window function is over.
    static List<Expression> expressions(
            QueryScope scope,
            List<Node> targets,
            Node query,
            WindowTranslator.Registered function) {
        List<Expression> expressions = new ArrayList<>();
        for (Node window : query.nodes("windowClause")) {
            if (window.integer("winref") == function.window()) {
                WindowCall call = scope.windows().call(function, window);
                expressions.addAll(call.arguments());
                call.filter().ifPresent(expressions::add);
                expressions.addAll(
                        scope.clauseExpressions(window.nodes("partitionClause"), targets));
                expressions.addAll(scope.clauseExpressions(window.nodes("orderClause"), targets));
            }
        }
        return expressions;
    }

    /// @param carried by which the rows belong to outer ones: they are partitions of their own
    Rows apply(
            Rows rows,
            List<Column> carried,
            Node window,
            List<WindowTranslator.Registered> functions) {
        List<Expression> partition = new ArrayList<>();
        partition.addAll(scope.clauseExpressions(window.nodes("partitionClause"), targets));
        for (Expression key : partition) {
            TypeChecks.equatable(key.type(), "PARTITION BY", scope.context().catalog());
        }
        List<SortKey> order =
                SortKeys.of(
                        window.nodes("orderClause"),
                        targets,
                        scope::translate,
                        scope.context().catalog(),
                        "a window");
        List<WindowCall> calls =
                functions.stream().map(function -> scope.windows().call(function, window)).toList();
        List<Expression> all = new ArrayList<>(partition);
        order.forEach(key -> all.add(key.expression()));
        calls.forEach(call -> {
            all.addAll(call.arguments());
            call.filter().ifPresent(all::add);
        });
        Subqueries.Attachment attached =
                scope.subqueries().attach(rows, all.stream().map(above).toList());
        Rows source = attached.rows();
        Taken taken = new Taken(source.place(attached.expressions()));
        List<Expression> placedPartition = new ArrayList<>(source.place(carried));
        partition.forEach(_ -> placedPartition.add(taken.next()));
        List<SortKey> placedOrder =
                order.stream()
                        .map(key -> new SortKey(taken.next(), key.descending(), key.nullsFirst()))
                        .toList();
        List<WindowCall> placedCalls = new ArrayList<>();
        for (WindowCall call : calls) {
            List<Expression> arguments = new ArrayList<>();
            call.arguments().forEach(_ -> arguments.add(taken.next()));
            Optional<Expression> filter = call.filter().map(_ -> taken.next());
            placedCalls.add(
                    new WindowCall(call.function(), arguments, filter, call.frame(), call.type()));
        }
        List<Integer> slots = new ArrayList<>(source.slots());
        functions.forEach(function -> slots.add(function.slot().index()));
        return new Rows(
                new Plan.Window(source.plan(), placedPartition, placedOrder, placedCalls), slots);
    }

    /// Hands out a list's elements one by one.
    private static final class Taken {

        private final List<Expression> expressions;
        private int next;

        Taken(List<Expression> expressions) {
            this.expressions = expressions;
        }

        Expression next() {
            return expressions.get(next++);
        }
    }
}
