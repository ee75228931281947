package io.pgtrickle.planner;

import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// What is in rows that have no type of their own: PostgreSQL calls them all `record`, and finds their columns where they were made
/// (`expandRecordVariable`). Here each is a composite type with oid `RECORD`.
final class RowTypes {

    static final int RECORD = 2249;
    static final int RECORD_ARRAY = 2287;

    private final CatalogReader catalog;

    RowTypes(CatalogReader catalog) {
        this.catalog = catalog;
    }

    /// Queries, each within the one before it.
    private record Path(List<Node> queries) {
        Path(List<Node> queries) {
            this.queries = List.copyOf(queries);
        }

        Path up(int levels) {
            return new Path(queries.subList(0, queries.size() - levels));
        }

        Path into(Node query) {
            List<Node> deeper = new ArrayList<>(queries);
            deeper.add(query);
            return new Path(deeper);
        }

        Node entry(int index) {
            return queries.getLast().nodes("rtable").get(index - 1);
        }
    }

    /// Whether a tree says of values of the type no more than that they are rows.
    static boolean isUntold(int typeOid) {
        return typeOid == RECORD || typeOid == RECORD_ARRAY;
    }

    /// Rows, or arrays of them.
    static boolean isUntold(SqlType type) {
        return isAnonymous(type)
                || type instanceof SqlType.ArrayType(_, _, SqlType element) && isAnonymous(element);
    }

    static boolean isAnonymous(SqlType type) {
        return type instanceof SqlType.CompositeType && type.oid() == RECORD;
    }

    /// @param values with a type that is known already
    static SqlType.CompositeType anonymous(List<SqlType> values, IntFunction<String> names) {
        return new SqlType.CompositeType(
                RECORD,
                IntStream.range(0, values.size())
                        .mapToObj(i ->
                                new SqlType.Field(
                                        i + 1, names.apply(i), values.get(i).oid(), values.get(i)))
                        .toList());
    }

    /// The type of an expression.
    ///
    /// @param queries those around it, the outermost first; it stands in the last one
    SqlType of(Node expression, List<Node> queries) {
        return of(expression, new Path(queries));
    }

    /// Of all columns of a FROM item of the last query.
    SqlType.CompositeType ofWhole(int index, List<Node> queries) {
        Path path = new Path(queries);
        return whole(path.entry(index), path);
    }

    private SqlType of(Node node, Path path) {
        NodeTypes type = NodeTypes.of(node);
        if (!isUntold(type.typeOid())) {
            return catalog.type(type.typeOid(), type.collationOid());
        }
        return switch (node.kind()) {
            case "VAR" -> variable(node, path.up(node.integer("varlevelsup")));
            case "ROWEXPR", "ROW" ->
                    anonymous(
                            node.nodes("args").stream().map(field -> of(field, path)).toList(),
                            Names.of(node.items("colnames"))::get);
            case "CASEEXPR", "CASE" -> of(node.nodes("args").getFirst().node("result"), path);
            case "COALESCEEXPR",
                    "COALESCE",
                    "MINMAXEXPR",
                    "MINMAX",
                    "NULLIFEXPR",
                    "AGGREF",
                    "WINDOWFUNC" ->
                    firstArgument(node, path);
            case "RELABELTYPE", "FIELDSELECT" -> of(node.node("arg"), path);
            case "OPEXPR" -> firstArgument(node, path);
            case "FUNCEXPR" ->
                    type.typeOid() == RECORD_ARRAY ? firstArgument(node, path) : function(node);
            case "ARRAYEXPR", "ARRAY" -> arrayOf(of(node.nodes("elements").getFirst(), path));
            case "SUBSCRIPTINGREF" -> {
                SqlType array = of(node.node("refexpr"), path);
                yield type.typeOid() == RECORD_ARRAY ? array : elementOf(array);
            }
            case "SUBLINK" -> {
                Node query = node.node("subselect");
                yield of(NodeTypes.firstColumn(query), path.into(query));
            }
            default -> throw unknown();
        };
    }

    private static SqlType arrayOf(SqlType row) {
        return new SqlType.ArrayType(RECORD_ARRAY, RECORD, row);
    }

    private static SqlType elementOf(SqlType array) {
        if (array instanceof SqlType.ArrayType(_, _, SqlType element)) {
            return element;
        }
        throw unknown();
    }

    private SqlType firstArgument(Node node, Path path) {
        List<Node> arguments = node.nodes("args");
        if (arguments.isEmpty()) {
            throw unknown();
        }
        Node first = arguments.getFirst();
        return of(first.kind().equals("TARGETENTRY") ? first.node("expr") : first, path);
    }

    private SqlType function(Node call) {
        List<SqlType.Field> fields = catalog.rowFields(call.integer("funcid"), RECORD);
        if (fields.isEmpty()) {
            throw unknown();
        }
        return new SqlType.CompositeType(RECORD, fields);
    }

    private SqlType variable(Node variable, Path path) {
        Node entry = path.entry(variable.integer("varno"));
        int attribute = (short) variable.integer("varattno");
        if (attribute == 0) {
            return whole(entry, path);
        }
        return switch (entry.integer("rtekind")) {
            case RangeTable.JOIN -> of(item(entry, "joinaliasvars", attribute), path);
            case RangeTable.GROUP -> of(item(entry, "groupexprs", attribute), path);
            case RangeTable.SUBQUERY -> {
                Node query = entry.node("subquery");
                yield of(output(query, attribute), path.into(query));
            }
            case RangeTable.CTE -> {
                Path definer = path.up(entry.integer("ctelevelsup"));
                Node query = commonTable(definer, entry.text("ctename"));
                yield of(output(query, attribute), definer.into(query));
            }
            case RangeTable.VALUES -> of(firstLine(entry).get(attribute - 1), path);
            default -> throw unknown();
        };
    }

    private static Node item(Node entry, String list, int attribute) {
        return (Node) entry.items(list).get(attribute - 1);
    }

    private static List<Node> outputs(Node query) {
        return query.nodes("targetList").stream()
                .filter(target -> !target.flag("resjunk"))
                .map(target -> target.node("expr"))
                .toList();
    }

    private static Node output(Node query, int attribute) {
        return outputs(query).get(attribute - 1);
    }

    private static Node commonTable(Path definer, String name) {
        return definer.queries().getLast().nodes("cteList").stream()
                .filter(table -> table.text("ctename").equals(name))
                .findFirst()
                .orElseThrow(() -> Refusals.internal("a WITH query that isn't there"))
                .node("ctequery");
    }

    private static List<Node> firstLine(Node entry) {
        if (entry.items("values_lists").getFirst()
                instanceof NodeValue.Items(List<NodeValue> line)) {
            return line.stream().map(Node.class::cast).toList();
        }
        throw Refusals.internal("a row of VALUES that is no list");
    }

    private SqlType.CompositeType whole(Node entry, Path path) {
        if (entry.integer("rtekind") == RangeTable.RELATION) {
            return composite(catalog.rowTypeOf(entry.integer("relid")));
        }
        if (entry.integer("rtekind") == RangeTable.FUNCTION && !entry.flag("funcordinality")) {
            List<Node> items = entry.nodes("functions");
            int type = NodeTypes.of(items.getFirst().node("funcexpr")).typeOid();
            if (items.size() == 1 && type != RECORD && catalog.isComposite(type)) {
                return composite(type);
            }
        }
        List<SqlType> types =
                switch (entry.integer("rtekind")) {
                    case RangeTable.SUBQUERY -> outputTypes(entry.node("subquery"), path);
                    case RangeTable.CTE -> {
                        Path definer = path.up(entry.integer("ctelevelsup"));
                        yield outputTypes(commonTable(definer, entry.text("ctename")), definer);
                    }
                    case RangeTable.VALUES ->
                            firstLine(entry).stream().map(cell -> of(cell, path)).toList();
                    case RangeTable.JOIN ->
                            entry.nodes("joinaliasvars").stream()
                                    .map(column -> of(column, path))
                                    .toList();
                    case RangeTable.FUNCTION -> functions(entry);
                    case RangeTable.TABLE_FUNCTION ->
                            types(entry.node("tablefunc"), "coltypes", "colcollations");
                    default -> throw unknown();
                };
        List<String> names = Names.of(entry.node("eref").items("colnames"));
        if (names.size() != types.size()) {
            throw unknown();
        }
        return anonymous(types, names::get);
    }

    private List<SqlType> outputTypes(Node query, Path around) {
        Path inside = around.into(query);
        return outputs(query).stream().map(output -> of(output, inside)).toList();
    }

    private List<SqlType> types(Node node, String types, String collations) {
        List<Integer> oids = node.numbers(types);
        List<Integer> under = node.numbers(collations);
        return IntStream.range(0, oids.size())
                .mapToObj(i -> catalog.type(oids.get(i), under.get(i)))
                .toList();
    }

    private List<SqlType> functions(Node entry) {
        List<SqlType> types = new ArrayList<>();
        for (Node item : entry.nodes("functions")) {
            Node call = item.node("funcexpr");
            List<SqlType> defined = types(item, "funccoltypes", "funccolcollations");
            types.addAll(defined);
            NodeTypes type = NodeTypes.of(call);
            if (!defined.isEmpty()) {
                continue;
            }
            if (!catalog.isComposite(type.typeOid())) {
                types.add(catalog.type(type.typeOid(), type.collationOid()));
            } else if (call.kind().equals("FUNCEXPR")) {
                catalog.rowFields(call.integer("funcid"), type.typeOid())
                        .forEach(field -> types.add(field.type()));
            }
        }
        if (entry.flag("funcordinality")) {
            types.add(SqlType.INT8);
        }
        return types;
    }

    private SqlType.CompositeType composite(int typeOid) {
        if (catalog.type(typeOid, 0) instanceof SqlType.CompositeType composite) {
            return composite;
        }
        throw unknown();
    }

    private static RuntimeException unknown() {
        return Refusals.query(
                "rows without a type whose columns can't be told",
                "Cast the row to a composite type, or name the columns one by one.");
    }
}
