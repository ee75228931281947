package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.FunctionInfo;
import io.pgtrickle.postgres.Quoting;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// An aggregate that isn't known here. The group's rows are kept as an array, and PostgreSQL is asked for the aggregate of them, with its
/// DISTINCT and ORDER BY.
final class AskedAggregate {

    /// Before the name of an aggregate whose rows are collected.
    static final String ROWS = "rows for ";

    private static final int DEFAULT_COLLATION = 100;
    private static final int ARRAY_AGG = 2335;

    private final CatalogReader catalog;
    private final ExpressionTranslator expressions;
    private final FunctionInfo function;

    /// What is kept of each row.
    private final List<Expression> columns = new ArrayList<>();

    private final SqlType type;
    private final StringBuilder call = new StringBuilder();

    /// Direct arguments, which the group has once.
    private final List<Expression> direct = new ArrayList<>();

    /// @param node an AGGREF, or a WINDOWFUNC that is an aggregate
    AskedAggregate(CatalogReader catalog, ExpressionTranslator expressions, Node node) {
        this.catalog = catalog;
        this.expressions = expressions;
        boolean window = node.kind().equals("WINDOWFUNC");
        this.function = catalog.function(node.integer(window ? "winfnoid" : "aggfnoid"));
        this.type =
                window
                        ? expressions.type(node, "wintype", "wincollid")
                        : expressions.type(node, "aggtype", "aggcollid");
        checkVolatility();
        if (type.oid() == RowTypes.RECORD || type.oid() == RowTypes.RECORD_ARRAY) {
            throw Refusals.query(
                    "aggregates of rows without a type, as \"" + function.name() + "\",",
                    "Cast the row to a composite type: ROW(a, b)::name.");
        }
        call.append(Quoting.qualified(function.schema(), function.name())).append('(');
        if (window) {
            window(node);
        } else {
            aggregate(node);
        }
        if (columns.isEmpty()) {
            columns.add(new Expression.Constant(true, SqlType.BOOL));
        }
    }

    private void window(Node node) {
        int collation = node.integer("inputcollid");
        List<String> arguments = new ArrayList<>();
        for (Node argument : node.nodes("args")) {
            arguments.add(argument(argument, collation));
        }
        call.append(arguments.isEmpty() ? "*" : String.join(", ", arguments)).append(')');
    }

    private void aggregate(Node node) {
        int collation = node.integer("inputcollid");
        List<Node> entries = node.nodes("args");
        List<Node> order = node.nodes("aggorder");
        List<String> texts = new ArrayList<>();
        for (Node entry : entries) {
            boolean key =
                    order.stream()
                            .anyMatch(clause ->
                                    clause.integer("tleSortGroupRef")
                                            == entry.integer("ressortgroupref"));
            texts.add(argument(entry.node("expr"), key ? 0 : collation));
        }
        String keys =
                order.stream()
                        .map(clause -> sortKey(clause, entries, texts))
                        .collect(Collectors.joining(", "));
        if (!node.text("aggkind").equals("n")) {
            direct(node);
            call.append(") WITHIN GROUP (ORDER BY ").append(keys).append(')');
            return;
        }
        call.append(node.isSet("aggdistinct") ? "DISTINCT " : "");
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            if (!entries.get(i).flag("resjunk")) {
                arguments.add(texts.get(i));
            }
        }
        if (node.flag("aggvariadic")) {
            arguments.add("VARIADIC " + arguments.removeLast());
        }
        call.append(node.flag("aggstar") ? "*" : String.join(", ", arguments));
        call.append(keys.isEmpty() ? "" : " ORDER BY " + keys).append(')');
    }

    private void direct(Node node) {
        String separator = "";
        for (Node argument : node.nodes("aggdirectargs")) {
            direct.add(expressions.translate(argument));
            // cut here later
            call.append(separator).append('\0').append("::");
            call.append(catalog.typeName(NodeTypes.of(argument).typeOid()));
            separator = ", ";
        }
    }

    private String sortKey(Node clause, List<Node> entries, List<String> texts) {
        int reference = clause.integer("tleSortGroupRef");
        int place =
                IntStream.range(0, entries.size())
                        .filter(i -> entries.get(i).integer("ressortgroupref") == reference)
                        .findFirst()
                        .orElseThrow(() -> Refusals.internal("a sort key that isn't there"));
        return texts.get(place)
                + " USING "
                + catalog.operator(clause.integer("sortop")).quoted()
                + (clause.flag("nulls_first") ? " NULLS FIRST" : " NULLS LAST");
    }

    /// @param collation 0 for the argument's own
    private String argument(Node node, int collation) {
        Expression value = expressions.translate(node);
        return RowTypes.isAnonymous(value.type())
                ? row(value)
                : column(value, NodeTypes.of(node).typeOid(), collation);
    }

    /// Rows without a type are put together again there.
    private String row(Expression value) {
        SqlType.CompositeType composite = (SqlType.CompositeType) value.type();
        String absent = column(new Expression.IsNull(value, false), Oids.BOOL, 0);
        List<String> fields = new ArrayList<>();
        for (int i = 0; i < composite.fields().size(); i++) {
            SqlType.Field field = composite.fields().get(i);
            Expression cell = ConstantFolding.fold(new Expression.Field(value, i, field.type()));
            String text =
                    RowTypes.isAnonymous(field.type())
                            ? row(cell)
                            : column(cell, field.type().oid(), 0);
            fields.add(text + " AS " + Quoting.identifier(field.name()));
        }
        return "CASE WHEN "
                + absent
                + " THEN NULL ELSE (SELECT \"pgtrickle row\" FROM (SELECT "
                + String.join(", ", fields)
                + ") AS \"pgtrickle row\") END";
    }

    private String column(Expression value, int typeOid, int collationOid) {
        // an array of arrays would be one array of more dimensions, and unnest takes rows apart
        boolean asText =
                value.type() instanceof SqlType.ArrayType
                        || value.type() instanceof SqlType.CompositeType;
        Expression sent =
                asText
                        ? new RemoteCasts(catalog)
                                .viaText(
                                        value,
                                        Oids.TEXT,
                                        catalog.type(Oids.TEXT, DEFAULT_COLLATION))
                        : value;
        int place = columns.indexOf(sent);
        if (place < 0) {
            place = columns.size();
            columns.add(sent);
        }
        String text = "(u.c" + (place + 1) + ")::" + catalog.typeName(typeOid);
        if (!(value.type() instanceof SqlType.Text(_, _, Collation own))) {
            return text;
        }
        int collation = collationOid == 0 ? own.oid() : collationOid;
        return collation == 0 || collation == DEFAULT_COLLATION
                ? text
                : text + " COLLATE " + catalog.collationName(collation);
    }

    /// The rows, which are the argument of an `array_agg`.
    Expression kept() {
        return columns.size() == 1
                ? columns.getFirst()
                : new Expression.MakeRow(columns, rowType());
    }

    private SqlType.CompositeType rowType() {
        return RowTypes.anonymous(
                columns.stream().map(Expression::type).toList(), i -> "c" + (i + 1));
    }

    AggregateFunction collecting() {
        return new AggregateFunction(
                AggregateFunction.Kind.OTHER, ARRAY_AGG, ROWS + function.name(), Collation.NONE);
    }

    SqlType collectedType() {
        return columns.size() == 1
                ? arrayOf(columns.getFirst().type())
                : new SqlType.ArrayType(RowTypes.RECORD_ARRAY, RowTypes.RECORD, rowType());
    }

    private SqlType arrayOf(SqlType element) {
        int array = catalog.arrayType(element.oid());
        if (array == 0) {
            throw Refusals.type(
                    "aggregate function \""
                            + function.name()
                            + "\" isn't supported for type "
                            + catalog.typeName(element.oid())
                            + ", which has no arrays",
                    "Cast the argument to text.");
        }
        return new SqlType.ArrayType(array, element.oid(), element);
    }

    /// @param collected the array of the rows
    Expression value(Expression collected) {
        RemoteText.Writer sql =
                new RemoteText(catalog)
                        .write(function.name())
                        .foreign(!function.builtIn() || !function.schema().equals("pg_catalog"))
                        .sql("(SELECT ");
        String[] parts = call.toString().split("\0", -1);
        sql.sql(parts[0]);
        for (int i = 0; i < direct.size(); i++) {
            sql.argument(direct.get(i), direct.get(i).type().oid()).sql(parts[i + 1]);
        }
        sql.sql(" FROM ROWS FROM (");
        for (int i = 0; i < columns.size(); i++) {
            SqlType array = arrayOf(columns.get(i).type());
            sql.sql((i == 0 ? "" : ", ") + "pg_catalog.unnest(")
                    .argument(
                            columns.size() == 1
                                    ? collected
                                    : new Expression.FieldOfEach(collected, i, array),
                            array.oid())
                    .sql(")");
        }
        String names =
                IntStream.rangeClosed(1, columns.size())
                        .mapToObj(i -> "c" + i)
                        .collect(Collectors.joining(", "));
        return sql.sql(") AS u(" + names + "))").scalar(type);
    }

    /// PostgreSQL takes every aggregate for immutable; what it runs may not be.
    private void checkVolatility() {
        if (function.builtIn()) {
            return;
        }
        for (int oid : catalog.functionsOfAggregate(function.oid())) {
            FunctionInfo part = catalog.function(oid);
            boolean fixed =
                    part.volatility() == FunctionInfo.Volatility.IMMUTABLE
                            || StableFunctions.dependsOnSettingsOnly(part);
            if (!fixed) {
                throw PgtrickleException.of(
                                part.volatility() == FunctionInfo.Volatility.VOLATILE
                                        ? ErrorCode.VOLATILE_FUNCTION
                                        : ErrorCode.UNSUPPORTED_FUNCTION,
                                "aggregate \""
                                        + function.name()
                                        + "\" isn't supported: its function \""
                                        + part.name()
                                        + "\" may return something else each time (it is "
                                        + part.volatility()
                                        + ")")
                        .withHint("Declare the function IMMUTABLE if it is.");
            }
        }
    }
}
