package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.FunctionInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Collects the aggregate calls of one SELECT. Until the groups are known a call is referred to by a column past all slots: the
/// first call's is the number of slots.
final class AggregateTranslator {

    private final CatalogReader catalog;
    private final ExpressionTranslator expressions;
    private final int slots;
    private final List<AggregateCall> calls = new ArrayList<>();

    AggregateTranslator(CatalogReader catalog, ExpressionTranslator expressions, int slots) {
        this.catalog = catalog;
        this.expressions = expressions;
        this.slots = slots;
    }

    int slots() {
        return slots;
    }

    List<AggregateCall> calls() {
        return List.copyOf(calls);
    }

    Expression translate(Node aggref) {
        if (aggref.integer("agglevelsup") != 0) {
            throw Refusals.query("aggregates of an outer query", "Write the subquery as a join.");
        }
        FunctionInfo function = catalog.function(aggref.integer("aggfnoid"));
        Kind known = kind(function).orElseThrow(() -> unknown(function));
        if (aggref.isSet("aggorder")) {
            throw Refusals.query(
                    "aggregates with ORDER BY",
                    "Leave it out: the order doesn't matter to " + function.name() + ".");
        }
        SqlType type = catalog.type(aggref.integer("aggtype"), aggref.integer("aggcollid"));
        Optional<Expression> argument = argument(aggref);
        Optional<Expression> filter = aggref.optionalNode("aggfilter").map(expressions::translate);
        boolean distinctMatters =
                aggref.isSet("aggdistinct") && known != Kind.MIN && known != Kind.MAX;
        AggregateCall call =
                new AggregateCall(
                        new AggregateFunction(
                                known, function.oid(), function.name(), Collation.NONE),
                        argument.stream().toList(),
                        new AggregateCall.Clauses(filter, distinctMatters, List.of(), List.of()),
                        type);
        checkArgument(call, function);
        return add(call);
    }

    private Expression add(AggregateCall call) {
        int index = calls.indexOf(call);
        if (index < 0) {
            index = calls.size();
            calls.add(call);
        }
        return new Expression.Column(slots + index, call.type());
    }

    private Optional<Expression> argument(Node aggref) {
        List<Node> arguments = aggref.nodes("args");
        if (arguments.isEmpty()) {
            return Optional.empty();
        }
        if (arguments.size() > 1) {
            throw Refusals.query(
                    "aggregates of several arguments", "Use count, sum, avg, min or max.");
        }
        Expression argument = expressions.translate(arguments.getFirst().node("expr"));
        return Optional.of(
                Relabeling.collate(argument, catalog.collation(aggref.integer("inputcollid"))));
    }

    private static Optional<Kind> kind(FunctionInfo function) {
        if (!function.builtIn()) {
            return Optional.empty();
        }
        return switch (function.name()) {
            case "count" -> Optional.of(Kind.COUNT);
            case "sum" -> Optional.of(Kind.SUM);
            case "avg" -> Optional.of(Kind.AVG);
            case "min" -> Optional.of(Kind.MIN);
            case "max" -> Optional.of(Kind.MAX);
            default -> Optional.empty();
        };
    }

    private static PgtrickleException unknown(FunctionInfo function) {
        String name =
                function.builtIn()
                        ? "\"" + function.name() + "\""
                        : "\"" + function.schema() + "\".\"" + function.name() + "\"";
        return Refusals.function(
                "aggregate function " + name + " isn't supported yet",
                "Use count, sum, avg, min or max.");
    }

    /// min and max are checked first for the sake of a better message.
    private void checkArgument(AggregateCall call, FunctionInfo function) {
        call.argument()
                .map(Expression::type)
                .ifPresent(type -> {
                    switch (call.kind()) {
                        case MIN, MAX -> TypeChecks.orderable(type, function.name(), catalog);
                        case COUNT, SUM, AVG, OTHER -> {}
                    }
                    if (call.distinct()) {
                        TypeChecks.equatable(type, function.name() + "(DISTINCT)", catalog);
                    }
                    if (!call.isSupported()) {
                        throw Refusals.function(
                                "aggregate function \""
                                        + function.name()
                                        + "\" isn't supported yet for type "
                                        + catalog.typeName(type.oid()),
                                "Cast the argument to numeric.");
                    }
                });
    }
}
