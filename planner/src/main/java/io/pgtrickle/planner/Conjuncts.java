package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.dataflow.plan.Plan;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Conditions as lists of terms that must all be true, in the order in which they are checked.
final class Conjuncts {

    private Conjuncts() {}

    /// Without what is true anyway; terms that all branches of an OR have in common stand on their own.
    static List<Expression> split(Expression condition) {
        List<Expression> terms = new ArrayList<>();
        split(condition, terms);
        return terms;
    }

    static List<Expression> split(Optional<Expression> condition) {
        return condition.map(Conjuncts::split).orElse(List.of());
    }

    private static void split(Expression condition, List<Expression> terms) {
        switch (condition) {
            case Expression.And(List<Expression> parts) ->
                    parts.forEach(part -> split(part, terms));
            case Expression.Or(List<Expression> branches) -> factor(branches, terms);
            case Expression _ -> {
                if (!isTrue(condition)) {
                    add(condition, terms);
                }
            }
        }
    }

    private static void add(Expression term, List<Expression> terms) {
        if (!terms.contains(term)) {
            terms.add(term);
        }
    }

    /// `(a AND b) OR (a AND c)` is true exactly where `a AND (b OR c)` is, and false or NULL elsewhere.
    private static void factor(List<Expression> branches, List<Expression> terms) {
        List<List<Expression>> parts = branches.stream().map(Conjuncts::split).toList();
        Set<Expression> common = new LinkedHashSet<>(parts.getFirst());
        parts.forEach(common::retainAll);
        if (common.isEmpty()) {
            add(new Expression.Or(branches), terms);
            return;
        }
        common.forEach(term -> add(term, terms));
        List<Expression> rest = new ArrayList<>();
        for (List<Expression> branch : parts) {
            List<Expression> own = branch.stream().filter(term -> !common.contains(term)).toList();
            if (own.isEmpty()) {
                return;
            }
            rest.add(and(own));
        }
        add(new Expression.Or(rest), terms);
    }

    /// @param terms at least one
    static Expression and(List<Expression> terms) {
        return terms.size() == 1 ? terms.getFirst() : new Expression.And(terms);
    }

    static Optional<Expression> combined(List<Expression> terms) {
        return terms.isEmpty() ? Optional.empty() : Optional.of(and(terms));
    }

    static Plan filter(Plan input, List<Expression> terms) {
        return terms.isEmpty() ? input : new Plan.Filter(input, and(terms));
    }

    static boolean isTrue(Expression condition) {
        return condition instanceof Constant(Object value, _) && Boolean.TRUE.equals(value);
    }
}
