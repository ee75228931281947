package io.pgtrickle.planner;

import io.pgtrickle.model.PgtrickleException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Looks at every field of a Query node, known or not: what isn't translated is refused, and so is what a later PostgreSQL may add.
final class QueryFeatures {

    /// Fields that are translated, that say nothing of the result, or that only sum up what other fields say.
    private static final Set<String> HARMLESS =
            Set.of(
                    "commandType",
                    "querySource",
                    "canSetTag",
                    "hasAggs",
                    "hasGroupRTE",
                    "isReturn",
                    "rtable",
                    "rteperminfos",
                    "jointree",
                    "targetList",
                    "override",
                    "groupClause",
                    "groupDistinct",
                    "havingQual",
                    "sortClause",
                    "limitOption",
                    "constraintDeps",
                    "stmt_location",
                    "stmt_len");

    private QueryFeatures() {}

    /// @throws PgtrickleException UNSUPPORTED_QUERY for the first feature that isn't supported
    static void check(Node query) {
        if (query.integer("commandType") != 1) {
            throw Refusals.query("statements other than SELECT", "Write a SELECT.");
        }
        for (String field : query.fields().keySet()) {
            if (!HARMLESS.contains(field) && query.isSet(field)) {
                refuse(query, field);
            }
        }
    }

    private static void refuse(Node query, String field) {
        switch (field) {
            case "cteList", "hasRecursive", "hasModifyingCTE" ->
                    throw query.flag("hasRecursive")
                            ? Refusals.query(
                                    "recursive queries (WITH RECURSIVE)",
                                    "Write the levels as joins.")
                            : Refusals.query("WITH queries", "Write them as subqueries in FROM.");
            case "setOperations" -> throw setOperation(query.node(field));
            case "hasWindowFuncs", "windowClause" ->
                    throw Refusals.query(
                            "window functions", "Leave out the OVER and WINDOW clauses.");
            case "hasTargetSRFs" ->
                    throw Refusals.query(
                            "set-returning functions in the select list",
                            "Take one row for each value from a table.");
            case "hasSubLinks" ->
                    throw findSubquery(query)
                            .map(UnsupportedExpression::subquery)
                            .orElseGet(() ->
                                    Refusals.query(
                                            "subqueries in expressions", "Write them as joins."));
            case "distinctClause", "hasDistinctOn" ->
                    throw query.flag("hasDistinctOn")
                            ? Refusals.clause("DISTINCT ON", "Use GROUP BY with min or max.")
                            : Refusals.clause(
                                    "SELECT DISTINCT",
                                    "GROUP BY the selected columns gives the same rows.");
            case "groupingSets" ->
                    throw Refusals.query(
                            "GROUPING SETS, ROLLUP and CUBE",
                            "Write one view for each grouping set.");
            case "limitCount", "limitOffset" -> limit(query, field);
            case "rowMarks", "hasForUpdate" ->
                    throw Refusals.clause(
                            "FOR UPDATE or FOR SHARE", "Leave it out: a view locks nothing.");
            case "hasRowSecurity" ->
                    throw Refusals.clause("row-level security", "Query tables without policies.");
            default ->
                    throw Refusals.query(
                            "queries with PostgreSQL's feature \"" + field + "\"",
                            "Write the query without it.");
        }
    }

    /// `LIMIT ALL` and `OFFSET NULL` are no limits.
    private static void limit(Node query, String field) {
        Node limit = query.node(field);
        if (limit.kind().equals("CONST") && limit.flag("constisnull")) {
            return;
        }
        String hint =
                "Put the condition into WHERE, or the limit into the queries that read the view.";
        throw Refusals.clause(field.equals("limitCount") ? "LIMIT or FETCH FIRST" : "OFFSET", hint);
    }

    private static PgtrickleException setOperation(Node operation) {
        String name =
                switch (operation.integer("op")) {
                    case 1 -> "UNION";
                    case 2 -> "INTERSECT";
                    default -> "EXCEPT";
                };
        return Refusals.clause(
                name + (operation.flag("all") ? " ALL" : ""),
                "Write one view for each of its queries.");
    }

    /// The outermost subquery of an expression, not of FROM.
    private static Optional<Node> findSubquery(Node query) {
        Deque<NodeValue> rest = new ArrayDeque<>();
        query.fields()
                .forEach((field, value) -> {
                    if (!field.equals("rtable") && !field.equals("cteList")) {
                        rest.add(value);
                    }
                });
        while (!rest.isEmpty()) {
            switch (rest.poll()) {
                case Node node -> {
                    if (node.kind().equals("SUBLINK")) {
                        return Optional.of(node);
                    }
                    rest.addAll(node.fields().values());
                }
                case NodeValue.Items(List<NodeValue> items) -> rest.addAll(items);
                case NodeValue.Nothing _,
                        NodeValue.Atom _,
                        NodeValue.Text _,
                        NodeValue.Datum _,
                        NodeValue.Numbers _ -> {}
            }
        }
        return Optional.empty();
    }

    /// What a query says that has no effect on a table's rows.
    static List<String> notes(Node query) {
        return query.isSet("sortClause")
                ? List.of("ORDER BY is ignored: a table has no order")
                : List.of();
    }
}
