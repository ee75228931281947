package io.pgtrickle.planner;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// What a part of a query takes from the queries around it.
final class FreeReferences {

    private final int depth;
    private final QueryScope scope;
    private final SequencedMap<OuterReference, Node> found = new LinkedHashMap<>();

    private FreeReferences(int depth, QueryScope scope) {
        this.depth = depth;
        this.scope = scope;
    }

    /// @param query one that stands directly within the scope's query
    /// @return each reference with a node that it was found at, by which its type is known
    static SequencedMap<OuterReference, Node> of(Node query, QueryScope scope) {
        FreeReferences references = new FreeReferences(scope.depth() + 1, scope);
        references.fields(query, scope.depth() + 1);
        references.images();
        return references.found;
    }

    private void images() {
        new LinkedHashMap<>(found)
                .forEach((reference, at) -> {
                    boolean needed =
                            !(reference instanceof OuterReference.Image)
                                    && !scope.type(reference, at).equalMeansSameImage();
                    if (needed) {
                        found.putIfAbsent(new OuterReference.Image(reference), at);
                    }
                });
    }

    /// Of something that is part of the scope's query itself: references to queries around it, and to its own FROM items.
    static SequencedMap<OuterReference, Node> ofPart(NodeValue part, QueryScope scope) {
        FreeReferences references = new FreeReferences(scope.depth() + 1, scope);
        references.walk(part, scope.depth());
        return references.found;
    }

    private void fields(Node node, int level) {
        for (Map.Entry<String, NodeValue> field : node.fields().entrySet()) {
            if (!field.getKey().equals("joinaliasvars")) {
                walk(field.getValue(), level);
            }
        }
    }

    private void walk(NodeValue value, int level) {
        switch (value) {
            case Node node -> node(node, level);
            case NodeValue.Items(List<NodeValue> items) -> items.forEach(item -> walk(item, level));
            case NodeValue.Nothing _,
                    NodeValue.Atom _,
                    NodeValue.Text _,
                    NodeValue.Datum _,
                    NodeValue.Numbers _ -> {}
        }
    }

    /// While a recursive query's own references are being gathered, it has none.
    private static Map<OuterReference, Node> references(QueryScope owner, Node entry) {
        return entry.flag("self_reference") && !owner.defines(entry.text("ctename"))
                ? Map.of()
                : owner.commonTable(entry.text("ctename")).references();
    }

    private void node(Node node, int level) {
        switch (node.kind()) {
            case "QUERY" -> fields(node, level + 1);
            case "VAR" -> {
                int owner = level - node.integer("varlevelsup");
                if (owner < depth) {
                    found.putIfAbsent(
                            new OuterReference.Variable(
                                    owner, node.integer("varno"), (short) node.integer("varattno")),
                            node);
                }
            }
            case "AGGREF" -> {
                int up = node.integer("agglevelsup");
                if (up > 0 && level - up < depth) {
                    Node own = OuterLevels.lower(node, up);
                    found.putIfAbsent(new OuterReference.Aggregate(level - up, own), node);
                } else {
                    fields(node, level);
                }
            }
            case "GROUPINGFUNC" -> {
                if (node.integer("agglevelsup") > 0) {
                    throw Refusals.query(
                            "GROUPING functions of an outer query",
                            "Compute it as a column of a subquery in FROM.");
                }
            }
            case "RANGETBLENTRY", "RTE" -> {
                if (node.integer("rtekind") == RangeTable.CTE) {
                    int owner = level - node.integer("ctelevelsup");
                    if (owner < depth) {
                        references(scope.at(owner), node)
                                .forEach((reference, at) -> {
                                    if (reference.depth() < depth) {
                                        found.putIfAbsent(reference, at);
                                    }
                                });
                    }
                }
                fields(node, level);
            }
            default -> fields(node, level);
        }
    }
}
