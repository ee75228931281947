package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.Quoting;
import java.util.List;
import java.util.Optional;

/// SQL/JSON's own syntax, written out again for PostgreSQL: constructors and IS JSON (since 16), `JSON_VALUE` and its kin (since 17).
final class JsonTranslator {

    private static final int JSON = 114;
    private static final int JSONPATH = 4072;

    private final CatalogReader catalog;
    private final ExpressionTranslator expressions;

    JsonTranslator(CatalogReader catalog, ExpressionTranslator expressions) {
        this.catalog = catalog;
        this.expressions = expressions;
    }

    /// @param node a JSONCONSTRUCTOREXPR; its `type` in the order of `JsonConstructorType`
    Expression constructor(Node node) {
        int kind = node.integer("type");
        List<Node> arguments = node.nodes("args");
        RemoteText.Writer sql = new RemoteText(catalog).write("json");
        switch (kind) {
            case 1 -> {
                sql.sql("JSON_OBJECT(");
                for (int i = 0; i < arguments.size(); i += 2) {
                    argument(sql.sql(i == 0 ? "" : ", "), arguments.get(i));
                    argument(sql.sql(" VALUE "), arguments.get(i + 1));
                }
                options(sql, node, !arguments.isEmpty());
            }
            case 2 -> {
                sql.sql("JSON_ARRAY(");
                for (int i = 0; i < arguments.size(); i++) {
                    argument(sql.sql(i == 0 ? "" : ", "), arguments.get(i));
                }
                options(sql, node, !arguments.isEmpty());
            }
            case 3, 4 -> {
                Expression aggregate = expressions.translate(node.node("func"));
                return node.optionalNode("coercion")
                        .map(coercion -> expressions.over(aggregate, coercion))
                        .orElse(aggregate);
            }
            case 5 -> {
                argument(sql.sql("JSON("), arguments.getFirst());
                sql.sql(node.flag("unique") ? " WITH UNIQUE KEYS" : "");
            }
            case 6 -> argument(sql.sql("JSON_SCALAR("), arguments.getFirst());
            case 7 -> {
                argument(sql.sql("JSON_SERIALIZE("), arguments.getFirst());
                sql.sql(returning(node.node("returning")));
            }
            default -> throw UnsupportedExpression.of(node);
        }
        return sql.sql(")").scalar(type(node.node("returning")));
    }

    private void options(RemoteText.Writer sql, Node node, boolean values) {
        if (values) {
            sql.sql(node.flag("absent_on_null") ? " ABSENT ON NULL" : " NULL ON NULL");
            sql.sql(node.flag("unique") ? " WITH UNIQUE KEYS" : "");
        }
        sql.sql(returning(node.node("returning")));
    }

    private String returning(Node returning) {
        return " RETURNING "
                + catalog.typeName(returning.integer("typid"), returning.integer("typmod"))
                + format(returning.node("format"));
    }

    /// `JsonFormatType`: 1 for json; `JsonEncoding`: 1 for UTF8.
    private static String format(Node format) {
        if (format.integer("format_type") != 1) {
            return "";
        }
        return format.integer("encoding") == 0 ? " FORMAT JSON" : " FORMAT JSON ENCODING UTF8";
    }

    private SqlType type(Node returning) {
        int type = returning.integer("typid");
        return catalog.type(type, XmlTranslator.textCollation(type));
    }

    void argument(RemoteText.Writer sql, Node node) {
        Node value = node;
        if (node.kind().equals("JSONVALUEEXPR")) {
            value = node.node("formatted_expr");
        }
        sql.argument(expressions.translate(value), NodeTypes.of(value).typeOid());
    }

    /// @param node a JSONISPREDICATE
    Expression test(Node node) {
        RemoteText.Writer sql = new RemoteText(catalog).write("is json").sql("(");
        argument(sql, node.node("expr"));
        sql.sql(
                switch (node.integer("item_type")) {
                    case 1 -> " IS JSON OBJECT";
                    case 2 -> " IS JSON ARRAY";
                    case 3 -> " IS JSON SCALAR";
                    default -> " IS JSON";
                });
        return sql.sql(node.flag("unique_keys") ? " WITH UNIQUE KEYS)" : ")").scalar(SqlType.BOOL);
    }

    /// @param node a JSONEXPR; its `op` in the order of `JsonExprOp`
    Expression query(Node node) {
        int kind = node.integer("op");
        if (kind > 2) {
            throw UnsupportedExpression.of(node);
        }
        String name = kind == 0 ? "json_exists" : kind == 1 ? "json_query" : "json_value";
        RemoteText.Writer sql = new RemoteText(catalog).write(name).sql("CASE WHEN ");
        // of nothing it is NULL; PostgreSQL itself may take the row before for it
        argument(sql, node.node("formatted_expr"));
        sql.sql(" IS NOT NULL THEN " + name + "(");
        argument(sql, node.node("formatted_expr"));
        sql.sql(", ").argument(expressions.translate(node.node("path_spec")), JSONPATH);
        passing(sql, node);
        if (kind != 0) {
            sql.sql(returning(node.node("returning")));
        }
        options(sql, node);
        SqlType type = kind == 0 ? SqlType.BOOL : type(node.node("returning"));
        checkTimes(name + " RETURNING a date or time", List.of(type));
        return sql.sql(") END").scalar(type);
    }

    /// @throws PgtrickleException UNSUPPORTED_FUNCTION where texts would be read as such types
    void checkTimes(String what, List<SqlType> types) {
        if (new RemoteCasts(catalog).readMovingTimes(types)) {
            throw Refusals.function(
                    what + " isn't supported: in a text \"now\" stands for the moment of reading",
                    "Return text.");
        }
    }

    void passing(RemoteText.Writer sql, Node node) {
        List<String> names = Names.of(node.items("passing_names"));
        List<Node> values = node.nodes("passing_values");
        for (int i = 0; i < values.size(); i++) {
            argument(sql.sql(i == 0 ? " PASSING " : ", "), values.get(i));
            sql.sql(" AS " + Quoting.identifier(names.get(i)));
        }
    }

    /// Of a JSONEXPR: wrapper, quotes, and what becomes of nothing and of errors.
    void options(RemoteText.Writer sql, Node node) {
        if (node.integer("op") == 1) {
            int wrapper = node.integer("wrapper");
            sql.sql(
                    switch (wrapper) {
                        case 2 -> " WITH CONDITIONAL WRAPPER";
                        case 3 -> " WITH UNCONDITIONAL WRAPPER";
                        default -> " WITHOUT WRAPPER";
                    });
            sql.sql(node.flag("omit_quotes") ? " OMIT QUOTES" : wrapper < 2 ? " KEEP QUOTES" : "");
        }
        behavior(sql, node.optionalNode("on_empty"), " ON EMPTY");
        behavior(sql, node.optionalNode("on_error"), " ON ERROR");
    }

    /// In the order of `JsonBehaviorType`.
    private void behavior(RemoteText.Writer sql, Optional<Node> behavior, String on) {
        if (behavior.isEmpty()) {
            return;
        }
        sql.sql(
                switch (behavior.get().integer("btype")) {
                    case 0 -> " NULL";
                    case 1 -> " ERROR";
                    case 2 -> " EMPTY";
                    case 3 -> " TRUE";
                    case 4 -> " FALSE";
                    case 5 -> " UNKNOWN";
                    case 6 -> " EMPTY ARRAY";
                    case 7 -> " EMPTY OBJECT";
                    default -> " DEFAULT " + constant(behavior.get().node("expr"));
                });
        sql.sql(on);
    }

    /// PostgreSQL takes no columns there, and so no parameters of ours.
    private String constant(Node node) {
        Expression value = expressions.translate(node);
        String type = catalog.typeName(NodeTypes.of(node).typeOid());
        if (value instanceof Constant(Object constant, _)) {
            switch (constant) {
                case null -> {
                    return "NULL::" + type;
                }
                case String text -> {
                    return Quoting.literal(text) + "::" + type;
                }
                case Long _, Boolean _, Numeric _ -> {
                    if (value.type().oid() == Oids.INT2
                            || value.type().oid() == Oids.INT4
                            || value.type().oid() == Oids.INT8
                            || value.type().oid() == Oids.BOOL
                            || value.type().oid() == Oids.NUMERIC) {
                        return "'" + constant + "'::" + type;
                    }
                }
                default -> {}
            }
        }
        throw Refusals.query(
                "DEFAULT values of SQL/JSON functions that aren't numbers, texts or booleans",
                "Use NULL ON EMPTY and coalesce.");
    }

    /// A value under FORMAT JSON.
    Expression value(Node node) {
        return expressions.translate(
                node.value("formatted_expr") instanceof Node formatted
                        ? formatted
                        : node.node("raw_expr"));
    }

    static int resultType(Node node) {
        return node.kind().equals("JSONISPREDICATE")
                        || node.kind().equals("JSONEXPR") && node.integer("op") == 0
                ? Oids.BOOL
                : node.has("returning") ? node.node("returning").integer("typid") : JSON;
    }
}
