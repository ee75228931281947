package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import java.util.List;

/// The values for which a query that refers to others around it is to be computed: all at once, instead of one after the other
/// (Neumann and Kemper, "Unnesting Arbitrary Queries", BTW 2015).
///
/// @param references what the query takes from outside
/// @param plan a distinct row for each combination of values, a column for each reference
record Domain(List<OuterReference> references, Plan plan) {

    static final Domain NONE = new Domain(List.of(), Rows.unit().plan());

    Domain(List<OuterReference> references, Plan plan) {
        this.references = List.copyOf(references);
        this.plan = plan;
    }

    boolean isEmpty() {
        return references.isEmpty();
    }

    /// The values as rows of a SELECT that refers to them.
    Rows rows(Slots slots) {
        return new Rows(plan, slots(slots).stream().map(Column::index).toList());
    }

    List<Column> slots(Slots slots) {
        List<Column> columns = new java.util.ArrayList<>();
        for (int i = 0; i < references.size(); i++) {
            columns.add(slots.of(new Slots.Owner.Outer(references.get(i)), plan.types().get(i)));
        }
        return columns;
    }
}
