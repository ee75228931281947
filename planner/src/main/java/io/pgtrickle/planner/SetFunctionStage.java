package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.SetFunction;
import io.pgtrickle.planner.SetFunctionTranslator.Registered;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Adds the columns of set-returning functions: of those that groups or windows need before these are made, of the others behind
/// them. In each place they run in lockstep, those over others' values after these (`split_pathtarget_at_srfs`).
final class SetFunctionStage {

    private final QueryScope scope;

    SetFunctionStage(QueryScope scope) {
        this.scope = scope;
    }

    /// The functions that expressions are over, directly or by way of other functions.
    ///
    /// @param computed expressions that are columns already
    List<Registered> needed(List<? extends Expression> expressions, List<Expression> computed) {
        Set<Registered> needed = new LinkedHashSet<>();
        expressions.forEach(expression -> collect(expression, computed, needed));
        return List.copyOf(needed);
    }

    private void collect(Expression expression, List<Expression> computed, Set<Registered> needed) {
        if (computed.contains(expression)) {
            return;
        }
        if (expression instanceof Column column) {
            scope.setFunctions()
                    .of(column)
                    .filter(needed::add)
                    .ifPresent(function ->
                            function.function()
                                    .arguments()
                                    .forEach(argument -> collect(argument, computed, needed)));
            return;
        }
        Columns.children(expression).forEach(child -> collect(child, computed, needed));
    }

    /// What there is before the rest of the functions.
    ///
    /// @param windows what the windows' partitions and orders are over
    record Before(GroupTranslator.Groups groups, List<Expression> windows) {
        Before(GroupTranslator.Groups groups, List<Expression> windows) {
            this.groups = groups;
            this.windows = List.copyOf(windows);
        }
    }

    /// The functions that aren't there yet.
    Rows applyRest(Rows rows, List<Expression> outputs, Before before) {
        List<Expression> computed = new ArrayList<>(before.groups().keys());
        computed.addAll(before.windows());
        List<Registered> rest = needed(outputs, computed);
        // it would have to be called a second time
        if (rest.stream().anyMatch(function -> rows.has(function.slot().index()))) {
            throw Refusals.query(
                    "set-returning functions within the order or partition of a window and elsewhere too",
                    "Call the function in a subquery in FROM.");
        }
        return apply(rows, rest, before.groups()::above);
    }

    /// @param above to expressions over the groups
    Rows apply(Rows rows, List<Registered> functions, UnaryOperator<Expression> above) {
        List<Registered> rest = new ArrayList<>(functions);
        Rows all = rows;
        while (!rest.isEmpty()) {
            List<Registered> waiting = List.copyOf(rest);
            List<Registered> ready =
                    waiting.stream().filter(function -> isReady(function, waiting, above)).toList();
            all = lockstep(all, ready, above);
            rest.removeAll(ready);
        }
        return all;
    }

    private static boolean isReady(
            Registered function, List<Registered> waiting, UnaryOperator<Expression> above) {
        return function.function().arguments().stream()
                .map(above)
                .map(Columns::of)
                .noneMatch(
                        used -> waiting.stream().anyMatch(other -> used.get(other.slot().index())));
    }

    private Rows lockstep(Rows rows, List<Registered> functions, UnaryOperator<Expression> above) {
        List<Expression> arguments = new ArrayList<>();
        functions.forEach(function ->
                function.function()
                        .arguments()
                        .forEach(argument -> arguments.add(above.apply(argument))));
        Subqueries.Attachment attached = scope.subqueries().attach(rows, arguments);
        Rows source = attached.rows();
        List<Expression> placed = source.place(attached.expressions());
        List<SetFunction> calls = new ArrayList<>();
        List<Integer> slots = new ArrayList<>(source.slots());
        int next = 0;
        for (Registered function : functions) {
            SetFunction call = function.function();
            int end = next + call.arguments().size();
            calls.add(call.of(placed.subList(next, end)));
            next = end;
            slots.add(function.slot().index());
        }
        return new Rows(new Plan.ProjectSet(source.plan(), calls, false), slots);
    }
}
