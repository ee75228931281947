package io.pgtrickle.planner;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/// Moves an expression to a query further out.
final class OuterLevels {

    private static final Set<String> LEVELS = Set.of("varlevelsup", "agglevelsup", "ctelevelsup");

    private OuterLevels() {}

    /// The expression as the query that is `by` levels further out would have it.
    static Node lower(Node expression, int by) {
        return lower(expression, by, 0);
    }

    /// The query as it is within one more.
    static Node raise(Node query) {
        return lower(query, -1, -1);
    }

    private static Node lower(Node node, int by, int nested) {
        SequencedMap<String, NodeValue> fields = new LinkedHashMap<>();
        int inside = node.kind().equals("QUERY") ? nested + 1 : nested;
        for (Map.Entry<String, NodeValue> field : node.fields().entrySet()) {
            fields.put(
                    field.getKey(),
                    LEVELS.contains(field.getKey()) && node.integer(field.getKey()) > nested
                            ? new NodeValue.Atom(String.valueOf(node.integer(field.getKey()) - by))
                            : value(field.getValue(), by, inside));
        }
        return new Node(node.kind(), fields);
    }

    private static NodeValue value(NodeValue value, int by, int nested) {
        return switch (value) {
            case Node node -> lower(node, by, nested);
            case NodeValue.Items(List<NodeValue> items) ->
                    new NodeValue.Items(
                            items.stream().map(item -> value(item, by, nested)).toList());
            case NodeValue.Nothing _,
                    NodeValue.Atom _,
                    NodeValue.Text _,
                    NodeValue.Datum _,
                    NodeValue.Numbers _ ->
                    value;
        };
    }
}
