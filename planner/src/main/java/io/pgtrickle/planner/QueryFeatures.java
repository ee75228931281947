package io.pgtrickle.planner;

import io.pgtrickle.model.PgtrickleException;
import java.util.List;
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
                    "hasWindowFuncs",
                    "hasTargetSRFs",
                    "hasSubLinks",
                    "hasDistinctOn",
                    "hasRecursive",
                    "cteList",
                    "setOperations",
                    "windowClause",
                    "distinctClause",
                    "groupingSets",
                    "limitCount",
                    "limitOffset",
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
                refuse(field);
            }
        }
    }

    private static void refuse(String field) {
        switch (field) {
            case "hasModifyingCTE" ->
                    throw Refusals.query(
                            "WITH queries that change data", "Change the data beforehand.");
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

    /// What a query says that has no effect on a table's rows.
    static List<String> notes(Node query) {
        return query.isSet("sortClause")
                        && !query.isSet("limitCount")
                        && !query.isSet("limitOffset")
                        && !query.isSet("hasDistinctOn")
                ? List.of("ORDER BY is ignored: a table has no order")
                : List.of();
    }
}
