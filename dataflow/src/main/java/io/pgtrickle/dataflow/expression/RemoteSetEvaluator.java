package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.remote.RemoteCall;
import java.util.Collection;
import java.util.List;

/// A set-returning call that PostgreSQL evaluates.
final class RemoteSetEvaluator implements SetEvaluator {

    private final RemoteCache cache;
    private final RemoteCall call;
    private final RemoteArguments arguments;

    RemoteSetEvaluator(RemoteCache cache, RemoteCall call, Evaluator[] arguments) {
        this.cache = cache;
        this.call = call;
        this.arguments = new RemoteArguments(arguments);
    }

    @Override
    public void prepare(Collection<Row> rows) {
        cache.prepare(call, arguments.ofAll(rows));
    }

    @Override
    public List<Row> evaluate(Row row) {
        return cache.get(call, arguments.of(row)).rows();
    }
}
