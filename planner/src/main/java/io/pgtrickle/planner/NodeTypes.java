package io.pgtrickle.planner;

import io.pgtrickle.model.type.Oids;
import java.util.List;

/// The type of a scalar node, without translating it (PostgreSQL's `exprType` and `exprCollation`).
///
/// @param collationOid 0 where the type has none
record NodeTypes(int typeOid, int collationOid) {

    static NodeTypes of(Node node) {
        return switch (node.kind()) {
            case "VAR" -> of(node, "vartype", "varcollid");
            case "CONST" -> of(node, "consttype", "constcollid");
            case "PARAM" -> of(node, "paramtype", "paramcollid");
            case "AGGREF" -> of(node, "aggtype", "aggcollid");
            case "WINDOWFUNC" -> of(node, "wintype", "wincollid");
            case "FUNCEXPR" -> of(node, "funcresulttype", "funccollid");
            case "OPEXPR", "DISTINCTEXPR", "NULLIFEXPR" -> of(node, "opresulttype", "opcollid");
            case "SCALARARRAYOPEXPR",
                    "BOOLEXPR",
                    "NULLTEST",
                    "BOOLEANTEST",
                    "ROWCOMPAREEXPR",
                    "ROWCOMPARE" ->
                    new NodeTypes(Oids.BOOL, 0);
            case "GROUPINGFUNC" -> new NodeTypes(Oids.INT4, 0);
            case "CASEEXPR", "CASE" -> of(node, "casetype", "casecollid");
            case "CASETESTEXPR" -> of(node, "typeId", "collation");
            case "COALESCEEXPR", "COALESCE" -> of(node, "coalescetype", "coalescecollid");
            case "MINMAXEXPR", "MINMAX" -> of(node, "minmaxtype", "minmaxcollid");
            case "RELABELTYPE", "COERCEVIAIO", "ARRAYCOERCEEXPR", "COERCETODOMAIN", "FIELDSELECT" ->
                    of(node, "resulttype", "resultcollid");
            case "COLLATEEXPR", "COLLATE" ->
                    new NodeTypes(of(node.node("arg")).typeOid(), node.integer("collOid"));
            case "ARRAYEXPR", "ARRAY" -> of(node, "array_typeid", "array_collid");
            case "CONVERTROWTYPEEXPR" -> of(node, "resulttype", "none");
            case "SUBSCRIPTINGREF" -> of(node, "refrestype", "refcollid");
            case "ROWEXPR", "ROW" -> new NodeTypes(node.integer("row_typeid"), 0);
            case "XMLEXPR" -> xml(node);
            case "JSONVALUEEXPR" -> of(node.node("formatted_expr"));
            case "JSONCONSTRUCTOREXPR", "JSONISPREDICATE", "JSONEXPR" -> {
                int type = JsonTranslator.resultType(node);
                yield new NodeTypes(type, XmlTranslator.textCollation(type));
            }
            case "SQLVALUEFUNCTION" -> new NodeTypes(node.integer("type"), 0);
            case "SUBLINK" -> subquery(node);
            default ->
                    throw Refusals.query(
                            "subqueries with a column of PostgreSQL's kind \"" + node.kind() + "\"",
                            "Compute the column in a subquery in FROM.");
        };
    }

    private static NodeTypes xml(Node node) {
        int type =
                switch (node.integer("op")) {
                    case 6 -> node.integer("type");
                    case 7 -> Oids.BOOL;
                    default -> 142;
                };
        return new NodeTypes(type, XmlTranslator.textCollation(type));
    }

    private static NodeTypes of(Node node, String type, String collation) {
        return new NodeTypes(node.integer(type), node.has(collation) ? node.integer(collation) : 0);
    }

    private static NodeTypes subquery(Node sublink) {
        return sublink.integer("subLinkType") == Sublink.EXPRESSION
                ? of(firstColumn(sublink.node("subselect")))
                : new NodeTypes(Oids.BOOL, 0);
    }

    /// The expression of a query's first column.
    static Node firstColumn(Node query) {
        List<Node> targets = query.nodes("targetList");
        return targets.stream()
                .filter(target -> !target.flag("resjunk"))
                .findFirst()
                .orElseThrow(() -> Refusals.internal("a subquery without columns"))
                .node("expr");
    }
}
