package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.Quoting;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// XML's own syntax (`XmlExpr`), written out again for PostgreSQL.
final class XmlTranslator {

    private static final int XML = 142;

    /// A character that can't be in an XML name (`map_sql_identifier_to_xml_name`).
    private static final Pattern ESCAPED = Pattern.compile("_x([0-9A-F]{4}|[0-9A-F]{8})_");

    private final CatalogReader catalog;
    private final Function<Node, Expression> translate;

    XmlTranslator(CatalogReader catalog, Function<Node, Expression> translate) {
        this.catalog = catalog;
        this.translate = translate;
    }

    /// @param node an XMLEXPR; its `op` in the order of `XmlExprOp`
    Expression expression(Node node) {
        List<Node> arguments = node.nodes("args");
        RemoteText.Writer sql = new RemoteText(catalog).write("xml");
        switch (node.integer("op")) {
            case 0 -> list(sql.sql("XMLCONCAT("), arguments, "").sql(")");
            case 1 -> element(sql, node, arguments);
            case 2 -> {
                sql.sql("XMLFOREST(");
                named(sql, node, "");
                sql.sql(")");
            }
            case 3 -> {
                sql.sql("XMLPARSE(" + option(node));
                argument(sql, arguments.get(0));
                sql.sql(isTrue(arguments.get(1)) ? " PRESERVE WHITESPACE)" : ")");
            }
            case 4 -> {
                sql.sql("XMLPI(NAME " + name(node.text("name")));
                list(sql, arguments, ", ").sql(")");
            }
            case 5 -> root(sql, arguments);
            case 6 -> {
                sql.sql("XMLSERIALIZE(" + option(node));
                argument(sql, arguments.getFirst());
                String type = catalog.typeName(node.integer("type"), node.integer("typmod"));
                sql.sql(" AS " + type + (indented(node) ? " INDENT)" : ")"));
            }
            case 7 -> {
                argument(sql.sql("("), arguments.getFirst());
                sql.sql(" IS DOCUMENT)");
            }
            default -> throw UnsupportedExpression.of(node);
        }
        return sql.scalar(type(node));
    }

    private SqlType type(Node node) {
        return switch (node.integer("op")) {
            case 6 -> catalog.type(node.integer("type"), textCollation(node.integer("type")));
            case 7 -> SqlType.BOOL;
            default -> catalog.type(XML, 0);
        };
    }

    static int textCollation(int type) {
        return type == Oids.TEXT || type == Oids.VARCHAR || type == Oids.BPCHAR ? 100 : 0;
    }

    private static boolean indented(Node node) {
        return node.has("indent") && node.flag("indent");
    }

    private static String option(Node node) {
        return node.integer("xmloption") == 0 ? "DOCUMENT " : "CONTENT ";
    }

    private void element(RemoteText.Writer sql, Node node, List<Node> arguments) {
        sql.sql("XMLELEMENT(NAME " + name(node.text("name")));
        if (!node.nodes("named_args").isEmpty()) {
            sql.sql(", XMLATTRIBUTES(");
            named(sql, node, "");
            sql.sql(")");
        }
        list(sql, arguments, ", ").sql(")");
    }

    private void named(RemoteText.Writer sql, Node node, String first) {
        List<String> names = Names.of(node.items("arg_names"));
        List<Node> values = node.nodes("named_args");
        for (int i = 0; i < values.size(); i++) {
            sql.sql(i == 0 ? first : ", ");
            argument(sql, values.get(i));
            sql.sql(" AS " + name(names.get(i)));
        }
    }

    private void root(RemoteText.Writer sql, List<Node> arguments) {
        argument(sql.sql("XMLROOT("), arguments.get(0));
        sql.sql(", VERSION ");
        if (arguments.get(1).kind().equals("CONST") && arguments.get(1).flag("constisnull")) {
            sql.sql("NO VALUE");
        } else {
            argument(sql, arguments.get(1));
        }
        Expression standalone = translate.apply(arguments.get(2));
        long value =
                standalone instanceof Expression.Constant(Object number, _) && number != null
                        ? (Long) number
                        : 3;
        sql.sql(
                switch ((int) value) {
                    case 0 -> ", STANDALONE YES)";
                    case 1 -> ", STANDALONE NO)";
                    case 2 -> ", STANDALONE NO VALUE)";
                    default -> ")";
                });
    }

    private boolean isTrue(Node node) {
        return translate.apply(node) instanceof Expression.Constant(Object value, _)
                && Boolean.TRUE.equals(value);
    }

    private RemoteText.Writer list(RemoteText.Writer sql, List<Node> arguments, String first) {
        for (int i = 0; i < arguments.size(); i++) {
            sql.sql(i == 0 ? first : ", ");
            argument(sql, arguments.get(i));
        }
        return sql;
    }

    private void argument(RemoteText.Writer sql, Node node) {
        sql.argument(translate.apply(node), NodeTypes.of(node).typeOid());
    }

    /// The identifier that became this XML name.
    private static String name(String name) {
        List<String> parts = new ArrayList<>();
        int end = 0;
        for (MatchResult match : ESCAPED.matcher(name).results().toList()) {
            parts.add(name.substring(end, match.start()));
            parts.add(Character.toString(Integer.parseInt(match.group(1), 16)));
            end = match.end();
        }
        parts.add(name.substring(end));
        return Quoting.identifier(String.join("", parts));
    }
}
