package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan;

/// Plans that never have a row, since a condition in them is never true.
final class EmptyPlans {

    private EmptyPlans() {}

    static boolean isNeverTrue(Expression term) {
        return term instanceof Expression.Constant(Object value, _) && !Boolean.TRUE.equals(value);
    }

    static boolean isEmpty(Plan plan) {
        return switch (plan) {
            case Plan.Filter(Plan input, Expression predicate) ->
                    Conjuncts.split(predicate).stream().anyMatch(EmptyPlans::isNeverTrue)
                            || isEmpty(input);
            case Plan.Values(var rows, _) -> rows.isEmpty();
            case Plan.Aggregate(Plan input, var keys, _) -> !keys.isEmpty() && isEmpty(input);
            case Plan.Join(Plan left, Plan right, var kind, _) ->
                    switch (kind) {
                        case INNER, SEMI -> isEmpty(left) || isEmpty(right);
                        case LEFT, ANTI -> isEmpty(left);
                        case FULL -> isEmpty(left) && isEmpty(right);
                    };
            case Plan.SetOperation(Plan left, Plan right, var operator, _) ->
                    isEmpty(left) || operator == Plan.SetOperator.INTERSECT && isEmpty(right);
            case Plan.Project _,
                    Plan.ProjectSet _,
                    Plan.Distinct _,
                    Plan.Union _,
                    Plan.TopK _,
                    Plan.Window _ ->
                    plan.inputs().stream().allMatch(EmptyPlans::isEmpty);
            case Plan.Recursive _, Plan.Scan _, Plan.WorkingTable _ -> false;
        };
    }
}
