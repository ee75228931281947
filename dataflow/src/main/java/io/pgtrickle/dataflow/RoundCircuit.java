package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.state.Arrangement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// The step of a recursion as operators, evaluated once a round. Every round has state of its own, as if each had a copy of the operators,
/// but the integrals of what doesn't depend on the recursion in inner joins: those the rounds share.
final class RoundCircuit {

    /// Never changed.
    private static final ZSet NOTHING = new ZSet();

    private final RoundArrangement.Round round = new RoundArrangement.Round();
    private final List<SharedArrangement> shared = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Plan, Node> nodeByPlan = new HashMap<>();
    private final List<Plan> inputs;
    private final Node top;
    private boolean needsIntegrals;

    /// Makes an operator.
    @FunctionalInterface
    interface Operators {
        Operator make(Plan plan, Supplier<Arrangement> arrangements);
    }

    /// @param inputs the parts of the step that don't depend on the recursion
    /// @param arrangements where state of all rounds comes from, in a fixed order
    RoundCircuit(
            Plan.Recursive plan,
            List<Plan> inputs,
            Operators operators,
            Supplier<Arrangement> arrangements) {
        this.inputs = inputs;
        this.top = node(plan.step(), operators, arrangements);
    }

    /// What the inputs do in a round.
    ///
    /// @param deltas since the last step
    /// @param integrals of the inputs after this step, for a round that hasn't seen anything of them yet
    record Inputs(List<ZSet> deltas, Optional<List<ZSet>> integrals) {}

    /// Whether a round that is evaluated for the first time must be told the inputs' integrals.
    boolean needsIntegrals() {
        return needsIntegrals;
    }

    /// Evaluates one round. Each round takes part in each step from the first on in which it did, and once a step.
    ///
    /// @param workingTable the change of the rows that this round reads
    ZSet run(int number, ZSet workingTable, Inputs given) {
        round.set(number);
        shared.forEach(SharedArrangement::beginRound);
        for (Node node : nodes) {
            node.run(workingTable, given);
        }
        shared.forEach(SharedArrangement::endRound);
        ZSet output = top.delta;
        nodes.forEach(node -> node.delta = NOTHING);
        return output;
    }

    void endStep() {
        shared.forEach(SharedArrangement::endStep);
    }

    /// The parts of the step that don't depend on the recursion, each as large as can be.
    static List<Plan> inputs(Plan.Recursive plan) {
        List<Plan> inputs = new ArrayList<>();
        collect(plan.step(), plan.id(), inputs);
        return inputs;
    }

    private static void collect(Plan plan, int recursion, List<Plan> into) {
        if (!dependsOn(plan, recursion)) {
            if (!into.contains(plan)) {
                into.add(plan);
            }
        } else {
            plan.inputs().forEach(input -> collect(input, recursion, into));
        }
    }

    private static boolean dependsOn(Plan plan, int recursion) {
        return plan instanceof Plan.WorkingTable(int id, _) && id == recursion
                || plan.inputs().stream().anyMatch(input -> dependsOn(input, recursion));
    }

    private Node node(Plan plan, Operators operators, Supplier<Arrangement> arrangements) {
        Node known = nodeByPlan.get(plan);
        if (known != null) {
            return known;
        }
        Node node;
        int input = inputs.indexOf(plan);
        if (input >= 0) {
            node = new Node(new Input(input), List.of(), false);
        } else if (plan instanceof Plan.WorkingTable) {
            node = new Node(new WorkingTable(), List.of(), false);
        } else {
            if (plan instanceof Plan.Recursive) {
                throw PgtrickleException.of(
                                ErrorCode.UNSUPPORTED_QUERY,
                                "a recursive query within the recursive part of another isn't supported")
                        .withHint(
                                "Put the inner one into a WITH query that doesn't refer to the outer.");
            }
            List<Node> below =
                    plan.inputs().stream()
                            .map(each -> node(each, operators, arrangements))
                            .toList();
            boolean sharing = plan instanceof Plan.Join join && join.kind() == Plan.JoinKind.INNER;
            boolean reads = below.stream().anyMatch(each -> each.work instanceof Input);
            needsIntegrals |= reads && !sharing;
            node =
                    new Node(
                            new Work(operators.make(plan, own(below, sharing, arrangements))),
                            below,
                            sharing);
        }
        nodes.add(node);
        nodeByPlan.put(plan, node);
        return node;
    }

    /// An inner join asks for the left side's arrangement, then for the right one's.
    private Supplier<Arrangement> own(
            List<Node> below, boolean sharing, Supplier<Arrangement> arrangements) {
        int[] asked = {0};
        return () -> {
            int place = asked[0]++;
            if (sharing && below.get(place).work instanceof Input) {
                SharedArrangement common = new SharedArrangement(arrangements.get());
                shared.add(common);
                return common;
            }
            return new RoundArrangement(arrangements.get(), round);
        };
    }

    private sealed interface NodeWork {}

    private record Input(int index) implements NodeWork {}

    private record WorkingTable() implements NodeWork {}

    private record Work(Operator operator) implements NodeWork {}

    private static final class Node {

        private final NodeWork work;
        private final List<Node> below;
        private final boolean sharing;
        private ZSet delta = NOTHING;

        Node(NodeWork work, List<Node> below, boolean sharing) {
            this.work = work;
            this.below = below;
            this.sharing = sharing;
        }

        void run(ZSet workingTable, Inputs given) {
            switch (work) {
                case Input _ -> {}
                case WorkingTable _ -> delta = workingTable;
                case Work(Operator operator) ->
                        delta =
                                operator.apply(
                                        IntStream.range(0, below.size())
                                                .mapToObj(i -> below.get(i).delta(given, sharing))
                                                .toList(),
                                        given.integrals().isPresent());
            }
        }

        /// @param sharing whether the reader keeps its integral together with the other rounds
        ZSet delta(Inputs given, boolean sharing) {
            return work instanceof Input(int index)
                    ? given.integrals().filter(_ -> !sharing).orElse(given.deltas()).get(index)
                    : delta;
        }
    }
}
