package io.pgtrickle.planner;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// GROUPING SETS, ROLLUP and CUBE as the list of sets that they stand for.
final class GroupingSets {

    /// Sets of one query: PostgreSQL's own limit.
    private static final int MAX_SETS = 4096;

    /// In the order of `GroupingSetKind`.
    private static final int EMPTY = 0;

    private static final int SIMPLE = 1;
    private static final int ROLLUP = 2;
    private static final int CUBE = 3;

    private GroupingSets() {}

    /// @return sets of sort group references; one set for a plain GROUP BY
    static List<Set<Integer>> of(Node query, List<Node> clauses) {
        List<Node> written = query.nodes("groupingSets");
        if (written.isEmpty()) {
            Set<Integer> all = new TreeSet<>();
            clauses.forEach(clause -> all.add(clause.integer("tleSortGroupRef")));
            return List.of(all);
        }
        List<Set<Integer>> sets = List.of(Set.of());
        for (Node part : written) {
            List<Set<Integer>> products = new ArrayList<>();
            for (Set<Integer> set : sets) {
                for (Set<Integer> other : expand(part)) {
                    products.add(union(set, other));
                }
            }
            sets = checked(products);
        }
        return query.flag("groupDistinct") ? List.copyOf(new LinkedHashSet<>(sets)) : sets;
    }

    private static List<Set<Integer>> checked(List<Set<Integer>> sets) {
        if (sets.size() > MAX_SETS) {
            throw Refusals.query(
                    "more than " + MAX_SETS + " grouping sets", "Write fewer grouping sets.");
        }
        return sets;
    }

    private static Set<Integer> union(Set<Integer> one, Set<Integer> other) {
        Set<Integer> union = new TreeSet<>(one);
        union.addAll(other);
        return union;
    }

    private static List<Set<Integer>> expand(Node set) {
        return switch (set.integer("kind")) {
            case EMPTY -> List.of(Set.of());
            case SIMPLE -> List.of(new TreeSet<>(set.numbers("content")));
            case ROLLUP -> rollup(parts(set));
            case CUBE -> cube(parts(set));
            default -> {
                List<Set<Integer>> all = new ArrayList<>();
                set.nodes("content").forEach(part -> all.addAll(expand(part)));
                yield checked(all);
            }
        };
    }

    private static List<Set<Integer>> parts(Node set) {
        List<Set<Integer>> parts = new ArrayList<>();
        set.nodes("content").forEach(part -> parts.add(new TreeSet<>(part.numbers("content"))));
        return parts;
    }

    private static List<Set<Integer>> rollup(List<Set<Integer>> parts) {
        List<Set<Integer>> sets = new ArrayList<>();
        sets.add(Set.of());
        Set<Integer> prefix = Set.of();
        for (Set<Integer> part : parts) {
            prefix = union(prefix, part);
            sets.addFirst(prefix);
        }
        return sets;
    }

    private static List<Set<Integer>> cube(List<Set<Integer>> parts) {
        List<Set<Integer>> sets = List.of(Set.of());
        for (Set<Integer> part : parts) {
            List<Set<Integer>> more = new ArrayList<>(sets);
            sets.forEach(set -> more.add(union(set, part)));
            sets = checked(more);
        }
        return sets;
    }
}
