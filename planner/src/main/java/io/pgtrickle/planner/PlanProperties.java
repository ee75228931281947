package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.dataflow.plan.WindowCall;
import io.pgtrickle.planner.RowProperties.Dependency;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Derives from the leaves up what is proved of a plan's rows. Remembers it by node.
final class PlanProperties {

    private static final int ROW_NUMBER = 3100;

    /// `row_number`, `rank`, `dense_rank`, `percent_rank`, `cume_dist`, `ntile`... without `lag` and its kin.
    private static final Set<Integer> NEVER_NULL_WINDOWS = Set.of(3100, 3101, 3102, 3103, 3104);

    private final PlanFacts facts;
    private final IdentityHashMap<Plan, RowProperties> known = new IdentityHashMap<>();
    private final Map<Integer, RowProperties> workingTables = new HashMap<>();

    PlanProperties(PlanFacts facts) {
        this.facts = facts;
    }

    /// Says what holds of the rows of a working table.
    void assume(int workingTable, RowProperties properties) {
        workingTables.put(workingTable, properties);
    }

    RowProperties of(Plan plan) {
        RowProperties found = known.get(plan);
        if (found == null) {
            found = derive(plan);
            known.put(plan, found);
        }
        return found;
    }

    private RowProperties derive(Plan plan) {
        return switch (plan) {
            case Plan.Scan(Source source) -> scan(source);
            case Plan.Values values -> values(values);
            case Plan.WorkingTable(int id, _) -> workingTables.getOrDefault(id, RowProperties.NONE);
            case Plan.Filter(Plan input, Expression predicate) -> filter(of(input), predicate);
            case Plan.Project(Plan input, List<Expression> columns) -> of(input).project(columns);
            case Plan.ProjectSet(Plan input, _, boolean ordinality) ->
                    projectSet(of(input), plan.types().size() - 1, ordinality);
            case Plan.Join join -> join(join);
            case Plan.Aggregate aggregate -> aggregate(aggregate);
            case Plan.Distinct(Plan input) -> of(input).withKey(allColumns(plan));
            case Plan.Union(List<Plan> inputs) -> union(inputs);
            case Plan.SetOperation operation -> setOperation(operation);
            case Plan.TopK topK -> topK(topK);
            case Plan.Window window -> window(window);
            case Plan.Recursive recursive -> recursive(recursive);
        };
    }

    private static Set<Integer> allColumns(Plan plan) {
        return IntStream.range(0, plan.types().size()).boxed().collect(Collectors.toSet());
    }

    private static RowProperties withKeyOf(RowProperties input, List<Expression> keys) {
        Set<Integer> columns = RowProperties.columns(keys);
        return columns.isEmpty() && !keys.isEmpty() ? input : input.withKey(columns);
    }

    private RowProperties scan(Source source) {
        BitSet notNull = new BitSet();
        Map<Integer, Integer> places = new HashMap<>();
        for (int i = 0; i < source.columns().size(); i++) {
            Source.SourceColumn column = source.columns().get(i);
            notNull.set(i, column.notNull());
            places.put(column.attributeNumber(), i);
        }
        Set<Set<Integer>> keys = new HashSet<>();
        for (List<Integer> key : facts.uniqueKeys().apply(source.relationOid())) {
            if (places.keySet().containsAll(key)) {
                keys.add(key.stream().map(places::get).collect(Collectors.toSet()));
            }
        }
        if (source.identity() instanceof Source.Identity.Key(List<Integer> columns)) {
            keys.add(Set.copyOf(columns));
        }
        Set<Integer> all = Set.copyOf(places.values());
        return new RowProperties(
                notNull, keys, keys.stream().map(key -> new Dependency(key, all)).toList());
    }

    private static RowProperties values(Plan.Values values) {
        BitSet notNull = new BitSet();
        for (int i = 0; i < values.types().size(); i++) {
            int column = i;
            notNull.set(
                    i,
                    values.rows().stream()
                            .allMatch(row -> Nullability.notNull(row.get(column), _ -> false)));
        }
        Set<Set<Integer>> keys = values.rows().size() > 1 ? Set.of() : Set.of(Set.of());
        return new RowProperties(notNull, keys, List.of());
    }

    private RowProperties filter(RowProperties input, Expression predicate) {
        List<Dependency> equalities = new ArrayList<>();
        for (Expression term : Conjuncts.split(predicate)) {
            facts.equiKeys().of(term).ifPresent(key -> equalities.addAll(dependencies(key, 0)));
        }
        return input.withNotNull(Nullability.demanded(predicate, facts.strict()))
                .withDependencies(equalities);
    }

    /// @param shift of the right side's columns
    private static List<Dependency> dependencies(EquiKey key, int shift) {
        int left = EquiKeys.column(key.left()).orElse(-1);
        int right = EquiKeys.column(key.right()).orElse(-1);
        List<Dependency> dependencies = new ArrayList<>();
        if (left >= 0 && key.right() instanceof Constant) {
            dependencies.add(Dependency.constant(left));
        } else if (right >= 0 && key.left() instanceof Constant) {
            dependencies.add(Dependency.constant(right + shift));
        } else if (left >= 0 && right >= 0) {
            dependencies.add(new Dependency(Set.of(left), Set.of(right + shift)));
            dependencies.add(new Dependency(Set.of(right + shift), Set.of(left)));
        }
        return dependencies;
    }

    private static RowProperties projectSet(RowProperties input, int last, boolean ordinality) {
        RowProperties rows = input.withoutKeys();
        if (!ordinality) {
            return rows;
        }
        BitSet number = new BitSet();
        number.set(last);
        Set<Set<Integer>> keys = new HashSet<>();
        for (Set<Integer> key : input.uniqueKeys()) {
            Set<Integer> numbered = new HashSet<>(key);
            numbered.add(last);
            keys.add(numbered);
        }
        return new RowProperties(input.notNull(), keys, input.dependencies()).withNotNull(number);
    }

    private RowProperties join(Plan.Join join) {
        RowProperties left = of(join.left());
        RowProperties right = of(join.right());
        int shift = join.left().types().size();
        BitSet demanded = demanded(join.on(), shift);
        Matching matching = new Matching(left, right, join.on(), shift);
        return switch (join.kind()) {
            case SEMI -> left.withNotNull(demanded.get(0, shift));
            case ANTI -> left;
            case INNER -> {
                BitSet present = matching.notNull();
                present.or(demanded);
                yield new RowProperties(present, matching.keys(join.kind()), matching.inner());
            }
            case LEFT ->
                    new RowProperties(
                            left.notNull(), matching.keys(join.kind()), matching.outer(true));
            case FULL ->
                    new RowProperties(
                            new BitSet(), matching.keys(join.kind()), matching.outer(false));
        };
    }

    /// Columns of the concatenated row that can't be NULL in a pair that matches.
    private BitSet demanded(Plan.JoinCondition on, int shift) {
        BitSet demanded = new BitSet();
        for (EquiKey key : on.keys()) {
            if (!key.nullsMatch()) {
                demanded.or(Nullability.required(key.left(), facts.strict()));
                Nullability.required(key.right(), facts.strict()).stream()
                        .forEach(column -> demanded.set(column + shift));
            }
        }
        on.residual()
                .ifPresent(residual -> demanded.or(Nullability.demanded(residual, facts.strict())));
        return demanded;
    }

    /// How the two sides of a join determine each other.
    private record Matching(
            RowProperties left, RowProperties right, Plan.JoinCondition on, int shift) {

        BitSet notNull() {
            BitSet notNull = (BitSet) left.notNull().clone();
            right.notNull().stream().forEach(column -> notNull.set(column + shift));
            return notNull;
        }

        private Set<Integer> fixed(boolean ofLeft) {
            Set<Integer> fixed = new HashSet<>();
            for (EquiKey key : on.keys()) {
                EquiKeys.column(ofLeft ? key.left() : key.right()).ifPresent(fixed::add);
            }
            return fixed;
        }

        /// Two rows are equal in a key of the left and a key of the right only if both pairs are. Where the join fixes a whole
        /// key of one side, each row of the other meets at most one partner, and the other's keys hold on; not so the keys of
        /// a side that is padded, since all its padded rows are alike.
        Set<Set<Integer>> keys(JoinKind kind) {
            Set<Set<Integer>> keys = new HashSet<>();
            if (kind != JoinKind.FULL && right.isUnique(fixed(false))) {
                keys.addAll(left.uniqueKeys());
            }
            if (kind == JoinKind.INNER && left.isUnique(fixed(true))) {
                right.uniqueKeys().forEach(key -> keys.add(RowProperties.shifted(key, shift)));
            }
            for (Set<Integer> leftKey : left.uniqueKeys()) {
                for (Set<Integer> rightKey : right.uniqueKeys()) {
                    if (kind != JoinKind.FULL || tellsPadsApart(leftKey, rightKey)) {
                        Set<Integer> both = new HashSet<>(leftKey);
                        both.addAll(RowProperties.shifted(rightKey, shift));
                        keys.add(both);
                    }
                }
            }
            return keys;
        }

        private boolean tellsPadsApart(Set<Integer> leftKey, Set<Integer> rightKey) {
            return leftKey.stream().anyMatch(left.notNull()::get)
                    || rightKey.stream().anyMatch(right.notNull()::get);
        }

        List<Dependency> inner() {
            List<Dependency> dependencies = new ArrayList<>();
            on.keys().forEach(key -> dependencies.addAll(PlanProperties.dependencies(key, shift)));
            dependencies.addAll(left.dependencies());
            right.dependencies().forEach(each -> dependencies.add(each.shifted(shift)));
            return dependencies;
        }

        /// A padded side's dependencies hold where its NULLs can't be taken for values.
        List<Dependency> outer(boolean leftStays) {
            List<Dependency> dependencies = new ArrayList<>();
            for (Dependency each : left.dependencies()) {
                if (leftStays || each.from().stream().anyMatch(left.notNull()::get)) {
                    dependencies.add(each);
                }
            }
            for (Dependency each : right.dependencies()) {
                if (each.from().stream().anyMatch(right.notNull()::get)) {
                    dependencies.add(each.shifted(shift));
                }
            }
            return dependencies;
        }
    }

    private RowProperties aggregate(Plan.Aggregate aggregate) {
        RowProperties input = of(aggregate.input());
        List<Expression> keys = aggregate.keys();
        RowProperties grouped = input.project(keys).withoutKeys();
        BitSet notNull = (BitSet) grouped.notNull().clone();
        for (int i = 0; i < aggregate.calls().size(); i++) {
            notNull.set(
                    keys.size() + i,
                    isNotNull(aggregate.calls().get(i), !keys.isEmpty(), input.notNull()));
        }
        Set<Integer> key = IntStream.range(0, keys.size()).boxed().collect(Collectors.toSet());
        return new RowProperties(notNull, Set.of(key), grouped.dependencies());
    }

    private static boolean isNotNull(AggregateCall call, boolean neverEmpty, BitSet notNull) {
        return call.kind() == AggregateFunction.Kind.COUNT
                || neverEmpty
                        && call.kind() != AggregateFunction.Kind.OTHER
                        && call.filter().isEmpty()
                        && call.arguments().stream()
                                .allMatch(argument -> Nullability.notNull(argument, notNull::get));
    }

    private RowProperties union(List<Plan> inputs) {
        BitSet notNull = (BitSet) of(inputs.getFirst()).notNull().clone();
        inputs.forEach(input -> notNull.and(of(input).notNull()));
        return new RowProperties(notNull, Set.of(), List.of());
    }

    private RowProperties setOperation(Plan.SetOperation operation) {
        RowProperties left = of(operation.left());
        RowProperties result = left;
        if (operation.operator() == Plan.SetOperator.INTERSECT) {
            RowProperties right = of(operation.right());
            Set<Set<Integer>> keys = new HashSet<>(left.uniqueKeys());
            keys.addAll(right.uniqueKeys());
            result =
                    new RowProperties(left.notNull(), keys, left.dependencies())
                            .withNotNull(right.notNull())
                            .withDependencies(right.dependencies());
        }
        return operation.all() ? result : result.withKey(allColumns(operation));
    }

    private RowProperties topK(Plan.TopK topK) {
        RowProperties input = of(topK.input());
        boolean single = topK.limit().count().equals(Optional.of(1L)) && !topK.limit().withTies();
        return single ? withKeyOf(input, topK.partition()) : input;
    }

    private RowProperties window(Plan.Window window) {
        RowProperties result = of(window.input());
        int width = window.input().types().size();
        BitSet notNull = new BitSet();
        for (int i = 0; i < window.calls().size(); i++) {
            WindowCall call = window.calls().get(i);
            notNull.set(
                    width + i,
                    call.function().kind() == AggregateFunction.Kind.COUNT
                            || NEVER_NULL_WINDOWS.contains(call.function().oid()));
            Set<Integer> partition = RowProperties.columns(window.partition());
            if (call.function().oid() == ROW_NUMBER
                    && partition.isEmpty() == window.partition().isEmpty()) {
                Set<Integer> key = new HashSet<>(partition);
                key.add(width + i);
                result = result.withKey(key);
            }
        }
        return result.withNotNull(notNull);
    }

    /// What is not NULL in the base and, provided that, in the step. The rows of a UNION are a set.
    private RowProperties recursive(Plan.Recursive recursive) {
        BitSet notNull = (BitSet) of(recursive.base()).notNull().clone();
        boolean settled = false;
        while (!settled) {
            PlanProperties step = new PlanProperties(facts);
            step.workingTables.putAll(workingTables);
            step.assume(recursive.id(), new RowProperties(notNull, Set.of(), List.of()));
            int before = notNull.cardinality();
            notNull.and(step.of(recursive.step()).notNull());
            settled = notNull.cardinality() == before;
        }
        RowProperties rows = new RowProperties(notNull, Set.of(), List.of());
        return recursive.all() ? rows : rows.withKey(allColumns(recursive));
    }
}
