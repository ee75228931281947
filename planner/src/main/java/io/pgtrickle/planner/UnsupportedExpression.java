package io.pgtrickle.planner;

import io.pgtrickle.model.PgtrickleException;

/// Names what a node of the tree is in SQL, for the refusal.
final class UnsupportedExpression {

    private static final String IN_FROM = "Write it as a join with a subquery in FROM.";
    private static final String IN_TABLE = "Compute it in a column of the table.";

    private UnsupportedExpression() {}

    static PgtrickleException of(Node node, CatalogReader catalog) {
        return switch (node.kind()) {
            case "SUBLINK" -> subquery(node);
            case "WINDOWFUNC" -> Refusals.query("window functions", "Leave out the OVER clause.");
            case "GROUPINGFUNC" ->
                    Refusals.clause("GROUPING", "Write one view for each grouping set.");
            case "PARAM" -> Refusals.query("parameters in a query", "Write the value itself.");
            case "ROWEXPR", "ROW" ->
                    Refusals.query("row constructors", "Select the columns one by one.");
            case "ROWCOMPAREEXPR", "ROWCOMPARE" ->
                    Refusals.query("row comparisons", "Compare the columns one by one.");
            case "ARRAYEXPR", "ARRAY" -> Refusals.query("array constructors", IN_TABLE);
            case "SUBSCRIPTINGREF", "ARRAYREF" -> Refusals.query("subscripts", IN_TABLE);
            case "FIELDSELECT" -> Refusals.query("fields of composite values", IN_TABLE);
            case "FIELDSTORE" ->
                    Refusals.query("assignments to fields of composite values", IN_TABLE);
            case "ARRAYCOERCEEXPR" -> Refusals.query("casts of arrays", IN_TABLE);
            case "CONVERTROWTYPEEXPR" ->
                    Refusals.query("casts of whole rows", "Select the columns one by one.");
            case "COERCEVIAIO" ->
                    Refusals.function(
                            "a cast to type "
                                    + catalog.typeName(node.integer("resulttype"))
                                    + " by way of text isn't supported yet",
                            "Use the column as it is, without the cast.");
            case "NAMEDARGEXPR" ->
                    Refusals.query("named arguments", "Write the arguments by position.");
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

    /// In the order of `SubLinkType`.
    static PgtrickleException subquery(Node sublink) {
        return switch (sublink.integer("subLinkType")) {
            case 0 -> Refusals.query("subqueries with EXISTS", IN_FROM);
            case 1 -> Refusals.query("subqueries with ALL", IN_FROM);
            case 2 -> Refusals.query("subqueries with IN or ANY", IN_FROM);
            case 3 -> Refusals.query("comparisons of a row with a subquery", IN_FROM);
            case 6 -> Refusals.query("ARRAY subqueries", IN_FROM);
            default -> Refusals.query("subqueries that stand for a value", IN_FROM);
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
