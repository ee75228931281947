package io.pgtrickle.planner;

import io.pgtrickle.dataflow.plan.Plan;
import java.util.List;
import java.util.function.UnaryOperator;

/// Plans over other inputs.
final class PlanInputs {

    private PlanInputs() {}

    /// The same node over what the function makes of its inputs, which have the same columns.
    static Plan map(Plan plan, UnaryOperator<Plan> function) {
        return replace(plan, plan.inputs().stream().map(function).toList());
    }

    /// @param inputs as many as the node has
    static Plan replace(Plan plan, List<Plan> inputs) {
        return switch (plan) {
            case Plan.Scan _, Plan.Values _, Plan.WorkingTable _ -> plan;
            case Plan.Filter(_, var predicate) -> new Plan.Filter(inputs.getFirst(), predicate);
            case Plan.Project(_, var columns) -> new Plan.Project(inputs.getFirst(), columns);
            case Plan.ProjectSet(_, var functions, boolean ordinality) ->
                    new Plan.ProjectSet(inputs.getFirst(), functions, ordinality);
            case Plan.Aggregate(_, var keys, var calls) ->
                    new Plan.Aggregate(inputs.getFirst(), keys, calls);
            case Plan.Distinct _ -> new Plan.Distinct(inputs.getFirst());
            case Plan.TopK(_, var partition, var order, var limit) ->
                    new Plan.TopK(inputs.getFirst(), partition, order, limit);
            case Plan.Window(_, var partition, var order, var calls) ->
                    new Plan.Window(inputs.getFirst(), partition, order, calls);
            case Plan.Union _ -> new Plan.Union(inputs);
            case Plan.Join(_, _, var kind, var on) ->
                    new Plan.Join(inputs.get(0), inputs.get(1), kind, on);
            case Plan.SetOperation(_, _, var operator, boolean all) ->
                    new Plan.SetOperation(inputs.get(0), inputs.get(1), operator, all);
            case Plan.Recursive(_, _, int id, boolean all) ->
                    new Plan.Recursive(inputs.get(0), inputs.get(1), id, all);
        };
    }
}
