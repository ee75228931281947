package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.SetFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// Adds the columns of set-returning functions of the select list that run in lockstep.
final class SetFunctionStage {

    private SetFunctionStage() {}

    /// @param above to expressions over the groups
    static Rows apply(
            QueryScope scope,
            Rows rows,
            List<SetFunctionTranslator.Registered> functions,
            UnaryOperator<Expression> above) {
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
        for (SetFunctionTranslator.Registered function : functions) {
            SetFunction call = function.function();
            int end = next + call.arguments().size();
            calls.add(call.of(placed.subList(next, end)));
            next = end;
            slots.add(function.slot().index());
        }
        return new Rows(new Plan.ProjectSet(source.plan(), calls, false), slots);
    }
}
