package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.remote.RemoteCall;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/// A scalar call that PostgreSQL evaluates.
final class RemoteEvaluator implements Evaluator {

    private final RemoteCache cache;
    private final RemoteCall call;
    private final RemoteArguments arguments;

    RemoteEvaluator(RemoteCache cache, RemoteCall call, Evaluator[] arguments) {
        this.cache = cache;
        this.call = call;
        this.arguments = new RemoteArguments(arguments);
    }

    @Override
    public void prepare(Collection<Row> rows) {
        cache.prepare(call, arguments.ofAll(rows));
    }

    @Override
    public @Nullable Object evaluate(Row row) {
        return cache.get(call, arguments.of(row)).rows().getFirst().get(0);
    }
}
