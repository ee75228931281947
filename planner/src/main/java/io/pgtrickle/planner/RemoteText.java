package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan.SetFunction;
import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Writes an expression that PostgreSQL evaluates, with its arguments where they stand.
final class RemoteText {

    private static final int DEFAULT_COLLATION = 100;

    private final CatalogReader catalog;

    RemoteText(CatalogReader catalog) {
        this.catalog = catalog;
    }

    /// @param name for people
    Writer write(String name) {
        return new Writer(name);
    }

    /// One expression under construction.
    final class Writer {

        private final String name;
        private final List<String> fragments = new ArrayList<>();
        private final List<Expression> arguments = new ArrayList<>();
        private final StringBuilder sql = new StringBuilder();
        private boolean foreign;

        private Writer(String name) {
            this.name = name;
        }

        Writer sql(String text) {
            sql.append(text);
            return this;
        }

        /// Something of it comes from outside of `pg_catalog`.
        Writer foreign(boolean isForeign) {
            foreign |= isForeign;
            return this;
        }

        /// @param typeOid the type under which the argument stands there; a domain, for instance, whose base it has here
        Writer argument(Expression value, int typeOid) {
            // the whole is one operand, whatever follows
            fragments.add(sql.append("((").toString());
            sql.setLength(0);
            arguments.add(value);
            sql.append(")");
            if (!RowTypes.isUntold(typeOid)) {
                sql.append("::").append(catalog.typeName(typeOid));
            }
            if (value.type() instanceof SqlType.Text(_, _, Collation collation)
                    && collation.oid() != 0
                    && collation.oid() != DEFAULT_COLLATION) {
                sql.append(" COLLATE ").append(catalog.collationName(collation.oid()));
            }
            sql.append(")");
            foreign |= RemoteCalls.isForeign(typeOid) || RemoteCalls.isForeign(value.type().oid());
            return this;
        }

        Expression scalar(SqlType type) {
            RemoteCall call = call(List.of(type), RemoteCall.Kind.SCALAR);
            return AnonymousRows.call(call, arguments, catalog);
        }

        /// An item of FROM.
        SetFunction table(List<SqlType> columns) {
            AnonymousRows.Flat flat =
                    AnonymousRows.flat(call(columns, RemoteCall.Kind.TABLE), arguments, catalog);
            return new SetFunction(0, name, flat.arguments(), columns, Optional.of(flat.call()));
        }

        private RemoteCall call(List<SqlType> columns, RemoteCall.Kind kind) {
            fragments.add(sql.toString());
            boolean own = columns.stream().noneMatch(type -> RemoteCalls.isForeign(type.oid()));
            return new RemoteCall(
                    name,
                    new RemoteCall.Text(fragments, foreign || !own),
                    arguments.stream().map(Expression::type).toList(),
                    columns,
                    kind);
        }
    }
}
