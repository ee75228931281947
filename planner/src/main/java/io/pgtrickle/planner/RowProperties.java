package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// What is proved of the rows of a plan. Equal means SQL's equality, under which NULL equals NULL here.
///
/// @param notNull columns that are never NULL
/// @param uniqueKeys sets of columns in which no two rows are equal; such a column may be NULL unless it is in `notNull`. The
///     empty set says that there is at most one row
/// @param dependencies what holds of rows whether they are unique or not: rows that are equal in `from` are equal in `to`
record RowProperties(BitSet notNull, Set<Set<Integer>> uniqueKeys, List<Dependency> dependencies) {

    /// Keys and dependencies that are remembered: a join of many tables would multiply them.
    private static final int MAX_KEYS = 16;

    private static final int MAX_DEPENDENCIES = 64;

    static final RowProperties NONE = new RowProperties(new BitSet(), Set.of(), List.of());

    RowProperties(BitSet notNull, Set<Set<Integer>> uniqueKeys, List<Dependency> dependencies) {
        this.notNull = (BitSet) notNull.clone();
        this.dependencies =
                List.copyOf(
                        dependencies.size() > MAX_DEPENDENCIES
                                ? dependencies.subList(0, MAX_DEPENDENCIES)
                                : dependencies);
        this.uniqueKeys = minimal(uniqueKeys.stream().map(this::reduced).toList());
    }

    /// @param from empty where `to` is the same in all rows
    record Dependency(Set<Integer> from, Set<Integer> to) {
        Dependency(Set<Integer> from, Set<Integer> to) {
            this.from = Set.copyOf(from);
            this.to = Set.copyOf(to);
        }

        static Dependency constant(int column) {
            return new Dependency(Set.of(), Set.of(column));
        }

        Dependency shifted(int by) {
            return new Dependency(RowProperties.shifted(from, by), RowProperties.shifted(to, by));
        }
    }

    /// Whether no two rows are equal in these columns.
    boolean isUnique(Set<Integer> columns) {
        Set<Integer> closure = closure(columns);
        return uniqueKeys.stream().anyMatch(closure::containsAll);
    }

    /// Whether there are no two equal rows.
    boolean isSet() {
        return !uniqueKeys.isEmpty();
    }

    private Set<Integer> closure(Set<Integer> columns) {
        Set<Integer> closure = new HashSet<>(columns);
        boolean grown = true;
        while (grown) {
            grown = false;
            for (Dependency dependency : dependencies) {
                grown |= closure.containsAll(dependency.from) && closure.addAll(dependency.to);
            }
        }
        return closure;
    }

    /// Without the columns that depend on the others, the rightmost first.
    private Set<Integer> reduced(Set<Integer> key) {
        Set<Integer> reduced = new HashSet<>(key);
        for (int column : key.stream().sorted(Comparator.reverseOrder()).toList()) {
            reduced.remove(column);
            if (!closure(reduced).contains(column)) {
                reduced.add(column);
            }
        }
        return reduced;
    }

    RowProperties withNotNull(BitSet more) {
        BitSet present = (BitSet) notNull.clone();
        present.or(more);
        return new RowProperties(present, uniqueKeys, dependencies);
    }

    RowProperties withDependencies(List<Dependency> more) {
        return new RowProperties(
                notNull, uniqueKeys, Stream.concat(more.stream(), dependencies.stream()).toList());
    }

    RowProperties withKey(Set<Integer> key) {
        Set<Set<Integer>> keys = new HashSet<>(uniqueKeys);
        keys.add(key);
        return new RowProperties(notNull, keys, dependencies);
    }

    RowProperties withoutKeys() {
        return new RowProperties(notNull, Set.of(), dependencies);
    }

    /// A key and a dependency survive as the columns that carry them on.
    RowProperties project(List<Expression> columns) {
        BitSet present = new BitSet();
        for (int i = 0; i < columns.size(); i++) {
            present.set(i, Nullability.notNull(columns.get(i), notNull::get));
        }
        Set<Set<Integer>> keys = new HashSet<>();
        for (Set<Integer> key : uniqueKeys) {
            Set<Integer> carried = carried(key, columns);
            if (carried.size() == key.size()) {
                keys.add(carried);
            }
        }
        List<Dependency> carried = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i) instanceof Expression.Constant) {
                carried.add(Dependency.constant(i));
            }
        }
        for (Dependency dependency : dependencies) {
            Set<Integer> from = carried(dependency.from, columns);
            Set<Integer> to = carried(closure(dependency.from), columns);
            if (from.size() == dependency.from.size() && !to.isEmpty()) {
                carried.add(new Dependency(from, to));
            }
        }
        return new RowProperties(present, keys, carried);
    }

    private static Set<Integer> carried(Set<Integer> columns, List<Expression> projection) {
        Set<Integer> carried = new HashSet<>();
        for (int column : columns) {
            for (int i = 0; i < projection.size(); i++) {
                if (EquiKeys.column(projection.get(i)).orElse(-1) == column) {
                    carried.add(i);
                    break;
                }
            }
        }
        return carried;
    }

    /// A key for the result table: not empty, without NULLs, of types whose equality is known. The smallest, and among those the
    /// leftmost; of a single row a column whose value is fixed. None where there is none.
    List<Integer> primaryKey(List<SqlType> types) {
        Set<Set<Integer>> keys = new HashSet<>(uniqueKeys);
        if (uniqueKeys.contains(Set.<Integer>of())) {
            closure(Set.of()).forEach(column -> keys.add(Set.of(column)));
        }
        return keys.stream()
                .filter(key -> !key.isEmpty())
                .filter(key ->
                        key.stream()
                                .allMatch(column ->
                                        notNull.get(column) && types.get(column).equatable()))
                .map(RowProperties::sorted)
                .min(RowProperties::compareKeys)
                .orElse(List.of());
    }

    /// Without the keys that hold another key, the smallest first.
    private static Set<Set<Integer>> minimal(List<Set<Integer>> keys) {
        List<Set<Integer>> sorted = new ArrayList<>(keys);
        sorted.sort(Comparator.comparing(RowProperties::sorted, RowProperties::compareKeys));
        Set<Set<Integer>> minimal = new LinkedHashSet<>();
        for (Set<Integer> key : sorted) {
            if (minimal.size() < MAX_KEYS && minimal.stream().noneMatch(key::containsAll)) {
                minimal.add(Set.copyOf(key));
            }
        }
        return Collections.unmodifiableSet(minimal);
    }

    private static List<Integer> sorted(Set<Integer> key) {
        return key.stream().sorted().toList();
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

    static Set<Integer> shifted(Set<Integer> columns, int by) {
        Set<Integer> shifted = new HashSet<>();
        columns.forEach(column -> shifted.add(column + by));
        return shifted;
    }

    /// The columns that these expressions are; empty where one is something else.
    static Set<Integer> columns(List<Expression> expressions) {
        Set<Integer> columns = new HashSet<>();
        for (Expression expression : expressions) {
            if (!(expression instanceof Column(int index, _))) {
                return Set.of();
            }
            columns.add(index);
        }
        return columns;
    }
}
