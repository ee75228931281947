package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The right side of `IN (…)`, `= ANY (…)` and `<> ALL (…)`, element by element.
final class ArrayTranslator {

    /// Elements of one list: each is compared with each row.
    private static final int MAX_ELEMENTS = 10_000;

    private final CatalogReader catalog;
    private final ConstantDecoder constants;

    ArrayTranslator(CatalogReader catalog, ConstantDecoder constants) {
        this.catalog = catalog;
        this.constants = constants;
    }

    /// Translates nodes for the elements.
    interface ElementTranslator {

        Expression translate(Node node);

        /// @param element what the cast's argument stands for
        Expression over(Expression element, Node cast);
    }

    /// Whether the elements are known one by one.
    boolean isList(Node array) {
        return switch (array.kind()) {
            case "ARRAYEXPR", "ARRAY" -> !array.flag("multidims");
            case "CONST" ->
                    array.flag("constisnull")
                            || catalog.elementType(array.integer("consttype")).isPresent();
            case "RELABELTYPE" ->
                    catalog.elementType(array.integer("resulttype")).isPresent()
                            && isList(array.node("arg"));
            case "ARRAYCOERCEEXPR" -> isList(array.node("arg"));
            default -> false;
        };
    }

    /// @param array a list
    /// @return empty where the array itself is NULL
    Optional<List<Expression>> elements(Node array, ElementTranslator translate) {
        Optional<List<Expression>> elements =
                switch (array.kind()) {
                    case "ARRAYEXPR", "ARRAY" -> Optional.of(written(array, translate));
                    case "CONST" -> constant(array);
                    case "RELABELTYPE" -> relabelled(array, translate);
                    case "ARRAYCOERCEEXPR" -> coerced(array, translate);
                    default -> throw Refusals.internal("an array that is no list");
                };
        if (elements.isPresent() && elements.get().size() > MAX_ELEMENTS) {
            throw Refusals.query(
                    "lists of more than " + MAX_ELEMENTS + " elements",
                    "Put the values into a table and join it.");
        }
        return elements;
    }

    /// A cast of each element: `elemexpr` says which, over the element.
    private Optional<List<Expression>> coerced(Node node, ElementTranslator translate) {
        Node cast = node.node("elemexpr");
        return elements(node.node("arg"), translate)
                .map(list -> list.stream().map(element -> translate.over(element, cast)).toList());
    }

    private static List<Expression> written(Node array, ElementTranslator translate) {
        return array.nodes("elements").stream().map(translate::translate).toList();
    }

    private Optional<List<Expression>> constant(Node node) {
        if (node.flag("constisnull")) {
            return Optional.empty();
        }
        int arrayType = node.integer("consttype");
        Optional<Integer> elementType = catalog.elementType(arrayType);
        SqlType type = catalog.type(arrayType, node.integer("constcollid"));
        if (elementType.isEmpty() || !(constants.decode(type, node) instanceof SqlArray array)) {
            throw Refusals.type(
                    "constants of type " + catalog.typeName(arrayType) + " aren't supported yet",
                    "Write the elements as a list: x IN (a, b).");
        }
        SqlType element = catalog.type(elementType.get(), node.integer("constcollid"));
        List<Expression> elements = new ArrayList<>();
        for (@Nullable Object value : array.elements()) {
            elements.add(new Expression.Constant(value, element));
        }
        return Optional.of(elements);
    }

    private Optional<List<Expression>> relabelled(Node node, ElementTranslator translate) {
        int arrayType = node.integer("resulttype");
        SqlType type =
                catalog.elementType(arrayType)
                        .map(element -> catalog.type(element, node.integer("resultcollid")))
                        .orElseThrow(() ->
                                Refusals.type(
                                        "arrays of type "
                                                + catalog.typeName(arrayType)
                                                + " aren't supported yet",
                                        "Write the elements as a list: x IN (a, b)."));
        return elements(node.node("arg"), translate)
                .map(list ->
                        list.stream()
                                .map(element -> Relabeling.relabel(element, type, catalog))
                                .toList());
    }
}
