package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// How the rows of a query belong to those of the query around it.
///
/// Where WHERE says that an outer value equals one of the query's own, `o.x = t.y`, the query needs no list of the outer values: its
/// rows are computed for every `y`, and joined to the outer rows by it. Only values without such an equality come from the
/// domain.
final class Correlations {

    private final Domain domain;
    private final Map<Integer, Equality> equalities;

    private Correlations(Domain domain, Map<Integer, Equality> equalities) {
        this.domain = domain;
        this.equalities = equalities;
    }

    /// @param outer over the outer references by their number
    /// @param slot where the rows have the value
    record Correlation(Expression outer, int slot, boolean nullsMatch) {}

    /// @param condition that says it
    /// @param outer over the outer references by their number
    /// @param inner over slots
    /// @param slot that `inner` will have
    private record Equality(Expression condition, Expression outer, Expression inner, int slot) {}

    static Correlations none(Domain domain) {
        return new Correlations(domain, Map.of());
    }

    /// What else a query computes.
    ///
    /// @param evaluated what it evaluates for each value
    /// @param outputs its select list
    record Uses(List<Expression> evaluated, List<Expression> outputs) {}

    /// @param conditions of WHERE
    static Correlations find(
            QueryScope scope, Domain domain, List<Expression> conditions, Uses uses) {
        List<Expression> everything = new ArrayList<>(conditions);
        everything.addAll(uses.evaluated());
        // for a value that no outer row has, PostgreSQL wouldn't evaluate them
        if (everything.stream().anyMatch(RowFailures::possible)) {
            return none(domain);
        }
        everything.addAll(uses.outputs());
        EquiKeys equiKeys = new EquiKeys(scope.context().catalog(), scope.context().support());
        Map<Integer, Equality> equalities = new LinkedHashMap<>();
        List<Column> slots = domain.slots(scope.slots());
        for (int i = 0; i < slots.size(); i++) {
            Column outer = slots.get(i);
            int number = i;
            conditions.stream()
                    .flatMap(condition ->
                            equality(scope, equiKeys, condition, outer, number).stream())
                    .filter(equality -> mayReplace(equality, outer, everything))
                    .findFirst()
                    .ifPresent(equality -> equalities.put(number, equality));
        }
        return new Correlations(domain, equalities);
    }

    private static Optional<Equality> equality(
            QueryScope scope, EquiKeys equiKeys, Expression condition, Column outer, int number) {
        Optional<EquiKey> key = equiKeys.of(condition);
        if (key.isEmpty()) {
            return Optional.empty();
        }
        boolean left = EquiKeys.column(key.get().left()).equals(optional(outer));
        boolean right = EquiKeys.column(key.get().right()).equals(optional(outer));
        if (left == right) {
            return Optional.empty();
        }
        Expression mine = left ? key.get().right() : key.get().left();
        if (Columns.of(mine).isEmpty()
                || Subqueries.isIn(mine)
                || scope.slots().refersTo(mine, Slots.Owner.Outer.class)) {
            return Optional.empty();
        }
        Expression theirs =
                Columns.replace(
                        left ? key.get().left() : key.get().right(),
                        column -> new Column(number, column.type()));
        boolean named = mine.type().equals(outer.type()) && theirs instanceof Column;
        int slot = named ? outer.index() : scope.slots().unnamed(mine.type()).index();
        return Optional.of(new Equality(condition, theirs, mine, slot));
    }

    private static java.util.OptionalInt optional(Column column) {
        return java.util.OptionalInt.of(column.index());
    }

    /// The query's own value may stand in for the outer one elsewhere too, if equal values can't look different.
    private static boolean mayReplace(
            Equality equality, Column outer, List<Expression> everything) {
        long uses =
                everything.stream()
                        .filter(expression -> !expression.equals(equality.condition()))
                        .filter(expression -> Columns.of(expression).get(outer.index()))
                        .count();
        return uses == 0 || equality.slot() == outer.index() && outer.type().equalMeansSameImage();
    }

    boolean isComplete() {
        return IntStream.range(0, domain.references().size()).noneMatch(this::isFromDomain);
    }

    /// The image of a value for which there is an equality says nothing.
    private boolean isFromDomain(int number) {
        List<OuterReference> references = domain.references();
        return !equalities.containsKey(number) && !isImageOfEqual(references.get(number));
    }

    private boolean isImageOfEqual(OuterReference reference) {
        return reference instanceof OuterReference.Image(OuterReference value)
                && equalities.containsKey(domain.references().indexOf(value));
    }

    /// The values for which there is no equality.
    Rows domainRows(QueryScope scope) {
        if (isComplete()) {
            return Rows.unit();
        }
        Rows rows = domain.rows(scope.slots());
        if (equalities.isEmpty()) {
            return rows;
        }
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < domain.references().size(); i++) {
            if (isFromDomain(i)) {
                kept.add(rows.slots().get(i));
            }
        }
        Rows rest = rows.keep(kept);
        return new Rows(new Plan.Distinct(rest.plan()), rest.slots());
    }

    /// The conditions without the equalities, of which it remains that the query's own value isn't NULL.
    List<Expression> conditions(List<Expression> all) {
        List<Expression> rest = new ArrayList<>(all);
        for (Equality equality : equalities.values()) {
            rest.removeIf(equality.condition()::equals);
            rest.add(new Expression.IsNull(equality.inner(), true));
        }
        return rest;
    }

    /// The rows with the query's own values under their slots.
    Rows name(Rows rows) {
        List<Expression> values = new ArrayList<>();
        List<Integer> slots = new ArrayList<>();
        for (Equality equality : equalities.values()) {
            values.add(equality.inner());
            slots.add(equality.slot());
        }
        return values.isEmpty() ? rows : rows.extend(values, slots);
    }

    List<Correlation> all(QueryScope scope) {
        List<Correlation> all = new ArrayList<>();
        List<Column> slots = domain.slots(scope.slots());
        for (int i = 0; i < slots.size(); i++) {
            Equality equality = equalities.get(i);
            if (equality == null && !isFromDomain(i)) {
                continue;
            }
            SqlType type = slots.get(i).type();
            all.add(
                    equality == null
                            ? new Correlation(new Column(i, type), slots.get(i).index(), true)
                            : new Correlation(equality.outer(), equality.slot(), false));
        }
        return all;
    }
}
