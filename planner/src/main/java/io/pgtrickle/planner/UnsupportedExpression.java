package io.pgtrickle.planner;

import io.pgtrickle.model.PgtrickleException;

/// Names what a node of the tree is in SQL, for the refusal.
final class UnsupportedExpression {

    private static final String IN_TABLE = "Compute it in a column of the table.";

    private UnsupportedExpression() {}

    static PgtrickleException of(Node node) {
        return switch (node.kind()) {
            case "FIELDSTORE" ->
                    Refusals.query("assignments to fields of composite values", IN_TABLE);
            case "SQLVALUEFUNCTION" ->
                    Refusals.function(
                            sqlValueFunction(node)
                                    + " isn't supported: its result changes with time or session",
                            "Write the value itself.");
            case "XMLEXPR" -> Refusals.query("XML expressions", IN_TABLE);
            case "JSONCONSTRUCTOREXPR", "JSONVALUEEXPR", "JSONEXPR", "JSONISPREDICATE" ->
                    Refusals.query("SQL/JSON expressions", IN_TABLE);
            case "NEXTVALUEEXPR" ->
                    Refusals.query("sequences in a query", "Use a column of a table.");
            case "CURRENTOFEXPR" -> Refusals.clause("CURRENT OF", "Use another condition.");
            case "SETTODEFAULT" -> Refusals.clause("DEFAULT in a query", "Write the value itself.");
            default ->
                    Refusals.query(
                            "expressions of PostgreSQL's kind \"" + node.kind() + "\"",
                            "Write the query without it.");
        };
    }

    /// In the order of `SQLValueFunctionOp`.
    private static String sqlValueFunction(Node node) {
        return switch (node.integer("op")) {
            case 0 -> "CURRENT_DATE";
            case 1, 2 -> "CURRENT_TIME";
            case 3, 4 -> "CURRENT_TIMESTAMP";
            case 5, 6 -> "LOCALTIME";
            case 7, 8 -> "LOCALTIMESTAMP";
            case 9 -> "CURRENT_ROLE";
            case 10 -> "CURRENT_USER";
            case 11 -> "USER";
            case 12 -> "SESSION_USER";
            case 13 -> "CURRENT_CATALOG";
            default -> "CURRENT_SCHEMA";
        };
    }
}
