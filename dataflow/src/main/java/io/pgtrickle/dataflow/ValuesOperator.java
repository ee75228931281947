package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import java.util.List;

/// Rows that are there from the beginning and never change.
final class ValuesOperator implements Operator.Leaf {

    private static final Row NO_COLUMNS = Row.of();

    private final Plan.Values plan;
    private final Compiler compiler;

    ValuesOperator(Plan.Values plan, Compiler compiler) {
        this.plan = plan;
        this.compiler = compiler;
    }

    @Override
    public ZSet initialize() {
        ZSet rows = new ZSet();
        for (var cells : plan.rows()) {
            rows.add(
                    Row.of(
                            cells.stream()
                                    .map(cell -> compiler.evaluator(cell).evaluate(NO_COLUMNS))
                                    .toArray()),
                    1);
        }
        return rows;
    }

    @Override
    public ZSet step(List<SourceChange> changes) {
        return new ZSet();
    }
}
