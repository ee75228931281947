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
        for (Node clause : aggref.nodes("aggorder")) {
            Node entry = QueryScope.clauseTargetEntry(entries, clause.integer("tleSortGroupRef"));
            boolean sortable =
                    expressions.translate(entry.node("expr")).type().hasOrder()
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
        List<Expression> direct = new ArrayList<>();
        for (Node argument : aggref.nodes("aggdirectargs")) {
            Expression value = expressions.translate(argument);
            direct.add(
                    direct.size() < order.size()
                            ? comparable(value, order.get(direct.size()).expression().type())
                            : value);
        }
        if (direct.stream().anyMatch(AggregateTranslator::isLate)) {
            return Optional.empty();
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
        return call.isSupported() ? Optional.of(call) : Optional.empty();
    }

    /// Whether a direct argument is more than a constant or what the group's key says: it may be another one later.
    private static boolean isLate(Expression direct) {
        return Subqueries.isIn(direct)
                || Columns.of(direct).isEmpty() && !(direct instanceof Expression.Constant);
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
}
