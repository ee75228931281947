package io.pgtrickle.planner;

import io.pgtrickle.dataflow.plan.Plan;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/// From a plan that says what a query means, as naively as it likes, to one that is cheap to keep fresh, by small passes. The rows are the
/// same, and so is the order of their columns.
final class PlanRewriter {

    private final PlanFacts facts;

    PlanRewriter(PlanFacts facts) {
        this.facts = facts;
    }

    Plan rewrite(Plan naive) {
        PlanCheck.check(naive);
        PlanProperties properties = new PlanProperties(facts);
        Map<Integer, BitSet> needed = new HashMap<>();
        Plan plan = checked(naive, new Simplify(properties).simplify(naive));
        plan = checked(plan, new OuterJoins(facts).reduce(plan));
        plan = checked(plan, new PushDown(facts, properties).push(plan));
        plan = checked(plan, new Simplify(properties).simplify(plan));
        plan = checked(plan, new Pruning(properties, needed).prune(plan));
        return checked(plan, new Simplify(properties).simplify(plan));
    }

    private static Plan checked(Plan before, Plan after) {
        PlanCheck.check(after);
        if (!after.types().equals(before.types())) {
            throw Refusals.internal(
                    "a pass of the planner changed the columns\n"
                            + PlanText.of(before)
                            + "became\n"
                            + PlanText.of(after));
        }
        return after;
    }
}
