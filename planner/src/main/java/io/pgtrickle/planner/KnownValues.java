package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.dataflow.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Equalities with constants that the filters in a plan guarantee of its rows.
final class KnownValues {

    private KnownValues() {}

    static List<Expression> of(Plan plan, EquiKeys equiKeys) {
        return switch (plan) {
            case Plan.Filter(Plan input, Expression predicate) -> {
                List<Expression> known = new ArrayList<>(of(input, equiKeys));
                Conjuncts.split(predicate).stream()
                        .filter(term -> isValue(term, equiKeys))
                        .forEach(known::add);
                yield known;
            }
            case Plan.Project(Plan input, List<Expression> columns) ->
                    of(input, equiKeys).stream()
                            .flatMap(term -> above(term, columns).stream())
                            .toList();
            case Plan.Aggregate(Plan input, List<Expression> keys, _) ->
                    of(input, equiKeys).stream()
                            .flatMap(term -> above(term, keys).stream())
                            .toList();
            case Plan.Join(Plan left, Plan right, Plan.JoinKind kind, _) -> {
                if (kind == Plan.JoinKind.FULL) {
                    yield List.of();
                }
                List<Expression> known = new ArrayList<>(of(left, equiKeys));
                if (kind == Plan.JoinKind.INNER) {
                    int width = left.types().size();
                    of(right, equiKeys).forEach(term -> known.add(Columns.shift(term, width)));
                }
                yield known;
            }
            case Plan.Distinct(Plan input) -> of(input, equiKeys);
            case Plan.TopK(Plan input, _, _, _) -> of(input, equiKeys);
            case Plan.Window(Plan input, _, _, _) -> of(input, equiKeys);
            case Plan.ProjectSet(Plan input, _, _) -> of(input, equiKeys);
            case Plan.SetOperation(Plan left, _, _, _) -> of(left, equiKeys);
            case Plan.Scan _, Plan.Values _, Plan.Union _, Plan.Recursive _, Plan.WorkingTable _ ->
                    List.of();
        };
    }

    private static boolean isValue(Expression term, EquiKeys equiKeys) {
        return equiKeys.of(term)
                .filter(key -> !key.nullsMatch())
                .filter(key -> key.left() instanceof Constant || key.right() instanceof Constant)
                .isPresent();
    }

    /// The term over the columns that carry on what it looks at.
    private static Optional<Expression> above(Expression term, List<Expression> columns) {
        List<Integer> places = new ArrayList<>();
        Columns.of(term).stream()
                .forEach(column ->
                        columns.stream()
                                .filter(each ->
                                        each instanceof Column(int index, _) && index == column)
                                .findFirst()
                                .map(columns::indexOf)
                                .ifPresent(places::add));
        if (places.size() != Columns.of(term).cardinality() || places.size() != 1) {
            return Optional.empty();
        }
        return Optional.of(
                Columns.replace(term, column -> new Column(places.getFirst(), column.type())));
    }
}
