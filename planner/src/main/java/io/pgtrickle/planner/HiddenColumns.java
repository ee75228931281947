package io.pgtrickle.planner;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// `SELECT *` over a result table without a key of its own names the hidden column that tells equal rows apart. It isn't the
/// query's, so it is left out.
final class HiddenColumns {

    /// The name of the hidden key column of result tables.
    static final String NAME = "__pgtrickle_row";

    private HiddenColumns() {}

    static Node without(Node query, CatalogReader catalog) {
        List<Node> targets = query.nodes("targetList");
        List<Node> kept =
                targets.stream().filter(target -> !isHidden(target, query, catalog)).toList();
        if (kept.size() == targets.size()) {
            return query;
        }
        SequencedMap<String, NodeValue> fields = new LinkedHashMap<>(query.fields());
        fields.put("targetList", new NodeValue.Items(List.copyOf(kept)));
        return new Node(query.kind(), fields);
    }

    private static boolean isHidden(Node target, Node query, CatalogReader catalog) {
        Node expression = target.node("expr");
        if (target.flag("resjunk")
                || !target.text("resname").equals(NAME)
                || !expression.kind().equals("VAR")) {
            return false;
        }
        Node entry = query.nodes("rtable").get(expression.integer("varno") - 1);
        return entry.integer("rtekind") == RangeTable.RELATION
                && catalog.isResultTable(entry.integer("relid"));
    }
}
