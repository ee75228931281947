package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.Quoting;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/// Rows without a type as arguments of what PostgreSQL evaluates. It reads no such value from outside, so their fields are sent, and
/// the rows are made there.
final class AnonymousRows {

    private static final int DEFAULT_COLLATION = 100;

    private final CatalogReader catalog;
    private final List<String> fragments = new ArrayList<>();
    private final List<Expression> arguments = new ArrayList<>();
    private final StringBuilder sql = new StringBuilder();

    private AnonymousRows(CatalogReader catalog) {
        this.catalog = catalog;
    }

    /// @param arguments of the call
    record Flat(RemoteCall call, List<Expression> arguments) {
        Flat(RemoteCall call, List<Expression> arguments) {
            this.call = call;
            this.arguments = List.copyOf(arguments);
        }
    }

    static Expression.Remote call(
            RemoteCall call, List<Expression> arguments, CatalogReader catalog) {
        Flat flat = flat(call, arguments, catalog);
        return new Expression.Remote(flat.call(), flat.arguments());
    }

    static Flat flat(RemoteCall call, List<Expression> arguments, CatalogReader catalog) {
        if (arguments.stream().noneMatch(argument -> RowTypes.isUntold(argument.type()))) {
            arguments.forEach(argument -> checkType(argument.type()));
            return new Flat(call, arguments);
        }
        AnonymousRows rows = new AnonymousRows(catalog);
        List<String> texts = call.text().fragments();
        rows.sql.append(texts.getFirst());
        for (int i = 0; i < arguments.size(); i++) {
            rows.value(arguments.get(i));
            rows.sql.append(texts.get(i + 1));
        }
        rows.fragments.add(rows.sql.toString());
        List<SqlType> types = rows.arguments.stream().map(Expression::type).toList();
        boolean foreign =
                call.text().foreign()
                        || types.stream().anyMatch(type -> RemoteCalls.isForeign(type.oid()));
        return new Flat(
                new RemoteCall(
                        call.name(),
                        new RemoteCall.Text(rows.fragments, foreign),
                        types,
                        call.columns(),
                        call.kind()),
                rows.arguments);
    }

    private static void checkType(SqlType type) {
        boolean within =
                switch (type) {
                    case SqlType.CompositeType(int oid, List<SqlType.Field> fields) -> {
                        fields.forEach(field -> checkType(field.type()));
                        yield oid == RowTypes.RECORD;
                    }
                    case SqlType.ArrayType(_, int elementOid, _) -> elementOid == RowTypes.RECORD;
                    case SqlType.Opaque(int oid, _, _) -> oid == RowTypes.RECORD;
                    case SqlType _ -> false;
                };
        if (within) {
            throw Refusals.query(
                    "rows without a type in arrays and in functions",
                    "Cast the row to a composite type: ROW(a, b)::name.");
        }
    }

    private void value(Expression value) {
        if (value.type() instanceof SqlType.ArrayType(_, _, SqlType.CompositeType row)
                && RowTypes.isAnonymous(row)) {
            array(value, row);
            return;
        }
        if (!(value.type() instanceof SqlType.CompositeType type)
                || type.oid() != RowTypes.RECORD) {
            argument(value);
            return;
        }
        switch (value) {
            case Expression.MakeRow row -> row(row.fields(), type);
            case Expression.Constant(Row row, _) -> {
                List<Expression> fields = new ArrayList<>();
                for (int i = 0; i < row.width(); i++) {
                    fields.add(new Expression.Constant(row.get(i), type.fields().get(i).type()));
                }
                row(fields, type);
            }
            case Expression.Constant _ -> sql.append("NULL::record");
            case Expression _ -> {
                sql.append("CASE WHEN ");
                argument(new Expression.IsNull(value, false));
                sql.append(" THEN NULL ELSE ");
                List<Expression> fields = new ArrayList<>();
                for (int i = 0; i < type.fields().size(); i++) {
                    fields.add(new Expression.Field(value, i, type.fields().get(i).type()));
                }
                row(fields, type);
                sql.append(" END");
            }
        }
    }

    /// The fields go as an array each. None of the rows is NULL.
    private void array(Expression value, SqlType.CompositeType type) {
        sql.append("CASE WHEN ");
        argument(new Expression.IsNull(value, false));
        sql.append(" THEN NULL ELSE COALESCE((SELECT pg_catalog.array_agg(");
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= type.fields().size(); i++) {
            columns.add("u.c" + i);
        }
        texts(columns, type);
        sql.append(") FROM (SELECT ");
        for (int i = 0; i < columns.size(); i++) {
            SqlType field = type.fields().get(i).type();
            int array = catalog.arrayType(field.oid());
            if (array == 0) {
                throw Refusals.query(
                        "arrays of rows with a column of type " + catalog.typeName(field.oid()),
                        "Cast the column to text.");
            }
            sql.append(i == 0 ? "" : ", ").append("pg_catalog.unnest((");
            argument(
                    new Expression.FieldOfEach(
                            value, i, new SqlType.ArrayType(array, field.oid(), field)));
            sql.append(")::").append(catalog.typeName(array)).append(")");
        }
        // in the select list a row stays one column
        sql.append(") AS u(")
                .append(String.join(", ", columns).replace("u.", ""))
                .append(")), ARRAY[]::pg_catalog.record[]) END");
    }

    private void argument(Expression value) {
        checkType(value.type());
        fragments.add(sql.toString());
        sql.setLength(0);
        arguments.add(value);
    }

    private void row(List<Expression> values, SqlType.CompositeType type) {
        row(type, i -> value(values.get(i)));
    }

    private void texts(List<String> values, SqlType.CompositeType type) {
        row(type, i -> sql.append(values.get(i)));
    }

    /// With its columns' names, which functions as `row_to_json` see.
    private void row(SqlType.CompositeType type, IntConsumer value) {
        boolean named = false;
        for (int i = 0; i < type.fields().size(); i++) {
            named |= !type.fields().get(i).name().equals("f" + (i + 1));
        }
        sql.append(named ? "(SELECT \"pgtrickle row\" FROM (SELECT " : "ROW(");
        for (int i = 0; i < type.fields().size(); i++) {
            SqlType.Field field = type.fields().get(i);
            sql.append(i == 0 ? "" : ", ");
            value.accept(i);
            if (field.type() instanceof SqlType.Text(_, _, Collation collation)
                    && collation.oid() != 0
                    && collation.oid() != DEFAULT_COLLATION) {
                sql.append(" COLLATE ").append(catalog.collationName(collation.oid()));
            }
            sql.append(named ? " AS " + Quoting.identifier(field.name()) : "");
        }
        sql.append(named ? ") AS \"pgtrickle row\")" : ")");
    }
}
