package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/// Puts the leaves and conditions of a cluster together as joins.
///
/// Conditions are checked as early as their columns allow: on a leaf, in the order in which they are written but those that can't fail
/// first; one without columns at every leaf before all others. A condition over several leaves that may fail waits until all
/// are joined, so that it sees the rows only that PostgreSQL can't help but show it. Cross products are made only where
/// the query asks for one.
final class InnerJoins {

    private final PlanFacts facts;
    private final EquiKeys equiKeys;
    private final PlanProperties properties;
    private final BiFunction<Plan, List<Expression>, Plan> pushDown;

    private final Cluster cluster;
    private final int[] leafOfSlot;
    private final EqualityClasses classes;

    /// Conditions that no class says, and probes, that aren't applied yet.
    private final List<Expression> waiting = new ArrayList<>();

    private final List<Cluster.Probe> probes;

    /// @param slots which slot each column is
    private record Part(Plan plan, List<Integer> slots, BitSet leaves) {
        Part(Plan plan, List<Integer> slots, BitSet leaves) {
            this.plan = plan;
            this.slots = List.copyOf(slots);
            this.leaves = leaves;
        }

        Expression place(Expression expression) {
            return InnerJoins.place(expression, slots);
        }
    }

    /// @param pushDown puts conditions into a plan, as deep as they may go
    InnerJoins(
            Cluster cluster,
            PlanFacts facts,
            PlanProperties properties,
            BiFunction<Plan, List<Expression>, Plan> pushDown) {
        this.cluster = cluster;
        this.facts = facts;
        this.equiKeys = facts.equiKeys();
        this.properties = properties;
        this.pushDown = pushDown;
        this.leafOfSlot = cluster.leavesOfSlots();
        this.probes = new ArrayList<>(cluster.probes());
        this.classes = new EqualityClasses(equiKeys);
    }

    Plan plan() {
        classify();
        if (cluster.leaves().isEmpty()) {
            Plan row = new Plan.Values(List.of(List.of()), List.of());
            return finish(new Part(row, List.of(), new BitSet()));
        }
        List<Part> leaves = leaves();
        JoinOrder order = sizes(leaves).order();
        List<Part> parts = new ArrayList<>();
        for (BitSet component : order.components()) {
            parts.add(component(order.order(component), leaves));
        }
        Part joined = parts.removeFirst();
        while (!parts.isEmpty()) {
            Part next = next(joined, parts);
            parts.remove(next);
            joined = join(joined, next);
        }
        return finish(joined);
    }

    private Plan finish(Part part) {
        List<Expression> rest = waiting.stream().map(part::place).toList();
        Plan filtered = Conjuncts.filter(part.plan(), rest);
        Part done = new Part(filtered, part.slots(), part.leaves());
        for (Cluster.Probe probe : List.copyOf(probes)) {
            done = probe(done, probe);
        }
        Part result = done;
        return new Plan.Project(
                result.plan(), cluster.outputs().stream().map(result::place).toList());
    }

    private void classify() {
        BitSet notNull = notNullSlots();
        for (Expression term : cluster.terms()) {
            if (!classes.add(withoutNulls(term, notNull))) {
                waiting.add(term);
            }
        }
        classes.close();
        waiting.addAll(implied(waiting));
    }

    private BitSet notNullSlots() {
        BitSet notNull = new BitSet();
        int base = 0;
        for (Plan leaf : cluster.leaves()) {
            int shift = base;
            properties.of(leaf).notNull().stream().forEach(column -> notNull.set(column + shift));
            base += leaf.types().size();
        }
        cluster.terms().forEach(term -> notNull.or(Nullability.demanded(term, facts.strict())));
        return notNull;
    }

    /// IS NOT DISTINCT FROM is `=` where one side is never NULL.
    private Expression withoutNulls(Expression term, BitSet notNull) {
        return equiKeys.of(term)
                .filter(EquiKey::nullsMatch)
                .filter(key ->
                        Nullability.notNull(key.left(), notNull::get)
                                || Nullability.notNull(key.right(), notNull::get))
                .flatMap(key -> equiKeys.equality(key.left(), key.right()))
                .map(Expression.class::cast)
                .orElse(term);
    }

    /// What an OR over several leaves says of single ones: with `a = 1 AND b = 2 OR a = 3 AND c`, `a = 1 OR a = 3`.
    private List<Expression> implied(List<Expression> terms) {
        List<Expression> implied = new ArrayList<>();
        for (Expression term : terms) {
            if (term instanceof Expression.Or(List<Expression> branches)
                    && leavesOf(term).cardinality() > 1) {
                for (int leaf : leavesOf(term).stream().toArray()) {
                    ofLeaf(branches, leaf).ifPresent(implied::add);
                }
            }
        }
        return implied;
    }

    private Optional<Expression> ofLeaf(List<Expression> branches, int leaf) {
        List<Expression> own = new ArrayList<>();
        for (Expression branch : branches) {
            List<Expression> terms =
                    Conjuncts.split(branch).stream()
                            .filter(term ->
                                    leavesOf(term).equals(only(leaf))
                                            && !RowFailures.possible(term))
                            .toList();
            if (terms.isEmpty()) {
                return Optional.empty();
            }
            Expression part = Conjuncts.and(terms);
            if (!own.contains(part)) {
                own.add(part);
            }
        }
        return Optional.of(own.size() == 1 ? own.getFirst() : new Expression.Or(own));
    }

    private BitSet leavesOf(Expression expression) {
        BitSet leaves = new BitSet();
        Columns.of(expression).stream().forEach(slot -> leaves.set(leafOfSlot[slot]));
        return leaves;
    }

    private static BitSet only(int leaf) {
        BitSet leaves = new BitSet();
        leaves.set(leaf);
        return leaves;
    }

    private static boolean isSubset(BitSet inner, BitSet outer) {
        BitSet rest = (BitSet) inner.clone();
        rest.andNot(outer);
        return rest.isEmpty();
    }

    private List<Part> leaves() {
        List<Expression> gates = take(new BitSet());
        List<Part> leaves = new ArrayList<>();
        for (int leaf = 0; leaf < cluster.leaves().size(); leaf++) {
            BitSet own = only(leaf);
            List<Expression> terms = new ArrayList<>(gates);
            List<Expression> conditions = new ArrayList<>(classTerms(own));
            conditions.addAll(take(own));
            conditions.stream().filter(term -> !RowFailures.possible(term)).forEach(terms::add);
            conditions.stream().filter(RowFailures::possible).forEach(terms::add);
            int base = cluster.base(leaf);
            Plan plan = cluster.leaves().get(leaf);
            List<Integer> slots = new ArrayList<>();
            for (int i = 0; i < plan.types().size(); i++) {
                slots.add(base + i);
            }
            Plan filtered =
                    pushDown.apply(
                            plan, terms.stream().map(term -> Columns.shift(term, -base)).toList());
            leaves.add(probed(new Part(filtered, slots, own)));
        }
        return leaves;
    }

    /// Takes the waiting conditions that need no other leaves.
    private List<Expression> take(BitSet leaves) {
        List<Expression> taken =
                waiting.stream()
                        .filter(term ->
                                isSubset(leavesOf(term), leaves)
                                        && (leaves.cardinality() < 2
                                                || !RowFailures.possible(term)))
                        .toList();
        waiting.removeAll(taken);
        return taken;
    }

    /// What the classes say of a single leaf.
    private List<Expression> classTerms(BitSet leaf) {
        List<Expression> terms = new ArrayList<>();
        for (Set<Expression> members : classes.all()) {
            List<Expression> own = within(members, leaf);
            List<Expression> constants =
                    members.stream().filter(Constant.class::isInstance).toList();
            for (int i = 0; i < own.size(); i++) {
                for (Expression constant : constants) {
                    terms.add(classes.equality(own.get(i), constant));
                }
                if (constants.isEmpty() && i > 0) {
                    terms.add(classes.equality(own.getFirst(), own.get(i)));
                }
            }
        }
        return terms;
    }

    /// The members over these leaves only, columns first.
    private List<Expression> within(Set<Expression> members, BitSet leaves) {
        List<Expression> within = new ArrayList<>();
        for (Expression member : members) {
            BitSet needed = leavesOf(member);
            if (!needed.isEmpty() && isSubset(needed, leaves)) {
                within.add(member);
            }
        }
        within.sort((a, b) -> Boolean.compare(b instanceof Column, a instanceof Column));
        return within;
    }

    private ClusterSizes sizes(List<Part> leaves) {
        List<ClusterSizes.Tie> ties = new ArrayList<>();
        for (Set<Expression> members : classes.all()) {
            ties.add(tie(members));
        }
        for (Expression term : waiting) {
            Cluster.equality(term, equiKeys)
                    .ifPresent(key ->
                            ties.add(tie(new LinkedHashSet<>(List.of(key.left(), key.right())))));
        }
        return new ClusterSizes(
                leaves.stream().map(Part::plan).toList(),
                leaves.stream().map(part -> properties.of(part.plan())).toList(),
                facts,
                ties);
    }

    private ClusterSizes.Tie tie(Set<Expression> members) {
        Map<Integer, Integer> tie = new HashMap<>();
        for (Expression member : members) {
            BitSet leaf = leavesOf(member);
            if (leaf.cardinality() == 1) {
                int index = leaf.nextSetBit(0);
                int column = EquiKeys.column(member).orElse(-1);
                tie.merge(index, column < 0 ? -1 : column - cluster.base(index), Math::max);
            }
        }
        return new ClusterSizes.Tie(tie, EqualityClasses.constant(members).isPresent());
    }

    private Part component(List<Integer> order, List<Part> leaves) {
        Part part = leaves.get(order.getFirst());
        for (int leaf : order.subList(1, order.size())) {
            part = join(part, leaves.get(leaf));
        }
        return part;
    }

    /// What to join by an equality over several leaves, else by another condition, else the first.
    private Part next(Part joined, List<Part> parts) {
        for (Part part : parts) {
            if (!keys(joined, part, waiting).isEmpty()) {
                return part;
            }
        }
        for (Part part : parts) {
            BitSet both = (BitSet) joined.leaves().clone();
            both.or(part.leaves());
            if (waiting.stream().anyMatch(term -> isSubset(leavesOf(term), both))) {
                return part;
            }
        }
        return parts.getFirst();
    }

    /// The equalities between the two, over the slots.
    private List<EquiKey> keys(Part left, Part right, List<Expression> terms) {
        List<EquiKey> keys = new ArrayList<>();
        for (boolean constant : new boolean[] {false, true}) {
            for (Set<Expression> members : classes.all()) {
                List<Expression> ofLeft = within(members, left.leaves());
                List<Expression> ofRight = within(members, right.leaves());
                boolean redundant =
                        EqualityClasses.constant(members).isPresent() && !keys.isEmpty();
                if (!ofLeft.isEmpty()
                        && !ofRight.isEmpty()
                        && EqualityClasses.constant(members).isPresent() == constant
                        && !redundant) {
                    keys.add(new EquiKey(ofLeft.getFirst(), ofRight.getFirst(), false));
                }
            }
            if (!constant) {
                terms.forEach(term -> key(term, left, right).ifPresent(keys::add));
            }
        }
        return keys;
    }

    private Optional<EquiKey> key(Expression term, Part left, Part right) {
        return Cluster.equality(term, equiKeys)
                .flatMap(key -> {
                    BitSet first = leavesOf(key.left());
                    BitSet second = leavesOf(key.right());
                    if (isSubset(first, left.leaves()) && isSubset(second, right.leaves())) {
                        return Optional.of(key);
                    }
                    return isSubset(second, left.leaves()) && isSubset(first, right.leaves())
                            ? Optional.of(
                                    new EquiKey(
                                            /* left= */ key.right(),
                                            /* right= */ key.left(),
                                            key.nullsMatch()))
                            : Optional.empty();
                });
    }

    private Part join(Part left, Part right) {
        List<Integer> slots = new ArrayList<>(left.slots());
        slots.addAll(right.slots());
        BitSet leaves = (BitSet) left.leaves().clone();
        leaves.or(right.leaves());
        List<EquiKey> keys = new ArrayList<>();
        for (EquiKey key : keys(left, right, waiting)) {
            keys.add(
                    new EquiKey(
                            left.place(key.left()), right.place(key.right()), key.nullsMatch()));
        }
        waiting.removeIf(term -> key(term, left, right).isPresent());
        List<Expression> residual = new ArrayList<>(spanning(left, right));
        residual.addAll(take(leaves));
        JoinCondition on =
                new JoinCondition(
                        keys,
                        Conjuncts.combined(
                                residual.stream().map(term -> place(term, slots)).toList()));
        return probed(
                new Part(
                        new Plan.Join(left.plan(), right.plan(), JoinKind.INNER, on),
                        slots,
                        leaves));
    }

    /// What the classes say of members that need both sides.
    private List<Expression> spanning(Part left, Part right) {
        BitSet leaves = (BitSet) left.leaves().clone();
        leaves.or(right.leaves());
        List<Expression> terms = new ArrayList<>();
        for (Set<Expression> members : classes.all()) {
            List<Expression> ofOne = within(members, left.leaves());
            ofOne.addAll(within(members, right.leaves()));
            List<Expression> ofBoth = new ArrayList<>(within(members, leaves));
            ofBoth.removeAll(ofOne);
            if (ofBoth.isEmpty()) {
                continue;
            }
            List<Expression> constants =
                    members.stream().filter(Constant.class::isInstance).toList();
            if (!constants.isEmpty()) {
                ofBoth.forEach(member ->
                        constants.forEach(value -> terms.add(classes.equality(member, value))));
                continue;
            }
            Expression known = ofOne.isEmpty() ? ofBoth.removeFirst() : ofOne.getFirst();
            ofBoth.forEach(member -> terms.add(classes.equality(known, member)));
        }
        return terms;
    }

    /// After the semijoins and antijoins that need no other leaves.
    private Part probed(Part part) {
        Part result = part;
        for (Cluster.Probe probe : List.copyOf(probes)) {
            BitSet needed = new BitSet();
            probe.slots().stream().forEach(slot -> needed.set(leafOfSlot[slot]));
            if (!needed.isEmpty() && isSubset(needed, part.leaves())) {
                probes.remove(probe);
                result = probe(result, probe);
            }
        }
        return result;
    }

    private Part probe(Part part, Cluster.Probe probe) {
        JoinTerms on = probe.terms();
        List<EquiKey> keys = new ArrayList<>();
        List<Expression> known = new ArrayList<>(on.right());
        for (EquiKey key : on.keys()) {
            Expression left = Columns.substitute(key.left(), probe.left());
            if (!key.nullsMatch()) {
                classes.constantOf(left)
                        .flatMap(value -> equiKeys.equality(key.right(), value))
                        .filter(term -> !RowFailures.possible(term))
                        .ifPresent(known::add);
            }
            keys.add(new EquiKey(part.place(left), key.right(), key.nullsMatch()));
        }
        int before = probe.left().size();
        int width = part.slots().size();
        List<Expression> residual = new ArrayList<>();
        List<Expression> terms = new ArrayList<>(on.left());
        terms.addAll(on.both());
        for (Expression term : terms) {
            residual.add(
                    Columns.replace(
                            term,
                            column ->
                                    column.index() < before
                                            ? part.place(probe.left().get(column.index()))
                                            : new Column(
                                                    column.index() - before + width,
                                                    column.type())));
        }
        Plan right = pushDown.apply(probe.right(), known);
        return new Part(
                new Plan.Join(
                        part.plan(),
                        right,
                        probe.kind(),
                        new JoinCondition(keys, Conjuncts.combined(residual))),
                part.slots(),
                part.leaves());
    }

    private static Expression place(Expression expression, List<Integer> slots) {
        return Columns.replace(
                expression, column -> new Column(slots.indexOf(column.index()), column.type()));
    }
}
