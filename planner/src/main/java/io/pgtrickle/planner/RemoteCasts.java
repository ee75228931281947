package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.FunctionInfo;
import io.pgtrickle.postgres.FunctionInfo.Volatility;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Casts that PostgreSQL finds by the two types alone, and does itself: by way of text, of an array's elements, to a domain.
final class RemoteCasts {

    /// Types whose text form is a name, looked up in the catalog: `regclass` and its kin, aclitem.
    private static final Set<Integer> NAMES =
            Set.of(24, 1033, 2202, 2203, 2204, 2205, 2206, 3734, 3769, 4089, 4096, 4191);

    /// Types in whose texts `now` stands for the moment of reading.
    private static final Set<Integer> TIMES =
            Set.of(Oids.DATE, Oids.TIME, Oids.TIMESTAMP, Oids.TIMESTAMPTZ);

    /// A text that has such a word in it becomes one that no type reads, with the reason in it.
    private static final List<String> WITHOUT_MOVING_TIMES =
            List.of(
                    "(SELECT CASE WHEN t.v OPERATOR(pg_catalog.~*) '\\m(now|today|tomorrow|yesterday)\\M'"
                            + " THEN 'a time that moves: ' OPERATOR(pg_catalog.||) t.v ELSE t.v END"
                            + " FROM (SELECT (",
                    ")::text) AS t(v))");

    private final CatalogReader catalog;

    RemoteCasts(CatalogReader catalog) {
        this.catalog = catalog;
    }

    /// By the output function of one type and the input function of the other.
    Expression viaText(Expression input, int target, SqlType type) {
        boolean moving = checkTexts(input.type().oid(), target);
        return cast(input, catalog.typeName(target), moving, type, isForeign(target));
    }

    /// Of an array's elements, one by one.
    ///
    /// @param coercion an ARRAYCOERCEEXPR
    Expression ofArray(Expression input, Node coercion, SqlType type) {
        int target = coercion.integer("resulttype");
        boolean moving = false;
        boolean foreign = isForeign(target);
        for (Node node : below(coercion.node("elemexpr"))) {
            switch (node.kind()) {
                case "FUNCEXPR" -> {
                    FunctionInfo function = catalog.function(node.integer("funcid"));
                    if (function.volatility() != Volatility.IMMUTABLE
                            && !StableFunctions.dependsOnSettingsOnly(function)) {
                        throw refusal(target);
                    }
                    foreign |= !function.builtIn();
                }
                case "COERCEVIAIO" ->
                        moving |=
                                checkTexts(
                                        node.node("arg").has("typeId")
                                                ? node.node("arg").integer("typeId")
                                                : Oids.TEXT,
                                        node.integer("resulttype"));
                default -> {}
            }
        }
        if (moving) {
            throw refusal(target);
        }
        String name = catalog.typeName(target, coercion.integer("resulttypmod"));
        return cast(input, name, false, type, foreign);
    }

    /// Whether reading values of these types from text depends on when it is done.
    boolean readMovingTimes(List<SqlType> types) {
        Set<Integer> read = new HashSet<>();
        types.forEach(type -> collect(type.oid(), read));
        return read.contains(Oids.TIMETZ) || TIMES.stream().anyMatch(read::contains);
    }

    /// To a type that looks the same within PostgreSQL but not outside.
    Expression relabel(Expression input, SqlType type) {
        return cast(input, catalog.typeName(type.oid()), false, type, isForeign(type.oid()));
    }

    /// To a domain with constraints, which are checked.
    Expression toDomain(Expression input, int domain, SqlType type) {
        return cast(input, catalog.typeName(domain), false, type, true);
    }

    private Expression cast(
            Expression input, String target, boolean moving, SqlType type, boolean foreign) {
        String before = "CAST(" + (moving ? WITHOUT_MOVING_TIMES.getFirst() : "");
        String after = (moving ? WITHOUT_MOVING_TIMES.getLast() : "") + " AS " + target + ")";
        RemoteCall call =
                new RemoteCall(
                        "cast to " + target,
                        new RemoteCall.Text(
                                List.of(before, after), foreign || isForeign(input.type().oid())),
                        List.of(input.type()),
                        List.of(type),
                        RemoteCall.Kind.SCALAR);
        return AnonymousRows.call(call, List.of(input), catalog);
    }

    /// Whether the cast reads texts that may name moving times.
    private boolean checkTexts(int from, int to) {
        Set<Integer> written = new HashSet<>();
        collect(from, written);
        Set<Integer> read = new HashSet<>();
        collect(to, read);
        boolean named =
                NAMES.stream().anyMatch(type -> written.contains(type) || read.contains(type));
        boolean changing =
                written.stream()
                                .anyMatch(type ->
                                        catalog.textForm(type).output() == Volatility.VOLATILE)
                        || read.stream()
                                .anyMatch(type ->
                                        catalog.textForm(type).input() == Volatility.VOLATILE);
        // the offset of a time without a date is that of today
        if (named || changing || read.contains(Oids.TIMETZ)) {
            throw refusal(to);
        }
        read.retainAll(TIMES);
        return !read.isEmpty();
    }

    private void collect(int type, Set<Integer> into) {
        if (into.add(type)) {
            catalog.textForm(type).parts().forEach(part -> collect(part, into));
        }
    }

    private static List<Node> below(Node root) {
        List<Node> nodes = new ArrayList<>();
        List<NodeValue> rest = new ArrayList<>(List.of(root));
        while (!rest.isEmpty()) {
            switch (rest.removeLast()) {
                case Node node -> {
                    nodes.add(node);
                    rest.addAll(node.fields().values());
                }
                case NodeValue.Items(List<NodeValue> items) -> rest.addAll(items);
                case NodeValue.Nothing _,
                        NodeValue.Atom _,
                        NodeValue.Text _,
                        NodeValue.Datum _,
                        NodeValue.Numbers _ -> {}
            }
        }
        return nodes;
    }

    private PgtrickleException refusal(int target) {
        return Refusals.function(
                "a cast to type "
                        + catalog.typeName(target)
                        + " by way of text isn't supported: its result depends on the time, the session or"
                        + " tables",
                "Use the column as it is, without the cast.");
    }

    private static boolean isForeign(int oid) {
        return Integer.compareUnsigned(oid, RemoteCalls.FIRST_NORMAL_OID) >= 0;
    }
}
