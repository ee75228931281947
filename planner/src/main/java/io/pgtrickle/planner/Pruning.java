package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.dataflow.plan.Plan.SetFunction;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.Source.SourceColumn;
import io.pgtrickle.dataflow.plan.WindowCall;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/// Only the columns flow that somebody reads. A scan keeps those of its identity as well, and at least one; before an operator that
/// keeps rows a projection takes away what it need not keep.
final class Pruning {

    private final PlanProperties properties;
    private final Map<Integer, BitSet> shared;

    /// @param shared gathers which columns are read of each sub-plan that is worked on apart
    Pruning(PlanProperties properties, Map<Integer, BitSet> shared) {
        this.properties = properties;
        this.shared = shared;
    }

    /// A plan with perhaps fewer columns.
    ///
    /// @param places where each of the old columns is now; those that nobody reads may be missing
    private record Pruned(Plan plan, Map<Integer, Integer> places) {

        Expression move(Expression expression) {
            return moved(expression, places);
        }

        /// @param column an old one that is still there
        int place(int column) {
            return places.getOrDefault(column, -1);
        }

        List<Expression> move(List<Expression> expressions) {
            return expressions.stream().map(this::move).toList();
        }

        List<SortKey> moveOrder(List<SortKey> order) {
            return order.stream()
                    .map(key ->
                            new SortKey(move(key.expression()), key.descending(), key.nullsFirst()))
                    .toList();
        }
    }

    /// The same columns in the same order, by less.
    Plan prune(Plan plan) {
        return exactly(plan, all(plan)).plan();
    }

    private static BitSet all(Plan plan) {
        BitSet all = new BitSet();
        all.set(0, plan.types().size());
        return all;
    }

    private static Expression moved(Expression expression, Map<Integer, Integer> places) {
        return Columns.replace(
                expression,
                column -> new Column(places.getOrDefault(column.index(), -1), column.type()));
    }

    /// The plan with these columns and no others, in their order.
    private Pruned exactly(Plan plan, BitSet needed) {
        Pruned pruned = prune(plan, needed);
        List<Expression> columns = new ArrayList<>();
        Map<Integer, Integer> places = new HashMap<>();
        for (int column : needed.stream().toArray()) {
            places.put(column, columns.size());
            int place = pruned.place(column);
            columns.add(new Column(place, pruned.plan().types().get(place)));
        }
        Plan input = pruned.plan();
        return new Pruned(
                Simplify.isIdentity(columns, input.types())
                        ? input
                        : new Plan.Project(input, columns),
                places);
    }

    private static Pruned same(Plan plan) {
        Map<Integer, Integer> places = new HashMap<>();
        for (int i = 0; i < plan.types().size(); i++) {
            places.put(i, i);
        }
        return new Pruned(plan, places);
    }

    private Pruned prune(Plan plan, BitSet needed) {
        return switch (plan) {
            case Plan.Scan(Source source) -> scan(source, needed);
            case Plan.Values values -> values(values, needed);
            case Plan.WorkingTable(int id, _) -> {
                shared.computeIfAbsent(id, _ -> new BitSet()).or(needed);
                yield same(plan);
            }
            case Plan.Filter(Plan input, Expression predicate) -> {
                Pruned below = prune(input, with(needed, List.of(predicate)));
                yield new Pruned(
                        new Plan.Filter(below.plan(), below.move(predicate)), below.places());
            }
            case Plan.Project(Plan input, List<Expression> columns) -> {
                List<Expression> kept = needed.stream().mapToObj(columns::get).toList();
                Pruned below = prune(input, Columns.of(kept));
                yield new Pruned(new Plan.Project(below.plan(), below.move(kept)), inOrder(needed));
            }
            case Plan.ProjectSet set -> projectSet(set, needed);
            case Plan.Join join -> join(join, needed);
            case Plan.Aggregate aggregate -> aggregate(aggregate, needed);
            case Plan.Distinct(Plan input) -> same(new Plan.Distinct(prune(input)));
            case Plan.Union(List<Plan> inputs) ->
                    new Pruned(
                            new Plan.Union(
                                    inputs.stream()
                                            .map(input -> exactly(input, needed).plan())
                                            .toList()),
                            inOrder(needed));
            case Plan.SetOperation(Plan left, Plan right, var operator, boolean all) ->
                    same(new Plan.SetOperation(prune(left), prune(right), operator, all));
            case Plan.TopK(
                            Plan input,
                            List<Expression> partition,
                            List<SortKey> order,
                            Plan.Limit limit) -> {
                BitSet used = with(with(needed, partition), expressions(order));
                Pruned below = exactly(input, used);
                yield new Pruned(
                        new Plan.TopK(
                                below.plan(), below.move(partition), below.moveOrder(order), limit),
                        below.places());
            }
            case Plan.Window window -> window(window, needed);
            case Plan.Recursive(Plan base, Plan step, int id, boolean all) ->
                    same(new Plan.Recursive(prune(base), prune(step), id, all));
        };
    }

    private static BitSet with(BitSet needed, List<Expression> expressions) {
        BitSet more = Columns.of(expressions);
        more.or(needed);
        return more;
    }

    private static List<Expression> expressions(List<SortKey> order) {
        return order.stream().map(SortKey::expression).toList();
    }

    private static Map<Integer, Integer> inOrder(BitSet needed) {
        Map<Integer, Integer> places = new HashMap<>();
        needed.stream().forEach(column -> places.put(column, places.size()));
        return places;
    }

    private static Pruned scan(Source source, BitSet needed) {
        BitSet kept = (BitSet) needed.clone();
        if (source.identity() instanceof Source.Identity.Key(List<Integer> key)) {
            key.forEach(kept::set);
        }
        if (kept.isEmpty()) {
            kept.set(0);
        }
        Map<Integer, Integer> places = inOrder(kept);
        List<SourceColumn> columns = kept.stream().mapToObj(source.columns()::get).toList();
        Source.Identity identity =
                switch (source.identity()) {
                    case Source.Identity.WholeRow whole -> whole;
                    case Source.Identity.Key(List<Integer> key) ->
                            new Source.Identity.Key(key.stream().map(places::get).toList());
                };
        return new Pruned(
                new Plan.Scan(
                        new Source(
                                source.relationOid(),
                                source.schema(),
                                source.name(),
                                columns,
                                identity)),
                places);
    }

    private static Pruned values(Plan.Values values, BitSet needed) {
        return new Pruned(
                new Plan.Values(
                        values.rows().stream()
                                .map(row -> needed.stream().mapToObj(row::get).toList())
                                .toList(),
                        needed.stream().mapToObj(values.types()::get).toList()),
                inOrder(needed));
    }

    private Pruned projectSet(Plan.ProjectSet set, BitSet needed) {
        int before = set.input().types().size();
        int width = set.types().size();
        BitSet used = needed.get(0, before);
        for (SetFunction function : set.functions()) {
            used.or(Columns.of(function.arguments()));
        }
        Pruned below = prune(set.input(), used);
        List<SetFunction> functions =
                set.functions().stream()
                        .map(function -> function.of(below.move(function.arguments())))
                        .toList();
        boolean ordinality = set.ordinality() && needed.get(width - 1);
        return new Pruned(
                new Plan.ProjectSet(below.plan(), functions, ordinality),
                appended(below, before, ordinality == set.ordinality() ? width : width - 1));
    }

    /// The input's columns where they are now, then as many others as before.
    private static Map<Integer, Integer> appended(Pruned below, int before, int width) {
        Map<Integer, Integer> places = new HashMap<>(below.places());
        int now = below.plan().types().size();
        for (int column = before; column < width; column++) {
            places.put(column, now + column - before);
        }
        return places;
    }

    private Pruned aggregate(Plan.Aggregate aggregate, BitSet needed) {
        int keys = aggregate.keys().size();
        BitSet used = Columns.of(aggregate.keys());
        List<AggregateCall> calls = new ArrayList<>();
        Map<Integer, Integer> places = new HashMap<>();
        for (int key = 0; key < keys; key++) {
            places.put(key, key);
        }
        for (int i = 0; i < aggregate.calls().size(); i++) {
            if (needed.get(keys + i)) {
                AggregateCall call = aggregate.calls().get(i);
                places.put(keys + i, keys + calls.size());
                calls.add(call);
                call.expressions().forEach(expression -> used.or(Columns.of(expression)));
            }
        }
        if (keys == 0 && calls.isEmpty()) {
            return new Pruned(new Plan.Values(List.of(List.of()), List.of()), places);
        }
        Pruned below = prune(aggregate.input(), used);
        return new Pruned(
                new Plan.Aggregate(
                        below.plan(),
                        below.move(aggregate.keys()),
                        calls.stream().map(call -> call.map(below::move)).toList()),
                places);
    }

    private Pruned window(Plan.Window window, BitSet needed) {
        int before = window.input().types().size();
        List<WindowCall> calls = new ArrayList<>();
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < window.calls().size(); i++) {
            if (needed.get(before + i)) {
                calls.add(window.calls().get(i));
                kept.add(before + i);
            }
        }
        BitSet used = needed.get(0, before);
        if (calls.isEmpty()) {
            return prune(window.input(), used);
        }
        used = with(with(used, window.partition()), expressions(window.order()));
        for (WindowCall call : calls) {
            used = with(with(used, call.arguments()), call.filter().stream().toList());
        }
        Pruned below = exactly(window.input(), used);
        Map<Integer, Integer> places = new HashMap<>(below.places());
        kept.forEach(column -> places.put(column, places.size()));
        return new Pruned(
                new Plan.Window(
                        below.plan(),
                        below.move(window.partition()),
                        below.moveOrder(window.order()),
                        calls.stream().map(call -> moved(call, below)).toList()),
                places);
    }

    private static WindowCall moved(WindowCall call, Pruned below) {
        return new WindowCall(
                call.function(),
                below.move(call.arguments()),
                call.filter().map(below::move),
                call.frame(),
                call.type());
    }

    private Pruned join(Plan.Join join, BitSet needed) {
        int width = join.left().types().size();
        if (isUseless(join, needed)) {
            return prune(join.left(), needed);
        }
        BitSet both = (BitSet) needed.clone();
        join.on().residual().ifPresent(residual -> both.or(Columns.of(residual)));
        BitSet ofLeft = both.get(0, width);
        BitSet ofRight = both.get(width, Math.max(width, both.length()));
        for (EquiKey key : join.on().keys()) {
            ofLeft.or(Columns.of(key.left()));
            ofRight.or(Columns.of(key.right()));
        }
        Pruned left = exactly(join.left(), ofLeft);
        Pruned right = exactly(join.right(), ofRight);
        int now = left.plan().types().size();
        Map<Integer, Integer> places = new HashMap<>(left.places());
        right.places().forEach((column, place) -> places.put(column + width, place + now));
        UnaryOperator<Expression> move = expression -> moved(expression, places);
        List<EquiKey> keys =
                join.on().keys().stream()
                        .map(key ->
                                new EquiKey(
                                        left.move(key.left()),
                                        right.move(key.right()),
                                        key.nullsMatch()))
                        .toList();
        Plan.Join pruned =
                new Plan.Join(
                        left.plan(),
                        right.plan(),
                        join.kind(),
                        new JoinCondition(keys, join.on().residual().map(move)));
        return new Pruned(pruned, join.kind().hasRightColumns() ? places : left.places());
    }

    /// A left join of which nothing on the right is read, and that meets at most one partner, changes nothing.
    private boolean isUseless(Plan.Join join, BitSet needed) {
        if (join.kind() != JoinKind.LEFT || needed.length() > join.left().types().size()) {
            return false;
        }
        Set<Integer> fixed = new HashSet<>();
        join.on().keys().forEach(key -> EquiKeys.column(key.right()).ifPresent(fixed::add));
        return properties.of(join.right()).isUnique(fixed);
    }
}
