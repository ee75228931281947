package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.RemoteCall;
import io.pgtrickle.model.Row;
import java.util.Collection;
import java.util.List;

/// A set-returning call that PostgreSQL evaluates.
public final class RemoteRows {

    private final RemoteCache cache;
    private final RemoteCall call;
    private final List<Evaluator> evaluators;
    private final RemoteArguments arguments;

    RemoteRows(RemoteCache cache, RemoteCall call, List<Evaluator> evaluators) {
        this.cache = cache;
        this.call = call;
        this.evaluators = List.copyOf(evaluators);
        this.arguments = new RemoteArguments(evaluators.toArray(Evaluator[]::new));
    }

    /// Asks for the rows of many input rows at once.
    public void prepare(Collection<Row> rows) {
        evaluators.forEach(evaluator -> evaluator.prepare(rows));
        cache.prepare(call, arguments.ofAll(rows));
    }

    /// What the function returns for an input row.
    public List<Row> of(Row row) {
        return cache.get(call, arguments.of(row)).rows();
    }
}
