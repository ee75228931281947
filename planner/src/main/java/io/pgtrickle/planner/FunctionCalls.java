package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.FunctionInfo;
import java.util.List;
import java.util.stream.Collectors;

/// Makes calls of functions, and refuses those that can't be evaluated exactly.
final class FunctionCalls {

    private final CatalogReader catalog;
    private final FunctionSupport support;

    FunctionCalls(CatalogReader catalog, FunctionSupport support) {
        this.catalog = catalog;
        this.support = support;
    }

    /// A call as the tree has it.
    ///
    /// @param operatorOid 0 where the function is called by its name or by a cast
    /// @param collationOid inputcollid
    record Request(int functionOid, int operatorOid, SqlType type, int collationOid) {}

    Call call(Request request, List<Expression> arguments) {
        FunctionInfo function = catalog.function(request.functionOid());
        checkVolatility(request, function, arguments);
        if (function.returnsSet()) {
            throw Refusals.query(
                    "set-returning functions in expressions",
                    "Take one row for each value from a table.");
        }
        if (arguments.size() != function.argumentTypeOids().size()) {
            throw Refusals.query(
                    "omitted and repeated arguments, as those of function " + name(function) + ",",
                    "Write each argument of the function.");
        }
        Collation collation = catalog.collation(request.collationOid());
        List<SqlType> types = arguments.stream().map(Expression::type).toList();
        if (!support.supports(request.functionOid(), collation, types)) {
            throw unsupported(request, function, types);
        }
        String name =
                request.operatorOid() == 0
                        ? function.name()
                        : catalog.operatorName(request.operatorOid());
        return new Call(request.functionOid(), name, arguments, request.type(), collation);
    }

    private void checkVolatility(
            Request request, FunctionInfo function, List<Expression> arguments) {
        switch (function.volatility()) {
            case IMMUTABLE -> {}
            case STABLE ->
                    throw Refusals.function(
                            describe(request, function, types(arguments))
                                    + " isn't supported: its result depends on settings or"
                                    + " on the time (it is STABLE)",
                            stableHint(function));
            case VOLATILE ->
                    throw PgtrickleException.of(
                                    ErrorCode.VOLATILE_FUNCTION,
                                    describe(request, function, types(arguments))
                                            + " isn't supported: its result may change at any time (it is VOLATILE)")
                            .withHint("Store its result in a column of a table, and use that.");
        }
    }

    private static String stableHint(FunctionInfo function) {
        return function.name().startsWith("timestamptz") || function.name().equals("date")
                ? "Make the time zone explicit, e.g. with AT TIME ZONE 'UTC', or compare values of one type."
                : "Use an expression whose result depends on its arguments only.";
    }

    private PgtrickleException unsupported(
            Request request, FunctionInfo function, List<SqlType> types) {
        if (request.collationOid() != 0
                && support.supports(request.functionOid(), Collation.C, types)) {
            return Refusals.collation(
                    describe(request, function, types)
                            + " isn't supported under collation "
                            + catalog.collationName(request.collationOid()),
                    "Add COLLATE \"C\" to an operand.");
        }
        return Refusals.function(
                describe(request, function, types) + " isn't supported yet",
                function.builtIn()
                        ? "Compute it in a column of the table."
                        : "Only built-in functions can be evaluated so far.");
    }

    private static List<SqlType> types(List<Expression> arguments) {
        return arguments.stream().map(Expression::type).toList();
    }

    private String describe(Request request, FunctionInfo function, List<SqlType> types) {
        if (request.operatorOid() == 0) {
            return "function "
                    + name(function)
                    + types.stream()
                            .map(type -> catalog.typeName(type.oid()))
                            .collect(Collectors.joining(", ", "(", ")"));
        }
        String operator = catalog.operatorName(request.operatorOid());
        return types.size() == 2
                ? "operator "
                        + catalog.typeName(types.get(0).oid())
                        + " "
                        + operator
                        + " "
                        + catalog.typeName(types.get(1).oid())
                : "operator " + operator + " " + catalog.typeName(types.getFirst().oid());
    }

    private static String name(FunctionInfo function) {
        return function.schema().equals("pg_catalog")
                ? "\"" + function.name() + "\""
                : "\"" + function.schema() + "\".\"" + function.name() + "\"";
    }
}
