package io.pgtrickle.dataflow.expression;

import io.pgtrickle.dataflow.order.OrderDictionaries;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.remote.RemoteFunctions;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;

/// Turns expressions into closures over a row. Arguments are evaluated left to right, AND and OR only until the outcome is
/// known, CASE and COALESCE only as far as needed; logic is three-valued.
///
/// What is evaluated in PostgreSQL is asked of a cache, which the evaluator's `prepare` fills for many rows at a time.
public final class Compiler {

    private final RemoteCache remote;
    private final OrderDictionaries dictionaries;

    /// For what has no labels.
    ///
    /// @param remote evaluates the `Remote` parts
    public Compiler(RemoteFunctions remote) {
        this(
                remote,
                order -> {
                    throw PgtrickleException.of(
                            ErrorCode.UNSUPPORTED_FUNCTION,
                            "\"" + order.ranks().name() + "\" can't be asked of PostgreSQL here");
                });
    }

    /// @param dictionaries for the `Label` parts
    public Compiler(RemoteFunctions remote, OrderDictionaries dictionaries) {
        this.remote = new RemoteCache(remote);
        this.dictionaries = dictionaries;
    }

    /// Compiles what has no `Remote` parts.
    ///
    /// @throws PgtrickleException UNSUPPORTED_FUNCTION where a function isn't native (`NativeFunctions.supports`)
    public static Evaluator compile(Expression expression) {
        return new Compiler(RemoteFunctions.NONE).evaluator(expression);
    }

    /// @throws PgtrickleException UNSUPPORTED_FUNCTION where a function isn't native (`NativeFunctions.supports`)
    public Evaluator evaluator(Expression expression) {
        List<Preparable> calls = new ArrayList<>();
        Evaluator compiled = new Compilation(remote, dictionaries, calls).compile(expression);
        return calls.isEmpty() ? compiled : new PreparedEvaluator(compiled, calls);
    }

    /// Compiles a set-returning function that PostgreSQL evaluates.
    public SetEvaluator rows(RemoteCall call, List<Expression> arguments) {
        List<Preparable> calls = new ArrayList<>();
        RemoteSetEvaluator rows = new RemoteSetEvaluator(remote, call, all(arguments, calls));
        calls.add(rows);
        return new PreparedSetEvaluator(rows, calls);
    }

    /// Compiles a native set-returning function.
    ///
    /// @param column the type of its one column
    /// @throws PgtrickleException UNSUPPORTED_FUNCTION where it isn't native
    public SetEvaluator rows(int functionOid, List<Expression> arguments, SqlType column) {
        List<Preparable> calls = new ArrayList<>();
        List<SqlType> types = arguments.stream().map(Expression::type).toList();
        SetEvaluator rows =
                NativeSetFunctions.find(
                                functionOid,
                                all(arguments, calls),
                                new NativeSetFunctions.Call(types, column))
                        .orElseThrow(() ->
                                PgtrickleException.of(
                                        ErrorCode.UNSUPPORTED_FUNCTION,
                                        "function " + functionOid + " is not supported"));
        return calls.isEmpty() ? rows : new PreparedSetEvaluator(rows, calls);
    }

    private Evaluator[] all(List<Expression> arguments, List<Preparable> calls) {
        Evaluator[] evaluators = new Evaluator[arguments.size()];
        for (int i = 0; i < evaluators.length; i++) {
            evaluators[i] = evaluator(arguments.get(i));
            if (evaluators[i].needsPreparation()) {
                calls.add(evaluators[i]);
            }
        }
        return evaluators;
    }
}
