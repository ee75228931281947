package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFamily;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What of an input row reaches an aggregate: nothing where the filter isn't true, or where a NULL is passed over.
public final class AggregateInput {

    private static final Boolean ROW = true;

    private final @Nullable Evaluator filter;
    private final List<Expression> expressions;
    private final List<Evaluator> evaluators;
    private final boolean asRow;
    private final int required;

    public AggregateInput(AggregateCall call) {
        AggregateFamily family = call.family().orElse(AggregateFamily.UNKNOWN);
        this.filter = call.filter().map(Compiler::compile).orElse(null);
        this.expressions =
                family.isOrderedSet()
                        ? call.clauses().order().stream().map(SortKey::expression).toList()
                        : call.arguments();
        this.evaluators = expressions.stream().map(Compiler::compile).toList();
        this.asRow = call.isMadeOfRows() || expressions.size() > 1;
        this.required =
                switch (family) {
                    case ARRAY_AGG, HYPOTHETICAL -> 0;
                    case STRING_AGG -> 1;
                    case BOOLEAN,
                            BITS,
                            VARIANCE,
                            REGRESSION,
                            ANY_VALUE,
                            RANGE_AGG,
                            RANGE_INTERSECT_AGG,
                            PERCENTILE,
                            MODE,
                            UNKNOWN ->
                            expressions.size();
                };
    }

    /// Of the rows that `value` makes.
    public List<SqlType> types() {
        return expressions.stream().map(Expression::type).toList();
    }

    /// The argument, or a row of all of them for several arguments and for what is made of rows; null where the row doesn't reach the
    /// aggregate.
    public @Nullable Object value(Row row) {
        if (filter != null && !Boolean.TRUE.equals(filter.evaluate(row))) {
            return null;
        }
        if (!asRow) {
            return evaluators.isEmpty() ? ROW : evaluators.getFirst().evaluate(row);
        }
        @Nullable Object[] cells = new @Nullable Object[evaluators.size()];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = evaluators.get(i).evaluate(row);
            if (cells[i] == null && i < required) {
                return null;
            }
        }
        return Row.of(cells);
    }
}
