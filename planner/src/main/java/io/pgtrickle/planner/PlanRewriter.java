package io.pgtrickle.planner;

import io.pgtrickle.dataflow.plan.Plan;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// From a plan that says what a query means, as naively as it likes, to one that is cheap to keep fresh, by small passes. The rows are the
/// same, and so is the order of their columns.
final class PlanRewriter {

    private final PlanFacts facts;
    private final PlanProperties properties;

    PlanRewriter(PlanFacts facts) {
        this.facts = facts;
        this.properties = new PlanProperties(facts);
    }

    Plan rewrite(Plan naive) {
        PlanCheck.check(naive);
        Plan simple = checked(naive, new Simplify(properties).simplify(naive));
        List<SharedPlans.Part> parts = SharedPlans.split(simple);
        for (SharedPlans.Part part : parts.subList(1, parts.size()).reversed()) {
            properties.assume(part.id(), properties.of(part.plan()));
        }
        Map<Integer, BitSet> needed = new HashMap<>();
        List<SharedPlans.Part> rewritten = new ArrayList<>();
        for (SharedPlans.Part part : parts) {
            Plan plan =
                    part.id() == 0
                            ? part.plan()
                            : SharedPlans.narrow(
                                    part.plan(), needed.getOrDefault(part.id(), new BitSet()));
            Plan ordered = ordered(plan);
            Plan pruned = checked(ordered, new Pruning(properties, needed).prune(ordered));
            rewritten.add(new SharedPlans.Part(part.id(), pruned));
        }
        Map<Integer, Plan> plans = new HashMap<>();
        for (SharedPlans.Part part : rewritten.reversed()) {
            Plan narrow = SharedPlans.overNarrow(part.plan(), needed);
            plans.put(part.id(), SharedPlans.join(checked(part.plan(), pruned(narrow)), plans));
        }
        Plan whole = checked(naive, plans.getOrDefault(0, naive));
        whole = checked(whole, SharedScans.share(whole));
        return checked(whole, new Simplify(properties).simplify(whole));
    }

    private Plan ordered(Plan naive) {
        Plan plan = checked(naive, new Simplify(properties).simplify(naive));
        plan = checked(plan, new OuterJoins(facts).reduce(plan));
        plan = checked(plan, new Simplify(properties).simplify(plan));
        plan = checked(plan, new PushDown(facts, properties).push(plan));
        return checked(plan, new Simplify(properties).simplify(plan));
    }

    private Plan pruned(Plan wide) {
        PlanProperties fresh = new PlanProperties(facts);
        Plan plan = checked(wide, new Pruning(fresh, new HashMap<>()).prune(wide));
        return checked(plan, new Simplify(fresh).simplify(plan));
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
