package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.RemoteCall;
import io.pgtrickle.model.RemoteFunctions;
import java.util.ArrayList;
import java.util.List;

/// Turns expressions into closures over a row. Arguments are evaluated left to right, AND and OR only until the outcome is
/// known, CASE and COALESCE only as far as needed; logic is three-valued.
///
/// What is evaluated in PostgreSQL is asked of a cache, which the evaluator's `prepare` fills for many rows at a time.
public final class Compiler {

    private final RemoteCache remote;

    /// @param remote evaluates the `Remote` parts
    public Compiler(RemoteFunctions remote) {
        this.remote = new RemoteCache(remote);
    }

    /// Compiles what has no `Remote` parts.
    ///
    /// @throws PgtrickleException UNSUPPORTED_FUNCTION where a function isn't native (`NativeFunctions.supports`)
    public static Evaluator compile(Expression expression) {
        return new Compiler(RemoteFunctions.NONE).evaluator(expression);
    }

    /// @throws PgtrickleException UNSUPPORTED_FUNCTION where a function isn't native (`NativeFunctions.supports`)
    public Evaluator evaluator(Expression expression) {
        List<RemoteEvaluator> calls = new ArrayList<>();
        Evaluator compiled = new Compilation(remote, calls).compile(expression);
        return calls.isEmpty() ? compiled : new PreparedEvaluator(compiled, calls);
    }

    /// Of a set-returning function, for its argument rows.
    public RemoteRows rows(RemoteCall call, List<Expression> arguments) {
        List<Evaluator> evaluators = new ArrayList<>(arguments.size());
        for (Expression argument : arguments) {
            evaluators.add(evaluator(argument));
        }
        return new RemoteRows(remote, call, evaluators);
    }
}
