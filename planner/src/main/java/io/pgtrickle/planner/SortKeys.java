package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// ORDER BY, wherever it stands.
final class SortKeys {

    private SortKeys() {}

    /// @param clauses sort clauses, which name their expressions by number
    /// @param targets where the expressions stand
    /// @param use for messages
    static List<SortKey> of(
            List<Node> clauses,
            List<Node> targets,
            Function<Node, Expression> translate,
            CatalogReader catalog,
            String use) {
        List<SortKey> keys = new ArrayList<>();
        for (Node clause : clauses) {
            Expression expression =
                    translate.apply(
                            QueryScope.clauseTarget(targets, clause.integer("tleSortGroupRef")));
            TypeChecks.orderable(expression.type(), "ORDER BY in " + use, catalog);
            boolean descending =
                    catalog.isDescending(clause.integer("sortop"))
                            .orElseThrow(() ->
                                    Refusals.clause(
                                            "ORDER BY under another order than the type's own",
                                            "Leave out USING."));
            SortKey key = new SortKey(expression, descending, clause.flag("nulls_first"));
            if (keys.stream().noneMatch(known -> known.expression().equals(expression))) {
                keys.add(key);
            }
        }
        return keys;
    }
}
