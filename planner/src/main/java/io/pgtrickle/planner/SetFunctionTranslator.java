package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan.SetFunction;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.Quoting;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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

    /// The function whose value the slot is.
    Optional<Registered> of(Column slot) {
        return registered.stream().filter(function -> function.slot().equals(slot)).findFirst();
    }

    /// Over what they are.
    List<Expression> arguments() {
        return registered.stream()
                .flatMap(function -> function.function().arguments().stream())
                .toList();
    }

    /// @param call a FUNCEXPR or OPEXPR that returns a set
    Expression register(Node call) {
        NodeTypes type = NodeTypes.of(call);
        boolean composite = catalog.isComposite(type.typeOid());
        SqlType column =
                composite
                        ? rowType(call, type.typeOid())
                        : catalog.type(type.typeOid(), type.collationOid());
        SetFunction function =
                composite
                        ? expressions.setOfRows(call, column)
                        : expressions.setFunction(call, List.of(column), "");
        for (Registered known : registered) {
            if (known.function().equals(function)) {
                return known.slot();
            }
        }
        Column slot = slots.unnamed(column);
        registered.add(new Registered(function, slot));
        return slot;
    }

    private SqlType rowType(Node call, int typeOid) {
        if (typeOid != RowTypes.RECORD) {
            return catalog.type(typeOid, 0);
        }
        List<SqlType.Field> fields =
                call.kind().equals("FUNCEXPR")
                        ? catalog.rowFields(call.integer("funcid"), typeOid)
                        : List.of();
        if (fields.isEmpty()) {
            throw Refusals.query(
                    "set-returning functions of rows without a type in the select list",
                    "Call the function in FROM, with AS (…).");
        }
        return new SqlType.CompositeType(RowTypes.RECORD, fields);
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
            catalog.rowFields(call.integer("funcid"), type.typeOid())
                    .forEach(field -> types.add(field.type()));
        }
        return expressions.setFunction(call, types, definition(item));
    }

    /// @param node a TABLEFUNC
    SetFunction table(Node node) {
        return new TableFunctionTranslator(catalog, expressions, node).function();
    }

    /// The names and types of the columns, where the query gives them, as for `json_to_recordset`; else empty.
    private String definition(Node item) {
        List<Integer> types = item.numbers("funccoltypes");
        if (types.isEmpty()) {
            return "";
        }
        List<Integer> modifiers = item.numbers("funccoltypmods");
        List<String> names = Names.of(item.items("funccolnames"));
        return IntStream.range(0, types.size())
                .mapToObj(i ->
                        Quoting.identifier(names.get(i))
                                + " "
                                + catalog.typeName(types.get(i), modifiers.get(i)))
                .collect(Collectors.joining(", ", " AS (", ")"));
    }
}
