package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.order.OrderDictionary;
import io.pgtrickle.dataflow.order.ServerOrder;
import io.pgtrickle.dataflow.plan.Explanation;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.remote.RemoteFunctions;
import io.pgtrickle.state.Arrangement;
import io.pgtrickle.state.StateSpace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// A plan's operators, wired. Sub-plans that are equal as data become one operator whose delta feeds all its readers in the
/// step, so that a self-join keeps its table once and sees one change on both sides.
///
/// Operators are in an order in which each comes after its inputs; a step runs them all once, in that order. Arrangements are
/// numbered in that order too, so equal plans find their state again.
///
/// For the one thread that owns the state space. After an exception the step is half done: neither the circuit nor what is pending in its
/// space may be used any more; the last checkpoint may.
public final class Circuit {

    /// Never changed: it stands for the delta of what did nothing in a step.
    private static final ZSet NOTHING = new ZSet();

    private final List<Node> nodes;
    private final Map<Source, Node> sources;
    private final Compiler compiler;
    private int largestDelta;

    private Circuit(Builder builder) {
        this.nodes = List.copyOf(builder.nodes);
        this.sources = Map.copyOf(builder.sources);
        this.compiler = builder.compiler;
    }

    /// Makes the operators over the state that earlier circuits of an equal plan left in the space, if any.
    public static Circuit of(Plan plan, StateSpace state) {
        return of(plan, state, RemoteFunctions.NONE);
    }

    /// @param remote evaluates what can't be evaluated here
    public static Circuit of(Plan plan, StateSpace state, RemoteFunctions remote) {
        Builder builder = new Builder(state, remote);
        builder.node(plan);
        return new Circuit(builder);
    }

    /// What the plan yields over empty tables, e.g. the one row of an aggregate without GROUP BY. To be called once, on an empty state,
    /// before the first step.
    public ZSet initialize() {
        return run(Map.of(), true);
    }

    /// Takes the tables' changes in, in their order for each source, and returns the change of the output. Sources that
    /// didn't change may be left out.
    ///
    /// @param changes whole transactions only
    /// @throws PgtrickleException ROW_ERROR with PostgreSQL's SQLSTATE and message where a row can't be computed,
    ///     STATE_INCONSISTENT where a change contradicts the state
    public ZSet step(Map<Source, List<SourceChange>> changes) {
        for (Source source : changes.keySet()) {
            if (!sources.containsKey(source)) {
                throw PgtrickleException.of(
                        ErrorCode.INTERNAL,
                        "table \""
                                + source.schema()
                                + "."
                                + source.name()
                                + "\" is no source of this plan");
            }
        }
        return run(changes, false);
    }

    private ZSet run(Map<Source, List<SourceChange>> changes, boolean first) {
        for (Node node : nodes) {
            try {
                node.step(changes, first);
            } catch (PgtrickleException e) {
                throw FailedRow.explain(e, node, compiler);
            }
        }
        // the last node is the plan's top
        ZSet output = nodes.getLast().delta;
        largestDelta = nodes.stream().mapToInt(node -> node.delta.size()).max().orElse(0);
        nodes.forEach(Node::forget);
        return output.isEmpty() ? new ZSet() : output;
    }

    /// The number of rows of the largest delta that an operator made in the last step: what memory it took.
    public int largestDelta() {
        return largestDelta;
    }

    /// The operators, inputs before their readers.
    public List<OperatorStatus> operators() {
        return nodes.stream().map(Node::status).toList();
    }

    /// An operator in its place.
    private static final class Node implements FailedRow.Place {

        private final Plan plan;
        private final Operator operator;
        private final List<Node> inputs;
        private ZSet delta = NOTHING;
        private long rowsIn;
        private long rowsOut;

        Node(Plan plan, Operator operator, List<Node> inputs) {
            this.plan = plan;
            this.operator = operator;
            this.inputs = inputs;
        }

        void step(Map<Source, List<SourceChange>> changes, boolean first) {
            delta =
                    switch (operator) {
                        case Operator.Leaf leaf -> {
                            List<SourceChange> own =
                                    plan instanceof Plan.Scan(Source source)
                                            ? changes.getOrDefault(source, List.of())
                                            : List.of();
                            rowsIn += own.size();
                            yield first
                                    ? leaf.initialize()
                                    : own.isEmpty() ? NOTHING : leaf.step(own);
                        }
                        case Operator.Unary _, Operator.Nary _, Operator.Binary _ ->
                                operator.apply(
                                        IntStream.range(0, inputs.size())
                                                .mapToObj(this::input)
                                                .toList(),
                                        first);
                    };
            rowsOut += delta.size();
        }

        @Override
        public Plan plan() {
            return plan;
        }

        @Override
        public ZSet delta() {
            return delta;
        }

        @Override
        public List<Node> below() {
            return inputs;
        }

        private ZSet input(int index) {
            ZSet input = inputs.get(index).delta;
            rowsIn += input.size();
            return input;
        }

        void forget() {
            delta = NOTHING;
        }

        OperatorStatus status() {
            Explanation.Line line = Explanation.of(plan);
            return new OperatorStatus(line.name(), line.keys(), line.strategy(), rowsIn, rowsOut);
        }
    }

    /// One pass over the plan, from the leaves up.
    private static final class Builder {

        private final StateSpace state;
        private final Compiler compiler;
        private final List<Node> nodes = new ArrayList<>();
        private final Map<Plan, Node> nodeByPlan = new HashMap<>();
        private final Map<Source, Node> sources = new HashMap<>();
        private final Map<ServerOrder, OrderDictionary> dictionaries = new HashMap<>();
        private int arrangements;

        Builder(StateSpace state, RemoteFunctions remote) {
            this.state = state;
            this.compiler =
                    new Compiler(
                            remote,
                            order ->
                                    dictionaries.computeIfAbsent(
                                            order,
                                            _ -> new OrderDictionary(order, next(), remote)));
        }

        Node node(Plan plan) {
            Node known = nodeByPlan.get(plan);
            if (known != null) {
                return known;
            }
            List<Plan> below =
                    plan instanceof Plan.Recursive recursive
                            ? RecursiveOperator.inputs(recursive)
                            : plan.inputs();
            List<Node> inputs = below.stream().map(this::node).toList();
            Node node = new Node(plan, operator(plan, this::next), inputs);
            nodes.add(node);
            nodeByPlan.put(plan, node);
            if (plan instanceof Plan.Scan(Source source)) {
                sources.put(source, node);
            }
            return node;
        }

        private Operator operator(Plan plan, Supplier<Arrangement> arrangements) {
            return switch (plan) {
                case Plan.Scan(Source source) -> new SourceOperator(source, arrangements.get());
                case Plan.Filter(_, var predicate) ->
                        new FilterOperator(compiler.evaluator(predicate));
                case Plan.Project(_, var columns) ->
                        new ProjectOperator(columns.stream().map(compiler::evaluator).toList());
                case Plan.Join join -> JoinOperator.of(join, arrangements, compiler);
                case Plan.Aggregate aggregate -> new AggregateOperator(aggregate, arrangements);
                case Plan.Values values -> new ValuesOperator(values, compiler);
                case Plan.Union _ -> new UnionOperator();
                case Plan.Distinct distinct -> new DistinctOperator(distinct, arrangements);
                case Plan.SetOperation sets -> new SetOperationOperator(sets, arrangements);
                case Plan.TopK topK ->
                        new TopKOperator(topK, arrangements.get(), arrangements.get());
                case Plan.Window window -> new WindowOperator(window, arrangements.get());
                case Plan.ProjectSet set -> new ProjectSetOperator(set, compiler);
                case Plan.Recursive recursive ->
                        new RecursiveOperator(recursive, this::operator, arrangements);
                case Plan.WorkingTable _ ->
                        throw PgtrickleException.of(
                                ErrorCode.INTERNAL, "a working table outside of its recursion");
            };
        }

        private Arrangement next() {
            return state.arrangement(arrangements++);
        }
    }
}
