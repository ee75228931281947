package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan.SetFunction;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;

/// Collects the set-returning functions in the select list of one SELECT. Each has a slot for its value, as if it were a column.
final class SetFunctionTranslator {

    private final CatalogReader catalog;
    private final ExpressionTranslator expressions;
    private final Slots slots;
    private final List<Registered> registered = new ArrayList<>();

    /// @param function over slots; those of other set-returning functions, where they are nested
    record Registered(SetFunction function, Column slot) {}

    SetFunctionTranslator(CatalogReader catalog, ExpressionTranslator expressions, Slots slots) {
        this.catalog = catalog;
        this.expressions = expressions;
        this.slots = slots;
    }

    List<Registered> registered() {
        return List.copyOf(registered);
    }

    /// @param call a FUNCEXPR or OPEXPR that returns a set
    Expression register(Node call) {
        NodeTypes type = NodeTypes.of(call);
        if (catalog.isComposite(type.typeOid())) {
            throw Refusals.query(
                    "set-returning functions of several columns in the select list",
                    "Call the function in FROM.");
        }
        SqlType column = catalog.type(type.typeOid(), type.collationOid());
        SetFunction function = function(call, List.of(column));
        for (Registered known : registered) {
            if (known.function().equals(function)) {
                return known.slot();
            }
        }
        Column slot = slots.unnamed(column);
        registered.add(new Registered(function, slot));
        return slot;
    }

    /// @param item a RANGETBLFUNCTION
    SetFunction inFrom(Node item) {
        Node call = item.node("funcexpr");
        if (!call.kind().equals("FUNCEXPR")) {
            throw Refusals.query(
                    "scalar expressions among set-returning functions in ROWS FROM",
                    "Write them as a subquery in FROM.");
        }
        NodeTypes type = NodeTypes.of(call);
        List<Integer> defined = item.numbers("funccoltypes");
        List<Integer> collations = item.numbers("funccolcollations");
        List<SqlType> types = new ArrayList<>();
        if (!defined.isEmpty()) {
            for (int i = 0; i < defined.size(); i++) {
                types.add(catalog.type(defined.get(i), collations.get(i)));
            }
        } else if (item.integer("funccolcount") == 1 && !catalog.isComposite(type.typeOid())) {
            types.add(catalog.type(type.typeOid(), type.collationOid()));
        } else {
            types.addAll(catalog.rowTypes(call.integer("funcid"), type.typeOid()));
        }
        return function(call, types);
    }

    /// @param types of the columns of its rows
    private SetFunction function(Node call, List<SqlType> types) {
        int oid = call.integer(call.has("funcid") ? "funcid" : "opfuncid");
        List<Expression> arguments = new ArrayList<>();
        call.nodes("args").forEach(argument -> arguments.add(expressions.translate(argument)));
        SetFunction function =
                new SetFunction(
                        oid,
                        catalog.function(oid).name(),
                        arguments,
                        types,
                        catalog.collation(call.integer("inputcollid")));
        SetFunctionSupport.check(function, catalog.function(oid));
        return function;
    }
}
