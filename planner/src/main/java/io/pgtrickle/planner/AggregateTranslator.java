package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan;
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
        Optional<AggregateCall> known = known(aggref, function);
        if (known.isPresent()) {
            return slot(known.get());
        }
        AskedAggregate asked = new AskedAggregate(catalog, expressions, aggref);
        AggregateCall rows =
                new AggregateCall(
                        asked.collecting(),
                        List.of(asked.kept()),
                        new AggregateCall.Clauses(
                                aggref.optionalNode("aggfilter").map(expressions::translate),
                                false,
                                List.of(),
                                List.of()),
                        asked.collectedType());
        return asked.value(slot(rows));
    }

    private Expression slot(AggregateCall call) {
        if (!calls.contains(call)) {
            calls.add(call);
        }
        return slots.of(new Slots.Owner.Aggregate(call), call.type());
    }

    /// Empty where PostgreSQL has to be asked for the result.
    private Optional<AggregateCall> known(Node aggref, FunctionInfo function) {
        SqlType type = expressions.type(aggref, "aggtype", "aggcollid");
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
        List<Expression> direct =
                aggref.nodes("aggdirectargs").stream().map(expressions::translate).toList();
        for (Node clause : aggref.nodes("aggorder")) {
            Node entry = QueryScope.clauseTargetEntry(entries, clause.integer("tleSortGroupRef"));
            boolean sortable =
                    expressions.translate(entry.node("expr")).type().orderable()
                            && catalog.isDescending(clause.integer("sortop")).isPresent();
            if (!sortable) {
                return Optional.empty();
            }
        }
        List<Plan.SortKey> order =
                SortKeys.of(
                        aggref.nodes("aggorder"),
                        entries,
                        expressions::translate,
                        catalog,
                        function.name());
        Kind kind = kind(function);
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
        return call.isSupported() ? Optional.of(call) : Optional.empty();
    }

    static Kind kind(FunctionInfo function) {
        if (!function.builtIn()) {
            return Kind.OTHER;
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
}
