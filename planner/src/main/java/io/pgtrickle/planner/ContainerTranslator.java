package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Branch;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Arrays and rows as values: made, and taken apart. Rows are so here; arrays are by PostgreSQL.
final class ContainerTranslator {

    private final CatalogReader catalog;
    private final RemoteText remote;
    private final Function<Node, Expression> translate;

    ContainerTranslator(CatalogReader catalog, Function<Node, Expression> translate) {
        this.catalog = catalog;
        this.remote = new RemoteText(catalog);
        this.translate = translate;
    }

    /// `ARRAY[…]`. Of more than one dimension it is made of arrays.
    Expression array(Node node) {
        int arrayType = node.integer("array_typeid");
        int partType = node.flag("multidims") ? arrayType : node.integer("element_typeid");
        SqlType type = catalog.type(arrayType, node.integer("array_collid"));
        List<Expression> elements = node.nodes("elements").stream().map(translate).toList();
        Optional<Expression> constant =
                node.flag("multidims") ? Optional.empty() : constant(elements, type);
        if (constant.isPresent()) {
            return constant.get();
        }
        RemoteText.Writer sql = remote.write("array").sql("ARRAY[");
        String separator = "";
        for (Expression element : elements) {
            sql.sql(separator).argument(element, partType);
            separator = ", ";
        }
        return sql.sql("]::" + catalog.typeName(arrayType)).scalar(type);
    }

    private static Optional<Expression> constant(List<Expression> elements, SqlType type) {
        List<@Nullable Object> values = new ArrayList<>();
        for (Expression element : elements) {
            boolean fits =
                    type instanceof SqlType.ArrayType(_, _, SqlType own)
                            && element.type().equals(own);
            if (!fits || !(element instanceof Expression.Constant(Object value, _))) {
                return Optional.empty();
            }
            values.add(value);
        }
        return Optional.of(new Expression.Constant(SqlArray.of(values), type));
    }

    /// `a[1]`, `a[2:3]`, and into jsonb.
    ///
    /// @param type of the result
    Expression subscript(Node node, SqlType type) {
        if (node.isSet("refassgnexpr")) {
            throw Refusals.clause(
                    "an assignment to a part of a value", "Select the parts as columns.");
        }
        int container = node.integer("refcontainertype");
        RemoteText.Writer sql =
                remote.write("subscript")
                        .argument(translate.apply(node.node("refexpr")), container);
        List<NodeValue> upper = node.items("refupperindexpr");
        List<NodeValue> lower = node.items("reflowerindexpr");
        for (int i = 0; i < upper.size(); i++) {
            sql.sql("[");
            if (!lower.isEmpty()) {
                bound(lower.get(i), sql);
                sql.sql(":");
            }
            bound(upper.get(i), sql);
            sql.sql("]");
        }
        return sql.scalar(type);
    }

    private void bound(NodeValue value, RemoteText.Writer sql) {
        if (value instanceof Node node) {
            Expression bound = translate.apply(node);
            sql.argument(bound, bound.type().oid());
        }
    }

    /// `ROW(…)`, of a type of its own or of a named one, in which dropped columns have a place too.
    Expression row(Node node) {
        List<Node> arguments = node.nodes("args");
        int typeOid = node.integer("row_typeid");
        if (typeOid == RowTypes.RECORD) {
            List<Expression> values = arguments.stream().map(translate).toList();
            return new Expression.MakeRow(
                    values,
                    RowTypes.anonymous(
                            values.stream().map(Expression::type).toList(),
                            Names.of(node.items("colnames"))::get));
        }
        SqlType.CompositeType type = composite(catalog.type(typeOid, 0));
        List<Expression> values = new ArrayList<>();
        for (SqlType.Field field : type.fields()) {
            values.add(
                    Relabeling.relabel(
                            translate.apply(arguments.get(field.attributeNumber() - 1)),
                            field.type(),
                            catalog));
        }
        return new Expression.MakeRow(values, type);
    }

    /// `(row).field`.
    Expression field(Node node) {
        Expression row = translate.apply(node.node("arg"));
        SqlType.CompositeType composite = composite(row.type());
        int number = node.integer("fieldnum");
        int index =
                IntStream.range(0, composite.fields().size())
                        .filter(i -> composite.fields().get(i).attributeNumber() == number)
                        .findFirst()
                        .orElseThrow(() -> Refusals.internal("no field " + number));
        SqlType type = composite.fields().get(index).type();
        Expression value = ConstantFolding.fold(new Expression.Field(row, index, type));
        int declared = node.integer("resulttype");
        return declared == RowTypes.RECORD
                ? value
                : Relabeling.relabel(
                        value, catalog.type(declared, node.integer("resultcollid")), catalog);
    }

    /// The row of a table as one of a table that it inherits from: by the names of the columns.
    Expression converted(Node node) {
        Expression row = translate.apply(node.node("arg"));
        List<SqlType.Field> from = composite(row.type()).fields();
        SqlType.CompositeType type = composite(catalog.type(node.integer("resulttype"), 0));
        List<Expression> values = new ArrayList<>();
        for (SqlType.Field field : type.fields()) {
            int index =
                    IntStream.range(0, from.size())
                            .filter(i -> from.get(i).name().equals(field.name()))
                            .findFirst()
                            .orElseThrow(() -> Refusals.internal("no field " + field.name()));
            values.add(new Expression.Field(row, index, field.type()));
        }
        return new Expression.Case(
                List.of(
                        new Branch(
                                new Expression.IsNull(row, false),
                                new Expression.Constant(null, type))),
                new Expression.MakeRow(values, type),
                type);
    }

    /// A row IS NULL where it is, or where all of its columns are; IS NOT NULL where it isn't, and none of them.
    Expression nullTest(Expression row, boolean negated) {
        List<Expression> tests = new ArrayList<>();
        if (negated) {
            tests.add(new Expression.IsNull(row, true));
        }
        List<SqlType.Field> fields = composite(row.type()).fields();
        for (int i = 0; i < fields.size(); i++) {
            tests.add(
                    new Expression.IsNull(
                            new Expression.Field(row, i, fields.get(i).type()), negated));
        }
        return tests.isEmpty()
                ? new Expression.Constant(true, SqlType.BOOL)
                : new Expression.And(tests);
    }

    private SqlType.CompositeType composite(SqlType type) {
        if (type instanceof SqlType.CompositeType composite) {
            return composite;
        }
        throw Refusals.query(
                "fields of values of type " + catalog.typeName(type.oid()),
                "Name the columns one by one.");
    }
}
