package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Row;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An expression with parts that PostgreSQL evaluates.
///
/// @param calls inner ones before those that they are arguments of
record PreparedEvaluator(Evaluator compiled, List<? extends Preparable> calls)
        implements Evaluator {

    PreparedEvaluator(Evaluator compiled, List<? extends Preparable> calls) {
        this.compiled = compiled;
        this.calls = List.copyOf(calls);
    }

    @Override
    public void prepare(Collection<Row> rows) {
        calls.forEach(call -> call.prepare(rows));
    }

    @Override
    public boolean needsPreparation() {
        return true;
    }

    @Override
    public @Nullable Object evaluate(Row row) {
        return compiled.evaluate(row);
    }
}
