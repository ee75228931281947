package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/// A plan with what is proved of its rows.
///
/// @param notNull columns that are never NULL
/// @param uniqueKeys sets of columns in which no two rows are equal; such a column may be NULL unless it is in `notNull`. The
///     empty set says that there is at most one row
record Relation(Plan plan, BitSet notNull, Set<Set<Integer>> uniqueKeys) {

    /// Keys that are remembered: a join of many tables would multiply them.
    private static final int MAX_KEYS = 16;

    Relation(Plan plan, BitSet notNull, Set<Set<Integer>> uniqueKeys) {
        this.plan = plan;
        this.notNull = (BitSet) notNull.clone();
        this.uniqueKeys = minimal(uniqueKeys);
    }

    int width() {
        return plan.types().size();
    }

    /// The rows for which all terms are true. A column that some term can't be true without isn't NULL afterwards.
    Relation filter(List<Expression> terms, IntPredicate strict) {
        if (terms.isEmpty()) {
            return this;
        }
        Expression predicate = terms.size() == 1 ? terms.getFirst() : new Expression.And(terms);
        return new Relation(
                new Plan.Filter(plan, predicate), provenNotNull(terms, strict), uniqueKeys);
    }

    private BitSet provenNotNull(List<Expression> terms, IntPredicate strict) {
        BitSet proven = (BitSet) notNull.clone();
        terms.forEach(term -> proven.or(Nullability.demanded(term, strict)));
        return proven;
    }

    /// A key survives as the columns that carry it on unchanged.
    Relation project(List<Expression> columns) {
        if (isIdentity(columns)) {
            return this;
        }
        BitSet present = new BitSet();
        for (int i = 0; i < columns.size(); i++) {
            present.set(i, Nullability.notNull(columns.get(i), notNull::get));
        }
        Set<Set<Integer>> keys = new HashSet<>();
        for (Set<Integer> key : uniqueKeys) {
            Set<Integer> carried = new HashSet<>();
            for (int column : key) {
                int place = placeOf(column, columns);
                if (place >= 0) {
                    carried.add(place);
                }
            }
            if (carried.size() == key.size()) {
                keys.add(carried);
            }
        }
        return new Relation(new Plan.Project(plan, columns), present, keys);
    }

    private boolean isIdentity(List<Expression> columns) {
        if (columns.size() != width()) {
            return false;
        }
        for (int i = 0; i < columns.size(); i++) {
            if (!(columns.get(i) instanceof Column(int index, _)) || index != i) {
                return false;
            }
        }
        return true;
    }

    private static int placeOf(int column, List<Expression> columns) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i) instanceof Column(int index, _) && index == column) {
                return i;
            }
        }
        return -1;
    }

    /// Two rows of the join are equal in a key of the left and a key of the right only if both pairs are. Where the join fixes a
    /// whole key of one side, each row of the other meets at most one partner, and the other's keys hold on.
    Relation join(Relation right, Plan.JoinCondition on, IntPredicate strict) {
        int shift = width();
        BitSet present = (BitSet) notNull.clone();
        right.notNull.stream().forEach(column -> present.set(column + shift));
        Set<Integer> leftFixed = new HashSet<>();
        Set<Integer> rightFixed = new HashSet<>();
        for (Plan.EquiKey key : on.keys()) {
            EquiKeys.column(key.left())
                    .ifPresent(index -> {
                        leftFixed.add(index);
                        present.set(index);
                    });
            EquiKeys.column(key.right())
                    .ifPresent(index -> {
                        rightFixed.add(index);
                        present.set(index + shift);
                    });
        }
        on.residual().ifPresent(residual -> present.or(Nullability.demanded(residual, strict)));
        boolean leftAtMostOnce = uniqueKeys.stream().anyMatch(leftFixed::containsAll);
        boolean rightAtMostOnce = right.uniqueKeys.stream().anyMatch(rightFixed::containsAll);
        Set<Set<Integer>> keys = new HashSet<>();
        for (Set<Integer> leftKey : uniqueKeys) {
            if (rightAtMostOnce) {
                keys.add(leftKey);
            }
            for (Set<Integer> rightKey : right.uniqueKeys) {
                Set<Integer> both = new HashSet<>(leftKey);
                rightKey.forEach(column -> both.add(column + shift));
                keys.add(both);
            }
        }
        if (leftAtMostOnce) {
            right.uniqueKeys.forEach(key -> keys.add(shifted(key, shift)));
        }
        return new Relation(
                new Plan.Join(plan, right.plan, Plan.JoinKind.INNER, on), present, keys);
    }

    private static Set<Integer> shifted(Set<Integer> key, int shift) {
        Set<Integer> shifted = new HashSet<>();
        key.forEach(column -> shifted.add(column + shift));
        return shifted;
    }

    /// Without the keys that hold another key, the smallest first.
    private static Set<Set<Integer>> minimal(Set<Set<Integer>> keys) {
        Set<Set<Integer>> minimal = new LinkedHashSet<>();
        for (Set<Integer> key : sorted(keys)) {
            if (minimal.size() < MAX_KEYS && minimal.stream().noneMatch(key::containsAll)) {
                minimal.add(Set.copyOf(key));
            }
        }
        return Collections.unmodifiableSet(minimal);
    }

    private static List<Set<Integer>> sorted(Set<Set<Integer>> keys) {
        List<Set<Integer>> sorted = new ArrayList<>(keys);
        sorted.sort(
                Comparator.comparing(key -> key.stream().sorted().toList(), Relation::compareKeys));
        return sorted;
    }

    /// A key for the result table: not empty, without NULLs, of types whose equality is known. The smallest, and among those the
    /// leftmost; none where there is none.
    List<Integer> primaryKey() {
        return uniqueKeys.stream()
                .filter(key -> !key.isEmpty())
                .filter(key ->
                        key.stream()
                                .allMatch(column ->
                                        notNull.get(column)
                                                && plan.types().get(column).equatable()))
                .map(key -> key.stream().sorted().toList())
                .min(Relation::compareKeys)
                .orElse(List.of());
    }

    private static int compareKeys(List<Integer> a, List<Integer> b) {
        if (a.size() != b.size()) {
            return Integer.compare(a.size(), b.size());
        }
        for (int i = 0; i < a.size(); i++) {
            if (!a.get(i).equals(b.get(i))) {
                return Integer.compare(a.get(i), b.get(i));
            }
        }
        return 0;
    }
}
