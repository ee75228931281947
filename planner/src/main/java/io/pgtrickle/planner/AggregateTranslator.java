package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.FunctionInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Collects the aggregate calls of one SELECT. Each has a slot, as if it were a column.
final class AggregateTranslator {

    private final CatalogReader catalog;
    private final ExpressionTranslator expressions;
    private final Slots slots;
    private final List<AggregateCall> calls = new ArrayList<>();

    AggregateTranslator(CatalogReader catalog, ExpressionTranslator expressions, Slots slots) {
        this.catalog = catalog;
        this.expressions = expressions;
        this.slots = slots;
    }

    /// Over the slots of the SELECT's FROM.
    List<AggregateCall> calls() {
        return List.copyOf(calls);
    }

    Expression translate(Node aggref) {
        FunctionInfo function = catalog.function(aggref.integer("aggfnoid"));
        SqlType type = catalog.type(aggref.integer("aggtype"), aggref.integer("aggcollid"));
        Collation collation = catalog.collation(aggref.integer("inputcollid"));
        List<Node> entries = aggref.nodes("args");
        boolean ordered = !aggref.text("aggkind").equals("n");
        List<Expression> arguments = new ArrayList<>();
        for (Node entry : entries) {
            if (!ordered && !entry.flag("resjunk")) {
                arguments.add(
                        Relabeling.collate(expressions.translate(entry.node("expr")), collation));
            }
        }
        List<Plan.SortKey> order =
                SortKeys.of(
                        aggref.nodes("aggorder"),
                        entries,
                        expressions::translate,
                        catalog,
                        function.name());
        List<Expression> direct = new ArrayList<>();
        for (Node argument : aggref.nodes("aggdirectargs")) {
            Expression value = expressions.translate(argument);
            direct.add(
                    direct.size() < order.size()
                            ? comparable(value, order.get(direct.size()).expression().type())
                            : value);
        }
        Kind kind = kind(function, catalog);
        boolean extreme = kind == Kind.MIN || kind == Kind.MAX;
        AggregateCall call =
                new AggregateCall(
                        new AggregateFunction(
                                kind,
                                function.oid(),
                                function.name(),
                                kind == Kind.OTHER ? collation : Collation.NONE),
                        arguments,
                        new AggregateCall.Clauses(
                                aggref.optionalNode("aggfilter").map(expressions::translate),
                                aggref.isSet("aggdistinct") && !extreme,
                                kind == Kind.OTHER ? order : List.of(),
                                direct),
                        type);
        check(call, function);
        if (!calls.contains(call)) {
            calls.add(call);
        }
        return slots.of(new Slots.Owner.Aggregate(call), type);
    }

    /// A text that is compared with others gets their collation.
    private static Expression comparable(Expression value, SqlType other) {
        return other instanceof SqlType.Text(_, _, Collation collation)
                ? Relabeling.collate(value, collation)
                : value;
    }

    /// What an extension's type calls `min` and `max` says so by its sort operator, as for PostgreSQL's own planner.
    static Kind kind(FunctionInfo function, CatalogReader catalog) {
        if (!function.builtIn()) {
            return catalog.isLast(function.oid())
                    .map(last -> last ? Kind.MAX : Kind.MIN)
                    .orElse(Kind.OTHER);
        }
        return switch (function.name()) {
            case "count" -> Kind.COUNT;
            case "sum" -> Kind.SUM;
            case "avg" -> Kind.AVG;
            case "min" -> Kind.MIN;
            case "max" -> Kind.MAX;
            default -> Kind.OTHER;
        };
    }

    private void check(AggregateCall call, FunctionInfo function) {
        if (call.kind() == Kind.MIN || call.kind() == Kind.MAX) {
            call.argument()
                    .ifPresent(argument ->
                            TypeChecks.orderable(argument.type(), function.name(), catalog));
        }
        if (call.distinct()) {
            for (Expression argument : call.arguments()) {
                TypeChecks.equatable(argument.type(), function.name() + "(DISTINCT)", catalog);
            }
        }
        if (!call.isSupported()) {
            throw unsupported(call, function);
        }
    }

    private PgtrickleException unsupported(AggregateCall call, FunctionInfo function) {
        String name =
                function.builtIn()
                        ? "\"" + function.name() + "\""
                        : "\"" + function.schema() + "\".\"" + function.name() + "\"";
        Optional<SqlType> type = call.argument().map(Expression::type);
        return Refusals.function(
                "aggregate function "
                        + name
                        + " isn't supported yet"
                        + type.map(argument -> " for type " + catalog.typeName(argument.oid()))
                                .orElse(""),
                "Use count, sum, avg, min or max.");
    }
}
