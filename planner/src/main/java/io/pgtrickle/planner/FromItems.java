package io.pgtrickle.planner;

import io.pgtrickle.model.PgtrickleException;
import java.util.ArrayList;
import java.util.List;

/// The FROM clause, flattened: since only inner joins are supported, all that counts are its items in the order in which they are
/// written, and all conditions.
///
/// @param rangeTableIndexes of tables and subqueries; counted from 1
/// @param conditions of ON, of USING and of WHERE
record FromItems(List<Integer> rangeTableIndexes, List<Node> conditions) {

    FromItems(List<Integer> rangeTableIndexes, List<Node> conditions) {
        this.rangeTableIndexes = List.copyOf(rangeTableIndexes);
        this.conditions = List.copyOf(conditions);
    }

    static FromItems of(Node query) {
        List<Integer> indexes = new ArrayList<>();
        List<Node> conditions = new ArrayList<>();
        collect(query.node("jointree"), indexes, conditions);
        if (indexes.isEmpty()) {
            throw Refusals.query("queries without FROM", "Select from a table.");
        }
        return new FromItems(indexes, conditions);
    }

    private static void collect(Node item, List<Integer> indexes, List<Node> conditions) {
        switch (item.kind()) {
            case "RANGETBLREF" -> indexes.add(item.integer("rtindex"));
            case "JOINEXPR" -> {
                checkInner(item);
                collect(item.node("larg"), indexes, conditions);
                collect(item.node("rarg"), indexes, conditions);
                item.optionalNode("quals").ifPresent(conditions::add);
            }
            case "FROMEXPR" -> {
                item.nodes("fromlist").forEach(part -> collect(part, indexes, conditions));
                item.optionalNode("quals").ifPresent(conditions::add);
            }
            default ->
                    throw Refusals.query(
                            "FROM items of PostgreSQL's kind \"" + item.kind() + "\"",
                            "Use a join.");
        }
    }

    /// In the order of `JoinType`.
    private static void checkInner(Node join) {
        int type = join.integer("jointype");
        if (type != 0) {
            throw outer(
                    switch (type) {
                        case 1 -> "LEFT JOIN";
                        case 2 -> "FULL JOIN";
                        case 3 -> "RIGHT JOIN";
                        default -> "a join of PostgreSQL's type " + type;
                    });
        }
    }

    private static PgtrickleException outer(String name) {
        return Refusals.clause(name, "Use an inner join, or one view for the rows that match.");
    }
}
