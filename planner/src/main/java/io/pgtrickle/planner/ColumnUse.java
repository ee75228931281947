package io.pgtrickle.planner;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Which columns of its FROM items a query uses, itself and in the queries within it.
final class ColumnUse {

    private final List<Node> rangeTable;
    private final int depth;
    private final Map<Integer, Set<Integer>> used = new HashMap<>();

    private ColumnUse(List<Node> rangeTable, int depth) {
        this.rangeTable = rangeTable;
        this.depth = depth;
    }

    /// @return attribute numbers by the number in the range table; 0 stands for the whole row
    static Map<Integer, Set<Integer>> of(Node query) {
        ColumnUse use = new ColumnUse(query.nodes("rtable"), 0);
        use.fields(query, 0);
        return use.used;
    }

    private void fields(Node node, int level) {
        node.fields()
                .forEach((name, value) -> {
                    if (!name.equals("joinaliasvars")) {
                        walk(value, level);
                    }
                });
    }

    private void walk(NodeValue value, int level) {
        switch (value) {
            case Node node when node.kind().equals("QUERY") -> fields(node, level + 1);
            case Node node when node.kind().equals("VAR") -> {
                if (level - node.integer("varlevelsup") == depth) {
                    variable(node.integer("varno"), (short) node.integer("varattno"));
                }
            }
            case Node node -> fields(node, level);
            case NodeValue.Items(List<NodeValue> items) -> items.forEach(item -> walk(item, level));
            case NodeValue.Nothing _,
                    NodeValue.Atom _,
                    NodeValue.Text _,
                    NodeValue.Datum _,
                    NodeValue.Numbers _ -> {}
        }
    }

    private void variable(int index, int attribute) {
        if (index < 1 || index > rangeTable.size()) {
            return;
        }
        Node entry = rangeTable.get(index - 1);
        if (entry.integer("rtekind") == RangeTable.JOIN && attribute == 0) {
            entry.items("joinaliasvars").forEach(column -> walk(column, depth));
        } else if (entry.integer("rtekind") == RangeTable.JOIN && attribute > 0) {
            walk(entry.items("joinaliasvars").get(attribute - 1), depth);
        } else if (attribute >= 0) {
            used.computeIfAbsent(index, _ -> new TreeSet<>()).add(attribute);
        }
    }
}
