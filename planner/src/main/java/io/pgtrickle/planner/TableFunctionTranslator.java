package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan.SetFunction;
import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.Quoting;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// XMLTABLE and JSON_TABLE (`TableFunc`), written out again for PostgreSQL, as `ruleutils.c` does.
final class TableFunctionTranslator {

    private static final int JSON_TABLE = 1;

    private final CatalogReader catalog;
    private final ExpressionTranslator expressions;
    private final JsonTranslator json;
    private final Node node;
    private final List<String> names;
    private final List<Integer> typeOids;
    private final List<Integer> modifiers;
    private final RemoteText.Writer sql;

    /// @param node a TABLEFUNC
    TableFunctionTranslator(CatalogReader catalog, ExpressionTranslator expressions, Node node) {
        this.catalog = catalog;
        this.expressions = expressions;
        this.json = new JsonTranslator(catalog, expressions);
        this.node = node;
        this.names = Names.of(node.items("colnames"));
        this.typeOids = node.numbers("coltypes");
        this.modifiers = node.numbers("coltypmods");
        boolean isJson = node.has("functype") && node.integer("functype") == JSON_TABLE;
        this.sql = new RemoteText(catalog).write(isJson ? "json_table" : "xmltable");
        if (isJson) {
            jsonTable(node.node("docexpr"));
        } else {
            xmlTable();
        }
    }

    SetFunction function() {
        List<Integer> collations = node.numbers("colcollations");
        List<SqlType> types = new ArrayList<>();
        for (int i = 0; i < typeOids.size(); i++) {
            types.add(catalog.type(typeOids.get(i), collations.get(i)));
        }
        json.checkTimes("a column of a date or time in XMLTABLE and JSON_TABLE", types);
        typeOids.forEach(type -> sql.foreign(RemoteCalls.isForeign(type)));
        return sql.table(types);
    }

    private void xmlTable() {
        sql.sql("XMLTABLE(");
        List<Node> spaces = node.nodes("ns_uris");
        List<NodeValue> spaceNames = node.items("ns_names");
        for (int i = 0; i < spaces.size(); i++) {
            boolean named = spaceNames.get(i) != NodeValue.Nothing.NOTHING;
            sql.sql((i == 0 ? "XMLNAMESPACES(" : ", ") + (named ? "" : "DEFAULT "));
            json.argument(sql, spaces.get(i));
            String name = named ? Names.of(spaceNames.subList(i, i + 1)).getFirst() : "";
            sql.sql(named ? " AS " + Quoting.identifier(name) : "");
        }
        json.argument(sql.sql(spaces.isEmpty() ? "" : "), "), node.node("rowexpr"));
        json.argument(sql.sql(" PASSING "), node.node("docexpr"));
        for (int i = 0; i < names.size(); i++) {
            sql.sql(i == 0 ? " COLUMNS " : ", ").sql(Quoting.identifier(names.get(i)));
            if (node.integer("ordinalitycol") == i) {
                sql.sql(" FOR ORDINALITY");
                continue;
            }
            sql.sql(" " + type(i));
            if (node.items("coldefexprs").get(i) instanceof Node value) {
                json.argument(sql.sql(" DEFAULT "), value);
            }
            if (node.items("colexprs").get(i) instanceof Node path) {
                json.argument(sql.sql(" PATH "), path);
            }
            sql.sql(node.numbers("notnulls").contains(i) ? " NOT NULL" : "");
        }
        sql.sql(")");
    }

    private String type(int column) {
        return catalog.typeName(typeOids.get(column), modifiers.get(column));
    }

    private void jsonTable(Node document) {
        json.argument(sql.sql("JSON_TABLE("), document.node("formatted_expr"));
        Node root = node.node("plan");
        path(root, ", ");
        json.passing(sql, document);
        columns(root);
        json.options(sql, document);
        sql.sql(")");
    }

    private void path(Node scan, String before) {
        Node path = scan.node("path");
        sql.sql(before + literal(path.node("value")));
        sql.sql(" AS " + Quoting.identifier(path.text("name")));
    }

    /// @param scan a JSONTABLEPATHSCAN
    private void columns(Node scan) {
        sql.sql(" COLUMNS (");
        int first = scan.integer("colMin");
        for (int i = Math.max(first, 0); i <= scan.integer("colMax"); i++) {
            column(i, i == first ? "" : ", ");
        }
        if (scan.value("child") instanceof Node child) {
            nested(child, first < 0 ? "" : ", ");
        }
        sql.sql(")");
    }

    private void nested(Node plan, String before) {
        if (plan.kind().equals("JSONTABLESIBLINGJOIN")) {
            nested(plan.node("lplan"), before);
            nested(plan.node("rplan"), ", ");
            return;
        }
        path(plan, before + "NESTED PATH ");
        columns(plan);
    }

    private void column(int column, String before) {
        sql.sql(before + Quoting.identifier(names.get(column)));
        if (!(node.items("colvalexprs").get(column) instanceof Node value)) {
            sql.sql(" FOR ORDINALITY");
            return;
        }
        sql.sql(" " + type(column));
        switch (value.integer("op")) {
            case 0 -> sql.sql(" EXISTS");
            case 1 -> sql.sql(isText(column) ? " FORMAT JSON" : "");
            default -> {}
        }
        sql.sql(" PATH " + literal(value.node("path_spec")));
        json.options(sql, value);
    }

    private boolean isText(int column) {
        return catalog.type(typeOids.get(column), 0) instanceof SqlType.Text;
    }

    /// A path has to be written as a literal.
    private String literal(Node path) {
        if (expressions.translate(path) instanceof Expression.Constant(Object value, _)
                && value instanceof Bytes image) {
            // the version of the image comes first
            byte[] bytes = image.array();
            return Quoting.literal(new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8));
        }
        throw Refusals.query("jsonpaths of JSON_TABLE that are computed", "Write the path.");
    }
}
