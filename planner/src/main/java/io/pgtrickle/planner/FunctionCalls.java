package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.expression.NativeSetFunctions;
import io.pgtrickle.dataflow.plan.Plan.SetFunction;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.FunctionInfo;
import io.pgtrickle.postgres.OperatorInfo;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Makes calls of functions: natively where the function is known here, otherwise in PostgreSQL; and refuses those whose result
/// depends on more than their arguments and the settings that are pinned with a view.
final class FunctionCalls {

    private static final int ARRAY_APPEND = 378;
    private static final int ARRAY_CONTAINS = 2748;

    private final CatalogReader catalog;
    private final FunctionSupport support;
    private final RemoteCalls remote;
    private final RemoteCasts casts;

    FunctionCalls(CatalogReader catalog, FunctionSupport support) {
        this.catalog = catalog;
        this.support = support;
        this.remote = new RemoteCalls(catalog);
        this.casts = new RemoteCasts(catalog);
    }

    /// A call as the tree has it.
    ///
    /// @param operatorOid 0 where the function is called by its name or by a cast
    /// @param collationOid inputcollid
    /// @param variadic funcvariadic
    record Request(
            int functionOid, int operatorOid, SqlType type, int collationOid, boolean variadic) {
        Request(int functionOid, int operatorOid, SqlType type, int collationOid) {
            this(functionOid, operatorOid, type, collationOid, false);
        }
    }

    Expression call(Request request, List<Expression> arguments) {
        return callNamed(
                request,
                arguments.stream().map(value -> new RemoteCalls.Argument("", value)).toList());
    }

    /// The same where arguments may be given by name.
    Expression callNamed(Request request, List<RemoteCalls.Argument> arguments) {
        FunctionInfo function = catalog.function(request.functionOid());
        List<Expression> values = arguments.stream().map(RemoteCalls.Argument::value).toList();
        checkVolatility(request, function, values);
        if (function.returnsSet()) {
            throw Refusals.query(
                    "set-returning functions in expressions",
                    "Take one row for each value from a table.");
        }
        if (request.functionOid() == ARRAY_APPEND && RowTypes.isUntold(request.type())) {
            return appended(values.getFirst(), values.getLast());
        }
        Collation collation = catalog.collation(request.collationOid());
        boolean byPlace = arguments.stream().allMatch(argument -> argument.name().isEmpty());
        if (byPlace
                && function.volatility() == FunctionInfo.Volatility.IMMUTABLE
                && support.supports(request.functionOid(), collation, types(values))) {
            String name =
                    request.operatorOid() == 0
                            ? function.name()
                            : catalog.operator(request.operatorOid()).name();
            return new Call(request.functionOid(), name, values, request.type(), collation);
        }
        RemoteCalls.Invocation invocation =
                new RemoteCalls.Invocation(
                        function,
                        catalog.equalityOfFunction(function.oid()).isPresent()
                                ? arguments.stream()
                                        .map(argument -> argument.under(collation))
                                        .toList()
                                : arguments,
                        request.collationOid(),
                        request.variadic());
        AnonymousRows.Flat call =
                AnonymousRows.flat(
                        remote.scalar(invocation, request.type()), invocation.values(), catalog);
        return new Expression.Remote(call.call(), call.arguments(), function.oid());
    }

    /// An array of rows without a type.
    Expression rows(List<Expression> elements, SqlType type) {
        Expression array = new Expression.Constant(SqlArray.EMPTY, type);
        for (Expression element : elements) {
            array = appended(array, element);
        }
        return array;
    }

    /// A row without a type, made here, at the end of an array of such: an element that is NULL there couldn't be sent to PostgreSQL.
    private static Expression appended(Expression array, Expression row) {
        SqlType type = array.type();
        boolean fits =
                row instanceof Expression.MakeRow
                        && type instanceof SqlType.ArrayType(_, _, SqlType element)
                        && row.type().equals(element);
        if (!fits) {
            throw Refusals.query(
                    "arrays of rows without a type that aren't made in place, all of the same columns,",
                    "Cast the rows to a composite type: ROW(a, b)::name.");
        }
        Expression present =
                new Expression.Coalesce(
                        List.of(array, new Expression.Constant(SqlArray.EMPTY, type)), type);
        return new Call(ARRAY_APPEND, "array_append", List.of(present, row), type, Collation.NONE);
    }

    /// A set-returning function.
    ///
    /// @param columns the types of its rows
    /// @param definition the columns as the query defines them, `AS (…)`; empty where it doesn't
    SetFunction setFunction(
            Request request,
            List<RemoteCalls.Argument> arguments,
            List<SqlType> columns,
            String definition) {
        FunctionInfo function = catalog.function(request.functionOid());
        checkSet(request, arguments, columns);
        boolean byPlace = arguments.stream().allMatch(argument -> argument.name().isEmpty());
        if (byPlace && NativeSetFunctions.supports(request.functionOid(), columns)) {
            List<Expression> values = arguments.stream().map(RemoteCalls.Argument::value).toList();
            return new SetFunction(
                    request.functionOid(), function.name(), values, columns, Optional.empty());
        }
        RemoteCalls.Invocation invocation = invocation(request, arguments);
        return setFunction(invocation, remote.rows(invocation, columns, definition));
    }

    /// A set-returning function whose rows are values of one column, as in the select list.
    SetFunction setOfRows(Request request, List<RemoteCalls.Argument> arguments) {
        SqlType type = request.type();
        checkSet(
                request,
                arguments,
                type instanceof SqlType.CompositeType composite
                        ? composite.fields().stream().map(SqlType.Field::type).toList()
                        : List.of(type));
        RemoteCalls.Invocation invocation = invocation(request, arguments);
        RemoteCall call = remote.rowValues(invocation, type);
        if (call.text().foreign() && RowTypes.isAnonymous(type)) {
            throw Refusals.query(
                    "functions of your own that return rows without a type, in the select list,",
                    "Call the function in FROM.");
        }
        return setFunction(invocation, call);
    }

    private void checkSet(
            Request request, List<RemoteCalls.Argument> arguments, List<SqlType> columns) {
        FunctionInfo function = catalog.function(request.functionOid());
        List<Expression> values = arguments.stream().map(RemoteCalls.Argument::value).toList();
        if (!StableFunctions.readsTexts(function)) {
            checkVolatility(request, function, values);
        } else if (casts.readMovingTimes(columns)) {
            throw Refusals.function(
                    describe(request, function, types(values))
                            + " isn't supported for columns of date and time types: in their texts \"now\" stands"
                            + " for the moment of reading",
                    "Read them as text.");
        }
    }

    private RemoteCalls.Invocation invocation(
            Request request, List<RemoteCalls.Argument> arguments) {
        return new RemoteCalls.Invocation(
                catalog.function(request.functionOid()),
                arguments,
                request.collationOid(),
                request.variadic());
    }

    private SetFunction setFunction(RemoteCalls.Invocation invocation, RemoteCall call) {
        AnonymousRows.Flat flat = AnonymousRows.flat(call, invocation.values(), catalog);
        return new SetFunction(
                invocation.function().oid(),
                invocation.function().name(),
                flat.arguments(),
                call.columns(),
                Optional.of(flat.call()));
    }

    /// `scalar op ANY (array)` or `ALL`, by PostgreSQL.
    ///
    /// @param all whether it is ALL
    Expression quantified(Request request, boolean all, Expression scalar, Expression array) {
        FunctionInfo function = catalog.function(request.functionOid());
        checkVolatility(request, function, List.of(scalar, array));
        OperatorInfo operator = catalog.operator(request.operatorOid());
        boolean equality = catalog.equalityOfOperator(request.operatorOid()).isPresent();
        if (equality && !all && RowTypes.isUntold(array.type())) {
            Expression part = rows(List.of(scalar), array.type());
            return new Call(
                    ARRAY_CONTAINS, "@>", List.of(array, part), SqlType.BOOL, Collation.NONE);
        }
        Expression left = Relabeling.collate(scalar, catalog.collation(request.collationOid()));
        return new RemoteText(catalog)
                .write(operator.name() + (all ? " all" : " any"))
                .foreign(!function.builtIn() || RemoteCalls.isForeign(operator.oid()))
                .argument(left, left.type().oid())
                .sql(" " + operator.quoted() + (all ? " ALL (" : " ANY ("))
                .argument(array, array.type().oid())
                .sql(")")
                .scalar(SqlType.BOOL);
    }

    /// A cast by the output function of one type and the input function of the other.
    Expression castViaText(Expression input, int target, SqlType type) {
        return casts.viaText(input, target, type);
    }

    /// @param coercion an ARRAYCOERCEEXPR
    Expression castArray(Expression input, Node coercion, SqlType type) {
        return casts.ofArray(input, coercion, type);
    }

    /// GREATEST or LEAST in an order that only PostgreSQL knows.
    Expression extreme(String name, List<Expression> terms, SqlType type) {
        return new Expression.Remote(remote.list(name, terms, type), terms);
    }

    /// A cast to a domain whose constraints are checked.
    Expression castToDomain(Expression input, int domain, SqlType type) {
        return casts.toDomain(input, domain, type);
    }

    private void checkVolatility(
            Request request, FunctionInfo function, List<Expression> arguments) {
        switch (function.volatility()) {
            case IMMUTABLE -> {}
            case STABLE -> {
                if (!StableFunctions.dependsOnSettingsOnly(function)) {
                    throw Refusals.function(
                            describe(request, function, types(arguments))
                                    + " isn't supported: its result depends on the time, the session"
                                    + " or tables (it is STABLE)",
                            "Use an expression whose result depends on its arguments only.");
                }
            }
            case VOLATILE ->
                    throw PgtrickleException.of(
                                    ErrorCode.VOLATILE_FUNCTION,
                                    describe(request, function, types(arguments))
                                            + " isn't supported: its result may change at any time (it is VOLATILE)")
                            .withHint("Store its result in a column of a table, and use that.");
        }
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
        String operator = catalog.operator(request.operatorOid()).name();
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
