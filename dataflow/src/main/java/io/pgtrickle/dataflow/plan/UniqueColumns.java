package io.pgtrickle.dataflow.plan;

import io.pgtrickle.dataflow.expression.Expression;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Columns of a plan in which no two of its rows have the same images, where the plan's form alone shows some: then no row is there
/// twice, and what is kept of rows needs no count.
public final class UniqueColumns {

    private UniqueColumns() {}

    /// Empty where none are known.
    public static Optional<Set<Integer>> of(Plan plan) {
        return switch (plan) {
            case Plan.Scan(Source source) ->
                    source.identity() instanceof Source.Identity.Key(List<Integer> columns)
                            ? Optional.of(Set.copyOf(columns))
                            : Optional.empty();
            case Plan.Filter(Plan input, _) -> of(input);
            case Plan.TopK(Plan input, _, _, _) -> of(input);
            case Plan.Window window -> of(window.input());
            case Plan.Project(Plan input, List<Expression> columns) ->
                    of(input).flatMap(unique -> projected(unique, columns));
            case Plan.Aggregate(_, List<Expression> keys, _) -> Optional.of(first(keys.size()));
            case Plan.Distinct _ -> Optional.of(first(plan.types().size()));
            case Plan.SetOperation(Plan left, _, _, boolean all) ->
                    all ? of(left) : Optional.of(first(plan.types().size()));
            case Plan.Join join -> joined(join);
            case Plan.Values _, Plan.WorkingTable _ -> Optional.empty();
            case Plan.Union _, Plan.Recursive _, Plan.ProjectSet _ -> Optional.empty();
        };
    }

    private static Set<Integer> first(int width) {
        return IntStream.range(0, width).boxed().collect(Collectors.toSet());
    }

    private static Optional<Set<Integer>> projected(Set<Integer> unique, List<Expression> columns) {
        Map<Integer, Integer> places = new HashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i) instanceof Expression.Column(int index, _)) {
                places.put(index, i);
            }
        }
        return places.keySet().containsAll(unique)
                ? Optional.of(unique.stream().map(places::get).collect(Collectors.toSet()))
                : Optional.empty();
    }

    /// A row and its partner, or its padding, which it has only where it has no partner; two padded rows of the right of a FULL join
    /// differ in the right's columns.
    private static Optional<Set<Integer>> joined(Plan.Join join) {
        Optional<Set<Integer>> left = of(join.left());
        if (!join.kind().hasRightColumns() || left.isEmpty()) {
            return left;
        }
        int shift = join.left().types().size();
        return of(join.right())
                .map(right -> {
                    Set<Integer> both = new HashSet<>(left.get());
                    right.forEach(column -> both.add(column + shift));
                    return both;
                });
    }
}
