package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/// Sub-plans that occur more than once and keep state: each is worked on once, apart from its readers, so that it stays one. Within a
/// reader a working table with a negative id stands for it. It gets none of a reader's conditions, and has the columns that
/// some reader reads.
///
/// Inner joins whose conditions stand further up are no such sub-plans, lest a cross product be shared.
final class SharedPlans {

    private final Map<Plan, Integer> readers = new HashMap<>();
    private final Map<Plan, Plan> places = new HashMap<>();

    /// Inputs before their readers.
    private final List<Part> parts = new ArrayList<>();

    private SharedPlans() {}

    /// @param id of the working tables that stand for it; 0 for the whole
    record Part(int id, Plan plan) {}

    /// The shared parts, readers before what they read; the first is the whole.
    static List<Part> split(Plan whole) {
        SharedPlans shared = new SharedPlans();
        shared.count(whole, new HashSet<>());
        Plan rest = shared.replace(whole, false);
        List<Part> parts = new ArrayList<>(shared.parts.reversed());
        parts.addFirst(new Part(0, rest));
        return parts;
    }

    private void count(Plan plan, Set<Plan> seen) {
        if (seen.add(plan)) {
            for (Plan input : plan.inputs()) {
                readers.merge(input, 1, Integer::sum);
                count(input, seen);
            }
        }
    }

    private Plan replace(Plan plan, boolean inShared) {
        boolean shared = inShared || readers.getOrDefault(plan, 0) > 1;
        if (!shared || !isWorthIt(plan)) {
            return PlanInputs.map(plan, input -> replace(input, shared));
        }
        Plan known = places.get(plan);
        if (known == null) {
            int id = -1 - places.size();
            known = new Plan.WorkingTable(id, plan.types());
            places.put(plan, known);
            parts.add(new Part(id, PlanInputs.map(plan, input -> replace(input, false))));
        }
        return known;
    }

    private static boolean isWorthIt(Plan plan) {
        return switch (plan) {
            case Plan.Project(Plan input, _) -> isWorthIt(input);
            case Plan.Filter(Plan input, _) -> isWorthIt(input) || isJoin(input);
            case Plan.Union(List<Plan> inputs) -> inputs.stream().anyMatch(SharedPlans::isWorthIt);
            case Plan.Aggregate _,
                    Plan.Distinct _,
                    Plan.SetOperation _,
                    Plan.TopK _,
                    Plan.Window _,
                    Plan.Recursive _ ->
                    true;
            case Plan.Join _, Plan.ProjectSet _, Plan.Scan _, Plan.Values _, Plan.WorkingTable _ ->
                    false;
        };
    }

    private static boolean isJoin(Plan plan) {
        return switch (plan) {
            case Plan.Project(Plan input, _) -> isJoin(input);
            case Plan.Filter(Plan input, _) -> isJoin(input);
            case Plan.Join _ -> true;
            case Plan _ -> false;
        };
    }

    /// The plan with these columns only.
    static Plan narrow(Plan plan, BitSet needed) {
        List<SqlType> types = plan.types();
        return new Plan.Project(
                plan,
                needed.stream()
                        .<Expression>mapToObj(column -> new Column(column, types.get(column)))
                        .toList());
    }

    /// The reader over working tables that have only the columns that somebody reads.
    static Plan overNarrow(Plan reader, Map<Integer, BitSet> needed) {
        if (!(reader instanceof Plan.WorkingTable(int id, List<SqlType> types)) || id >= 0) {
            return PlanInputs.map(reader, input -> overNarrow(input, needed));
        }
        List<Integer> kept = needed.getOrDefault(id, new BitSet()).stream().boxed().toList();
        Plan table = new Plan.WorkingTable(id, kept.stream().map(types::get).toList());
        return new Plan.Project(
                table,
                IntStream.range(0, types.size())
                        .mapToObj(column ->
                                kept.contains(column)
                                        ? new Column(kept.indexOf(column), types.get(column))
                                        : (Expression) new Constant(null, types.get(column)))
                        .toList());
    }

    /// The reader with the plans in place of their working tables.
    static Plan join(Plan reader, Map<Integer, Plan> plans) {
        return reader instanceof Plan.WorkingTable(int id, _) && id < 0
                ? Optional.ofNullable(plans.get(id))
                        .orElseThrow(() -> Refusals.internal("no shared plan " + id))
                : PlanInputs.map(reader, input -> join(input, plans));
    }
}
