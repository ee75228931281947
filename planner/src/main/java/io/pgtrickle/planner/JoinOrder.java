package io.pgtrickle.planner;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// The order in which leaves are joined one after the other, so that what is kept between joins stays small.
///
/// There are no statistics, lest a plan depend on when it was made. Sizes are guessed from keys: a table that refers to a unique key of
/// another is ten times as large, conditions let a part through, and an equality divides by the number of values. The best of all left-deep orders without cross products is found by dynamic programming over the sets of leaves;
/// where several are as good, the one that is written.
final class JoinOrder {

    /// Leaves up to which every order is looked at: a step takes 2^n · n.
    private static final int MAX_EXHAUSTIVE = 12;

    private static final double EPSILON = 1e-9;

    private final double[] rows;
    private final List<Tie> ties;

    /// @param rows of each leaf
    JoinOrder(double[] rows, List<Tie> ties) {
        this.rows = rows.clone();
        this.ties = List.copyOf(ties);
    }

    /// Leaves that are joined by equal values.
    ///
    /// @param values how many different ones there are
    record Tie(BitSet leaves, double values) {}

    boolean isTied(BitSet leaves, int leaf) {
        return ties.stream()
                .anyMatch(tie -> tie.leaves().get(leaf) && tie.leaves().intersects(leaves));
    }

    /// The leaves that equalities hold together.
    List<BitSet> components() {
        List<BitSet> components = new ArrayList<>();
        BitSet seen = new BitSet();
        for (int leaf = 0; leaf < rows.length; leaf++) {
            if (!seen.get(leaf)) {
                BitSet component = new BitSet();
                component.set(leaf);
                boolean grown = true;
                while (grown) {
                    grown = false;
                    for (int other = 0; other < rows.length; other++) {
                        if (!component.get(other) && isTied(component, other)) {
                            component.set(other);
                            grown = true;
                        }
                    }
                }
                seen.or(component);
                components.add(component);
            }
        }
        return components;
    }

    /// How many rows the join of these leaves is guessed to have.
    double rows(BitSet leaves) {
        double result = leaves.stream().mapToDouble(leaf -> rows[leaf]).reduce(1, (a, b) -> a * b);
        for (Tie tie : ties) {
            BitSet tied = (BitSet) tie.leaves().clone();
            tied.and(leaves);
            result /= Math.pow(tie.values(), Math.max(0, tied.cardinality() - 1));
        }
        return result;
    }

    /// The order of a component's leaves.
    List<Integer> order(BitSet component) {
        int[] leaves = component.stream().toArray();
        return leaves.length <= MAX_EXHAUSTIVE ? best(leaves) : greedy(component);
    }

    private List<Integer> best(int[] leaves) {
        int all = (1 << leaves.length) - 1;
        double[] costs = new double[all + 1];
        int[] last = new int[all + 1];
        for (int set = 1; set <= all; set++) {
            costs[set] = Double.MAX_VALUE;
            last[set] = -1;
            for (int i = leaves.length - 1; i >= 0; i--) {
                int rest = set & ~(1 << i);
                if (rest == set) {
                    continue;
                }
                double cost = cost(leaves, rest, i, costs);
                if (cost < costs[set] * (1 - EPSILON)) {
                    costs[set] = cost;
                    last[set] = i;
                }
            }
        }
        List<Integer> order = new ArrayList<>();
        for (int set = all; set != 0; set &= ~(1 << last[set])) {
            order.addFirst(leaves[last[set]]);
        }
        return order;
    }

    private double cost(int[] leaves, int rest, int next, double[] costs) {
        if (rest == 0) {
            return 0;
        }
        BitSet joined = new BitSet();
        for (int i = 0; i < leaves.length; i++) {
            joined.set(leaves[i], (rest & 1 << i) != 0);
        }
        return costs[rest] == Double.MAX_VALUE || !isTied(joined, leaves[next])
                ? Double.MAX_VALUE
                : costs[rest] + (joined.cardinality() > 1 ? rows(joined) : 0);
    }

    /// From the smallest leaf on, always the one that leaves the fewest rows.
    private List<Integer> greedy(BitSet component) {
        List<Integer> order = new ArrayList<>();
        BitSet joined = new BitSet();
        while (order.size() < component.cardinality()) {
            int next = -1;
            double least = Double.MAX_VALUE;
            for (int leaf : component.stream().toArray()) {
                if (!joined.get(leaf) && (joined.isEmpty() || isTied(joined, leaf))) {
                    BitSet with = (BitSet) joined.clone();
                    with.set(leaf);
                    double size = rows(with);
                    if (next < 0 || size < least * (1 - EPSILON)) {
                        next = leaf;
                        least = size;
                    }
                }
            }
            joined.set(next);
            order.add(next);
        }
        return order;
    }
}
