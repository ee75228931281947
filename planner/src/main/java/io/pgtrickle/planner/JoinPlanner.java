package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/// Puts leaves and conditions together as a left-deep tree of joins.
///
/// The leaves come in the order in which they are written, except that one that is tied to those before it by an equality goes ahead of
/// one that isn't: so cross products are made only where the query asks for one. A condition is checked as early as its columns
/// allow, one without columns at every leaf; what no later condition and no output needs is projected away before a join has to keep it.
final class JoinPlanner {

    private final int[] leafOfSlot;
    private final IntPredicate strict;
    private final List<Condition> waiting = new ArrayList<>();
    private final BitSet outputs;

    /// A condition that isn't applied yet.
    private record Condition(Expression expression, Optional<EquiKey> equality, BitSet leaves) {}

    /// @param slots which slot each column of the relation is
    record Part(Relation relation, List<Integer> slots) {
        Part(Relation relation, List<Integer> slots) {
            this.relation = relation;
            this.slots = List.copyOf(slots);
        }

        /// The expression over the slots as one over the relation's columns.
        Expression place(Expression expression) {
            return Columns.replace(
                    expression, column -> new Column(slots.indexOf(column.index()), column.type()));
        }
    }

    /// @param outputs the slots that are needed above the joins
    JoinPlanner(SelectBlock block, BitSet outputs, EquiKeys equiKeys, IntPredicate strict) {
        this.strict = strict;
        this.outputs = outputs;
        this.leafOfSlot = leavesOfSlots(block);
        for (Expression conjunct : block.conjuncts()) {
            waiting.add(new Condition(conjunct, equiKeys.of(conjunct), leavesOf(conjunct)));
        }
    }

    private static int[] leavesOfSlots(SelectBlock block) {
        int width = block.leaves().stream().mapToInt(SelectBlock.Leaf::width).sum();
        int[] leaves = new int[width];
        int slot = 0;
        for (int leaf = 0; leaf < block.leaves().size(); leaf++) {
            for (int i = 0; i < block.leaves().get(leaf).width(); i++) {
                leaves[slot++] = leaf;
            }
        }
        return leaves;
    }

    private BitSet leavesOf(Expression expression) {
        BitSet leaves = new BitSet();
        Columns.of(expression).stream().forEach(slot -> leaves.set(leafOfSlot[slot]));
        return leaves;
    }

    /// The slots that conditions and outputs still need.
    BitSet needed() {
        BitSet needed = (BitSet) outputs.clone();
        waiting.forEach(condition -> needed.or(Columns.of(condition.expression())));
        return needed;
    }

    /// @param parts one for each leaf, in order
    Part join(List<Part> parts) {
        List<Integer> rest = new ArrayList<>();
        List<Part> filtered = new ArrayList<>();
        List<Condition> gates = takeWithoutColumns();
        for (int leaf = 0; leaf < parts.size(); leaf++) {
            filtered.add(filter(filter(parts.get(leaf), gates), take(only(leaf))));
            rest.add(leaf);
        }
        BitSet joined = new BitSet();
        joined.set(rest.removeFirst());
        Part result = filtered.getFirst();
        while (!rest.isEmpty()) {
            int next =
                    rest.stream()
                            .filter(leaf -> isTied(joined, leaf))
                            .findFirst()
                            .orElse(rest.getFirst());
            rest.remove(Integer.valueOf(next));
            result = join(narrow(result), joined, narrow(filtered.get(next)), next);
            joined.set(next);
        }
        return result;
    }

    /// What mentions no column holds for all rows or for none: checked first, at every leaf, so that where it doesn't hold no other
    /// condition is evaluated, as in PostgreSQL.
    private List<Condition> takeWithoutColumns() {
        List<Condition> taken =
                waiting.stream().filter(condition -> condition.leaves().isEmpty()).toList();
        waiting.removeAll(taken);
        return taken;
    }

    private static BitSet only(int leaf) {
        BitSet leaves = new BitSet();
        leaves.set(leaf);
        return leaves;
    }

    /// Applies the conditions that were waiting for these leaves only.
    private Part filter(Part part, List<Condition> conditions) {
        List<Expression> terms =
                conditions.stream().map(condition -> part.place(condition.expression())).toList();
        return new Part(part.relation().filter(terms, strict), part.slots());
    }

    /// Takes the waiting conditions that need no other leaf.
    private List<Condition> take(BitSet leaves) {
        List<Condition> taken =
                waiting.stream()
                        .filter(condition ->
                                !condition.leaves().isEmpty()
                                        && isSubset(condition.leaves(), leaves))
                        .toList();
        waiting.removeAll(taken);
        return taken;
    }

    private boolean isTied(BitSet joined, int leaf) {
        return waiting.stream().anyMatch(condition -> key(condition, joined, leaf).isPresent());
    }

    /// The condition as an equality between what is joined already and the leaf.
    private Optional<EquiKey> key(Condition condition, BitSet joined, int leaf) {
        return condition
                .equality()
                .flatMap(equality -> {
                    BitSet left = leavesOf(equality.left());
                    BitSet right = leavesOf(equality.right());
                    BitSet single = only(leaf);
                    if (!left.isEmpty() && isSubset(left, joined) && right.equals(single)) {
                        return Optional.of(equality);
                    }
                    if (!right.isEmpty() && isSubset(right, joined) && left.equals(single)) {
                        return Optional.of(
                                new EquiKey(
                                        /* left= */ equality.right(),
                                        /* right= */ equality.left(),
                                        equality.nullsMatch()));
                    }
                    return Optional.empty();
                });
    }

    private Part join(Part left, BitSet joined, Part right, int leaf) {
        List<Integer> slots = new ArrayList<>(left.slots());
        slots.addAll(right.slots());
        BitSet leaves = (BitSet) joined.clone();
        leaves.set(leaf);
        List<EquiKey> keys = new ArrayList<>();
        List<Expression> residual = new ArrayList<>();
        for (Condition condition : take(leaves)) {
            Optional<EquiKey> key = key(condition, joined, leaf);
            if (key.isPresent()) {
                EquiKey placed =
                        new EquiKey(
                                left.place(key.get().left()),
                                right.place(key.get().right()),
                                key.get().nullsMatch());
                if (!keys.contains(placed)) {
                    keys.add(placed);
                }
            } else {
                residual.add(
                        Columns.replace(
                                condition.expression(),
                                column ->
                                        new Column(slots.indexOf(column.index()), column.type())));
            }
        }
        Optional<Expression> rest =
                residual.size() < 2
                        ? residual.stream().findFirst()
                        : Optional.of(new Expression.And(residual));
        return new Part(
                left.relation().join(right.relation(), new JoinCondition(keys, rest), strict),
                slots);
    }

    private Part narrow(Part part) {
        BitSet needed = needed();
        List<Expression> columns = new ArrayList<>();
        List<Integer> slots = new ArrayList<>();
        for (int i = 0; i < part.slots().size(); i++) {
            int slot = part.slots().get(i);
            if (needed.get(slot)) {
                columns.add(new Column(i, part.relation().plan().types().get(i)));
                slots.add(slot);
            }
        }
        return slots.size() == part.slots().size()
                ? part
                : new Part(part.relation().project(columns), slots);
    }

    private static boolean isSubset(BitSet inner, BitSet outer) {
        BitSet rest = (BitSet) inner.clone();
        rest.andNot(outer);
        return rest.isEmpty();
    }
}
