package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Expressions that are equal, and not NULL, in every row that passes a list of conditions: with `a = b` and `b = c`, `a = c` holds
/// too; with `b = 5` so does `a = 5`.
final class EqualityClasses {

    private final EquiKeys equiKeys;
    private final List<Set<Expression>> classes = new ArrayList<>();

    /// The condition that stands for an equality in the query, by its two sides.
    private final Map<Set<Expression>, Expression> written = new LinkedHashMap<>();

    EqualityClasses(EquiKeys equiKeys) {
        this.equiKeys = equiKeys;
    }

    /// @return whether the condition is an equality that the classes say now
    boolean add(Expression condition) {
        Optional<EquiKey> key =
                equiKeys.of(condition)
                        .filter(each -> isMember(each.left()) && isMember(each.right()))
                        .filter(each -> !each.left().equals(each.right()))
                        .filter(each ->
                                !(each.left() instanceof Constant
                                        && each.right() instanceof Constant))
                        .filter(each -> equiKeys.equality(each.left(), each.right()).isPresent());
        if (key.isEmpty() || key.get().nullsMatch()) {
            return false;
        }
        written.putIfAbsent(Set.of(key.get().left(), key.get().right()), condition);
        unite(key.get().left(), key.get().right());
        return true;
    }

    private static boolean isMember(Expression side) {
        return side instanceof Constant(Object value, _)
                ? value != null
                : !Columns.of(side).isEmpty();
    }

    /// Whether a condition that may be true of two NULLs is one of the equalities anyway.
    private void unite(Expression left, Expression right) {
        Set<Expression> united = new LinkedHashSet<>();
        united.addAll(classOf(left));
        united.addAll(classOf(right));
        classes.removeIf(each -> each.contains(left) || each.contains(right));
        classes.add(united);
    }

    private Set<Expression> classOf(Expression member) {
        return classes.stream()
                .filter(each -> each.contains(member))
                .findFirst()
                .orElse(Set.of(member));
    }

    /// Adds that a widened column has the widened value of the column.
    void close() {
        boolean grown = true;
        while (grown) {
            grown = false;
            for (Set<Expression> each : List.copyOf(classes)) {
                if (constant(each).isEmpty()) {
                    grown |= widenedConstant(each);
                }
            }
        }
    }

    private boolean widenedConstant(Set<Expression> members) {
        for (Expression member : members) {
            if (member instanceof Call call && EquiKeys.column(call).isPresent()) {
                Optional<Constant> value = constant(classOf(call.arguments().getFirst()));
                if (value.isPresent()
                        && ConstantFolding.fold(
                                        new Call(
                                                call.functionOid(),
                                                call.name(),
                                                List.of(value.get()),
                                                call.type(),
                                                call.collation()))
                                instanceof Constant widened) {
                    unite(member, widened);
                    return true;
                }
            }
        }
        return false;
    }

    /// The classes, each with its members in the order in which they are mentioned.
    List<Set<Expression>> all() {
        return List.copyOf(classes);
    }

    static Optional<Constant> constant(Set<Expression> members) {
        return members.stream()
                .filter(Constant.class::isInstance)
                .map(Constant.class::cast)
                .findFirst();
    }

    /// The value that the expression has.
    Optional<Constant> constantOf(Expression expression) {
        return constant(classOf(expression));
    }

    /// That two members are equal: as it is written, or made up.
    Expression equality(Expression left, Expression right) {
        Expression found = written.get(Set.of(left, right));
        return found != null
                ? found
                : equiKeys.equality(left, right)
                        .orElseThrow(() ->
                                Refusals.internal(
                                        "no equality of type " + PlanText.of(left.type())));
    }
}
