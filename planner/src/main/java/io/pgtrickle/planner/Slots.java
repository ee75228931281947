package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.model.type.SqlType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Numbers for what the expressions of one SELECT refer to, before it is known in which column of the plan it will lie: a
/// column of such an expression is a slot. `Rows` says where slots are.
final class Slots {

    /// What has a slot.
    sealed interface Owner {

        /// A column of a FROM item.
        record Variable(int rangeTableIndex, int attribute) implements Owner {}

        /// A column of a query around this one.
        record Outer(OuterReference reference) implements Owner {}

        record Aggregate(AggregateCall call) implements Owner {}

        /// GROUPING(…), by the numbers of its arguments in GROUP BY.
        record Grouping(List<Integer> references) implements Owner {}

        /// A constant that is a key of GROUPING SETS, by the number of its clause.
        record ConstantKey(int reference) implements Owner {}

        /// The image of another slot's value.
        record Image(int slot) implements Owner {}

        /// Anything else, e.g. a window function's result.
        record Unnamed(int number) implements Owner {}
    }

    private final Map<Owner, Integer> numbers = new LinkedHashMap<>();

    Column of(Owner owner, SqlType type) {
        return new Column(number(owner), type);
    }

    int number(Owner owner) {
        Integer known = numbers.get(owner);
        if (known == null) {
            known = numbers.size();
            numbers.put(owner, known);
        }
        return known;
    }

    /// A slot that nothing else has.
    Column unnamed(SqlType type) {
        return of(new Owner.Unnamed(numbers.size()), type);
    }

    boolean isVariable(int number) {
        return numbers.entrySet().stream()
                .anyMatch(entry ->
                        entry.getValue() == number && entry.getKey() instanceof Owner.Variable);
    }

    /// What GROUPING is asked for.
    List<List<Integer>> groupings() {
        return numbers.keySet().stream()
                .filter(Owner.Grouping.class::isInstance)
                .map(owner -> ((Owner.Grouping) owner).references())
                .toList();
    }

    /// Whether the expression is over slots of that kind somewhere.
    boolean refersTo(Expression expression, Class<? extends Owner> kind) {
        var columns = Columns.of(expression);
        return numbers.entrySet().stream()
                .anyMatch(
                        entry -> kind.isInstance(entry.getKey()) && columns.get(entry.getValue()));
    }
}
