package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.planner.CatalogReader.Signature;
import io.pgtrickle.postgres.FunctionInfo;
import io.pgtrickle.postgres.Quoting;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Writes what is evaluated in PostgreSQL as SQL, so that it means there exactly what it meant in the query: functions and types
/// under their schemas, arguments under the types that the function declares, collations spelled out.
final class RemoteCalls {

    /// The first oid that isn't the server's own (`FirstNormalObjectId`).
    static final int FIRST_NORMAL_OID = 16_384;

    private static final int ANY = 2276;
    private static final int DEFAULT_COLLATION = 100;

    /// A node of a tree of another kind than constants and what wraps them.
    private static final Pattern NO_CONSTANT =
            Pattern.compile("\\{(?!CONST |RELABELTYPE |NAMEDARGEXPR )[A-Z]");

    private final CatalogReader catalog;

    RemoteCalls(CatalogReader catalog) {
        this.catalog = catalog;
    }

    /// An argument and the name under which it is given; empty for one by its place.
    record Argument(String name, Expression value) {

        Argument under(Collation collation) {
            return new Argument(name, Relabeling.collate(value, collation));
        }
    }

    /// How a function is called.
    ///
    /// @param collationOid inputcollid
    /// @param variadic whether the tree says that the last argument is the array of the variadic ones
    record Invocation(
            FunctionInfo function, List<Argument> arguments, int collationOid, boolean variadic) {
        Invocation(
                FunctionInfo function,
                List<Argument> arguments,
                int collationOid,
                boolean variadic) {
            this.function = function;
            this.arguments = List.copyOf(arguments);
            this.collationOid = collationOid;
            this.variadic = variadic;
        }

        List<SqlType> types() {
            return arguments.stream().map(argument -> argument.value().type()).toList();
        }

        List<Expression> values() {
            return arguments.stream().map(Argument::value).toList();
        }
    }

    /// A call of a function that returns one value.
    RemoteCall scalar(Invocation call, SqlType result) {
        return function(call, List.of(result), ")", RemoteCall.Kind.SCALAR);
    }

    /// A call of a function as it stands in FROM.
    ///
    /// @param columns the types of its rows
    /// @param definition of its columns, `AS (…)`, or empty
    RemoteCall rows(Invocation call, List<SqlType> columns, String definition) {
        return function(call, columns, ")" + definition, RemoteCall.Kind.ROWS);
    }

    /// The same in a select list: its rows are values of one column.
    RemoteCall rowValues(Invocation call, SqlType row) {
        RemoteCall inFrom = function(call, List.of(row), "))", RemoteCall.Kind.TABLE);
        List<String> fragments = new ArrayList<>(inFrom.text().fragments());
        fragments.set(0, "(SELECT " + fragments.getFirst());
        return new RemoteCall(
                inFrom.name(),
                new RemoteCall.Text(fragments, inFrom.text().foreign()),
                inFrom.arguments(),
                inFrom.columns(),
                RemoteCall.Kind.TABLE);
    }

    /// GREATEST and its kin, which are no functions; each term under its collation.
    RemoteCall list(String keyword, List<Expression> terms, SqlType result) {
        List<String> fragments = new ArrayList<>();
        String before = keyword + "((";
        for (Expression term : terms) {
            fragments.add(before);
            String collation =
                    term.type() instanceof SqlType.Text text
                            ? collate(text, text.collation().oid())
                            : "";
            before = ")" + collation + ", (";
        }
        fragments.add(before.substring(0, before.length() - 3) + ")");
        List<SqlType> types = terms.stream().map(Expression::type).toList();
        return new RemoteCall(
                keyword,
                new RemoteCall.Text(fragments, types.stream().anyMatch(RemoteCalls::isForeign)),
                types,
                List.of(result),
                RemoteCall.Kind.SCALAR);
    }

    private RemoteCall function(
            Invocation call, List<SqlType> columns, String end, RemoteCall.Kind kind) {
        FunctionInfo function = call.function();
        Signature signature = catalog.signature(function.oid());
        checkDefaults(call, signature);
        List<String> fragments = new ArrayList<>();
        StringBuilder sql =
                new StringBuilder(Quoting.qualified(function.schema(), function.name()))
                        .append('(');
        for (int i = 0; i < call.arguments().size(); i++) {
            Argument argument = call.arguments().get(i);
            boolean last = i == call.arguments().size() - 1;
            sql.append(i == 0 ? "" : ", ");
            if (!argument.name().isEmpty()) {
                sql.append(Quoting.identifier(argument.name())).append(" => ");
            } else if (last && call.variadic()) {
                sql.append("VARIADIC ");
            }
            fragments.add(sql.append("(").toString());
            sql.setLength(0);
            sql.append(")")
                    .append(declaredType(argument, i, signature))
                    .append(collate(argument.value().type(), call.collationOid()));
        }
        fragments.add(sql.append(end).toString());
        boolean foreign =
                !function.builtIn()
                        || !function.schema().equals("pg_catalog")
                        || call.types().stream().anyMatch(RemoteCalls::isForeign)
                        || columns.stream().anyMatch(RemoteCalls::isForeign);
        return new RemoteCall(
                function.name(),
                new RemoteCall.Text(fragments, foreign),
                call.types(),
                columns,
                kind);
    }

    /// Named arguments may stand in another order than the declared ones; they keep the type they have.
    private static String declaredType(Argument argument, int place, Signature signature) {
        boolean declared =
                argument.name().isEmpty()
                        && place < signature.argumentTypes().size()
                        && !signature.argumentTypes().get(place).isEmpty();
        return declared ? "::" + signature.argumentTypes().get(place) : "";
    }

    private String collate(SqlType type, int collationOid) {
        boolean spelledOut =
                type instanceof SqlType.Text
                        && collationOid != 0
                        && collationOid != DEFAULT_COLLATION;
        return spelledOut ? " COLLATE " + catalog.collationName(collationOid) : "";
    }

    /// What the user leaves out PostgreSQL fills in at each call; a default that isn't always the same would change the result.
    private static void checkDefaults(Invocation call, Signature signature) {
        boolean complete = call.arguments().size() >= signature.argumentTypes().size();
        boolean variadic = signature.variadicTypeOid() == ANY;
        boolean own = call.function().builtIn();
        if (!complete && !variadic && !own && NO_CONSTANT.matcher(signature.defaults()).find()) {
            throw Refusals.query(
                    "omitted arguments with defaults that are computed, as those of function \""
                            + call.function().name()
                            + "\",",
                    "Write each argument of the function.");
        }
    }

    private static boolean isForeign(SqlType type) {
        return isForeign(type.oid());
    }

    /// Even a built-in function runs what belongs to a type: `to_json` its cast to json, a cast to a domain its checks.
    static boolean isForeign(int oid) {
        return Integer.compareUnsigned(oid, FIRST_NORMAL_OID) >= 0;
    }
}
