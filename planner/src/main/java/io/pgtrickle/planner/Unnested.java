package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan;
import java.util.List;
import java.util.Optional;

/// A query's rows for all values of its outer references at once.
///
/// @param matches which rows belong to which values; none where the query refers to nothing outside
/// @param outputs the plan's columns that are the query's
/// @param exactlyOne whether there is one row for each of the domain's values, as of an aggregate without GROUP BY
/// @param late present where the query's columns are computed after the join with the outer query only
record Unnested(
        Plan plan,
        List<Match> matches,
        List<Integer> outputs,
        boolean exactlyOne,
        Optional<Late> late) {

    Unnested(
            Plan plan,
            List<Match> matches,
            List<Integer> outputs,
            boolean exactlyOne,
            Optional<Late> late) {
        this.plan = plan;
        this.matches = List.copyOf(matches);
        this.outputs = List.copyOf(outputs);
        this.exactlyOne = exactlyOne;
        this.late = late;
    }

    /// A row belongs to the values for which the outer expression equals the column.
    ///
    /// @param outer over the outer references by their number
    /// @param nullsMatch whether NULL belongs to NULL; otherwise to nothing
    record Match(Expression outer, int column, boolean nullsMatch) {}

    /// The columns of an aggregate without GROUP BY whose groups are those that have rows.
    ///
    /// @param present over the plan's columns, and behind them the outer references
    /// @param absent the same where there is no row: over the outer references likewise
    record Late(List<Expression> present, List<Expression> absent) {}
}
