package io.pgtrickle.planner;

import io.pgtrickle.model.type.Oids;
import io.pgtrickle.planner.NodeValue.Atom;
import io.pgtrickle.planner.NodeValue.Items;
import io.pgtrickle.planner.NodeValue.Nothing;
import io.pgtrickle.planner.NodeValue.Numbers;
import io.pgtrickle.planner.NodeValue.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// SEARCH and CYCLE of WITH RECURSIVE, written out as PostgreSQL does before it plans (`rewriteSearchCycle.c`):
///
///     SELECT columns, ARRAY[ROW(by)], no, ARRAY[ROW(of)] FROM (first part)
///     UNION [ALL]
///     SELECT columns, sequence || ROW(by), CASE WHEN ROW(of) = ANY (path) THEN yes ELSE no END, path || ROW(of)
///       FROM (second part, with these columns of its own reference, WHERE mark <> yes)
///
/// A breadth-first sequence is ROW(depth, by).
final class SearchAndCycle {

    private static final int RECORD_EQUAL = 2988;
    private static final int RECORD_EQUAL_FUNCTION = 2981;
    private static final int ARRAY_APPEND = 378;
    private static final int INCREMENT = 1219;

    private final CatalogReader catalog;

    SearchAndCycle(CatalogReader catalog) {
        this.catalog = catalog;
    }

    /// The tree without these clauses.
    Node expand(Node node) {
        SequencedMap<String, NodeValue> fields = new LinkedHashMap<>();
        node.fields().forEach((name, value) -> fields.put(name, expand(value)));
        Node expanded = new Node(node.kind(), fields);
        boolean has =
                node.has("ctequery") && (node.isSet("search_clause") || node.isSet("cycle_clause"));
        return has ? new Expansion(expanded).definition() : expanded;
    }

    private NodeValue expand(NodeValue value) {
        return switch (value) {
            case Node node -> expand(node);
            case Items(List<NodeValue> items) ->
                    new Items(items.stream().map(this::expand).toList());
            case Nothing _, Atom _, Text _, NodeValue.Datum _, Numbers _ -> value;
        };
    }

    /// A column of a WITH query.
    ///
    /// @param first what it is in the first part, over the columns
    /// @param next the same in the second one
    private record Column(String name, int type, int collation, NodeValue first, NodeValue next) {}

    /// One WITH query.
    private final class Expansion {

        private final Node table;
        private final List<String> names;
        private final List<Integer> types;
        private final List<Integer> collations;
        private final List<Column> added = new ArrayList<>();

        Expansion(Node table) {
            this.table = table;
            this.names = Names.of(table.items("ctecolnames"));
            this.types = table.numbers("ctecoltypes");
            this.collations = table.numbers("ctecolcollations");
        }

        Node definition() {
            table.optionalNode("search_clause").ifPresent(this::search);
            table.optionalNode("cycle_clause").ifPresent(this::cycle);
            Node query = table.node("ctequery");
            Node operation = query.node("setOperations");
            List<NodeValue> entries = new ArrayList<>(query.items("rtable"));
            int left = operation.node("larg").integer("rtindex");
            int right = operation.node("rarg").integer("rtindex");
            entries.set(left - 1, part((Node) entries.get(left - 1), false));
            entries.set(right - 1, part((Node) entries.get(right - 1), true));
            List<NodeValue> targets = new ArrayList<>(query.items("targetList"));
            for (int i = 0; i < added.size(); i++) {
                targets.add(target(reference(left, names.size() + i + 1), targets.size() + 1));
            }
            return with(
                    table,
                    Map.of(
                            "ctequery",
                            with(
                                    query,
                                    Map.of(
                                            "rtable",
                                            new Items(entries),
                                            "targetList",
                                            new Items(targets),
                                            "setOperations",
                                            extended(operation, "colTypes", "colCollations"))),
                            "search_clause",
                            Nothing.NOTHING,
                            "cycle_clause",
                            Nothing.NOTHING,
                            "ctecolnames",
                            texts(
                                    Stream.concat(names.stream(), added.stream().map(Column::name))
                                            .toList()),
                            "ctecoltypes",
                            allTypes(),
                            "ctecolcollations",
                            allCollations()));
        }

        private Node extended(Node node, String typeField, String collationField) {
            return with(node, Map.of(typeField, allTypes(), collationField, allCollations()));
        }

        private Numbers allTypes() {
            return numbers(types, added.stream().map(Column::type));
        }

        private Numbers allCollations() {
            return numbers(collations, added.stream().map(Column::collation));
        }

        private void search(Node clause) {
            boolean breadth = clause.flag("search_breadth_first");
            List<String> by = Names.of(clause.items("search_col_list"));
            if (breadth) {
                NodeValue zero =
                        node(
                                "{CONST :consttype 20 :constcollid 0 :constisnull false :constvalue 8 [ 0 0 0 0 0 0 0 0 ]}");
                NodeValue depth =
                        node(
                                "{FUNCEXPR :funcid %d :funcresulttype 20 :funcretset false :funcvariadic false :funccollid 0 :inputcollid 0 :args (?)}"
                                        .formatted(INCREMENT),
                                node(
                                        "{FIELDSELECT :arg ? :fieldnum 1 :resulttype 20 :resultcollid 0}",
                                        variable(1, attribute(added.size()), RowTypes.RECORD, 0)));
                added.add(
                        new Column(
                                clause.text("search_seq_column"),
                                RowTypes.RECORD,
                                0,
                                row(by, zero),
                                row(by, depth)));
                return;
            }
            added.add(path(clause.text("search_seq_column"), by));
        }

        private void cycle(Node clause) {
            List<String> of = Names.of(clause.items("cycle_col_list"));
            int type = clause.integer("cycle_mark_type");
            NodeValue yes = clause.value("cycle_mark_value");
            NodeValue no = clause.value("cycle_mark_default");
            NodeValue met =
                    node(
                            "{SCALARARRAYOPEXPR :opno %d :opfuncid %d :useOr true :inputcollid 0 :args (? ?)}"
                                    .formatted(RECORD_EQUAL, RECORD_EQUAL_FUNCTION),
                            row(of),
                            variable(1, attribute(added.size() + 1), RowTypes.RECORD_ARRAY, 0));
            int collation = clause.integer("cycle_mark_collation");
            added.add(
                    new Column(
                            clause.text("cycle_mark_column"),
                            type,
                            collation,
                            no,
                            node(
                                    "{CASEEXPR :casetype %s :casecollid %s :arg <> :args (?) :defresult ?}"
                                            .formatted(text(type), text(collation)),
                                    node("{CASEWHEN :expr ? :result ?}", met, yes),
                                    no)));
            added.add(path(clause.text("cycle_path_column"), of));
        }

        private Column path(String name, List<String> columns) {
            return new Column(
                    name,
                    RowTypes.RECORD_ARRAY,
                    0,
                    node(
                            "{ARRAYEXPR :array_typeid 2287 :array_collid 0 :element_typeid 2249 :elements (?) :multidims false}",
                            row(columns)),
                    node(
                            "{FUNCEXPR :funcid %d :funcresulttype 2287 :funcretset false :funcvariadic false :funccollid 0 :inputcollid 0 :args (? ?)}"
                                    .formatted(ARRAY_APPEND),
                            variable(1, attribute(added.size()), RowTypes.RECORD_ARRAY, 0),
                            row(columns)));
        }

        /// Of an added column.
        private int attribute(int number) {
            return names.size() + number + 1;
        }

        /// Of the columns, over a part.
        private Node row(List<String> columns, NodeValue... first) {
            List<NodeValue> values = new ArrayList<>(List.of(first));
            List<String> fields = new ArrayList<>();
            if (first.length > 0) {
                fields.add("*DEPTH*");
            }
            for (String column : columns) {
                values.add(reference(1, names.indexOf(column) + 1));
                fields.add(column);
            }
            return with(
                    node("{ROWEXPR :args <> :row_typeid 2249 :row_format 2 :colnames <>}"),
                    Map.of("args", new Items(values), "colnames", texts(fields)));
        }

        private Node reference(int index, int attribute) {
            int number = attribute - 1 - names.size();
            return number < 0
                    ? variable(
                            index,
                            attribute,
                            types.get(attribute - 1),
                            collations.get(attribute - 1))
                    : variable(
                            index,
                            attribute,
                            added.get(number).type(),
                            added.get(number).collation());
        }

        /// A part of the UNION, within a query that adds the columns.
        private Node part(Node entry, boolean recursive) {
            Node query = OuterLevels.raise(entry.node("subquery"));
            Node inner = recursive ? carrying(query) : query;
            List<NodeValue> targets = new ArrayList<>();
            for (int i = 1; i <= names.size(); i++) {
                targets.add(target(reference(1, i), i));
            }
            for (Column column : added) {
                NodeValue value = recursive ? column.next() : column.first();
                targets.add(target(value, targets.size() + 1));
            }
            Node from =
                    node("{FROMEXPR :fromlist (?) :quals <>}", node("{RANGETBLREF :rtindex 1}"));
            Node outer =
                    with(
                            blank(query),
                            Map.of(
                                    "rtable",
                                    new Items(List.of(with(entry, Map.of("subquery", inner)))),
                                    "jointree",
                                    from,
                                    "targetList",
                                    new Items(targets)));
            return with(entry, Map.of("subquery", outer));
        }

        /// The second part with the columns that its own reference adds, of the rows that close no circle.
        private Node carrying(Node query) {
            for (String field :
                    List.of("distinctClause", "groupClause", "setOperations", "hasTargetSRFs")) {
                if (query.isSet(field)) {
                    throw Refusals.query(
                            "SEARCH and CYCLE of recursive queries with more than FROM and WHERE",
                            "Put it into a subquery in FROM of the recursive part.");
                }
            }
            int self = self(query);
            List<NodeValue> targets = new ArrayList<>();
            for (Node target : query.nodes("targetList")) {
                if (!target.flag("resjunk")) {
                    targets.add(target);
                }
            }
            for (int i = 0; i < added.size(); i++) {
                targets.add(target(reference(self, attribute(i)), targets.size() + 1));
            }
            Node carried = with(query, Map.of("targetList", new Items(targets)));
            return table.optionalNode("cycle_clause")
                    .map(clause -> open(carried, clause, self))
                    .orElse(carried);
        }

        private Node open(Node query, Node clause, int self) {
            int operator = clause.integer("cycle_mark_neop");
            Node differs =
                    node(
                            "{OPEXPR :opno %s :opfuncid %s :opresulttype %d :opretset false :opcollid 0 :inputcollid %s :args (? ?)}"
                                    .formatted(
                                            text(operator),
                                            text(catalog.operator(operator).functionOid()),
                                            Oids.BOOL,
                                            text(clause.integer("cycle_mark_collation"))),
                            reference(self, attribute(added.size() - 2)),
                            clause.value("cycle_mark_value"));
            Node from = query.node("jointree");
            NodeValue all =
                    from.optionalNode("quals")
                            .map(quals ->
                                    node("{BOOLEXPR :boolop and :args (? ?)}", quals, differs))
                            .orElse(differs);
            return with(query, Map.of("jointree", with(from, Map.of("quals", all))));
        }

        private int self(Node query) {
            List<Node> entries = query.nodes("rtable");
            return IntStream.range(0, entries.size())
                            .filter(i ->
                                    entries.get(i).integer("rtekind") == RangeTable.CTE
                                            && entries.get(i).flag("self_reference")
                                            && entries.get(i)
                                                    .text("ctename")
                                                    .equals(table.text("ctename")))
                            .findFirst()
                            .orElseThrow(() ->
                                    Refusals.query(
                                            "SEARCH and CYCLE of recursive queries that read themselves in a subquery",
                                            "Name the WITH query in FROM of the recursive part itself."))
                    + 1;
        }
    }

    /// A query of which nothing is set.
    private static Node blank(Node query) {
        SequencedMap<String, NodeValue> fields = new LinkedHashMap<>();
        query.fields()
                .forEach((name, value) ->
                        fields.put(
                                name,
                                switch (value) {
                                    case Atom(String text)
                                            when text.equals("true") && !name.equals("canSetTag") ->
                                            new Atom("false");
                                    case Atom _, Nothing _ -> value;
                                    case Text _, NodeValue.Datum _, Items _, Numbers _, Node _ ->
                                            Nothing.NOTHING;
                                }));
        return new Node(query.kind(), fields);
    }

    private static Node with(Node node, Map<String, ? extends NodeValue> changed) {
        SequencedMap<String, NodeValue> fields = new LinkedHashMap<>(node.fields());
        fields.putAll(changed);
        return new Node(node.kind(), fields);
    }

    private static Node variable(int index, int attribute, int type, int collation) {
        return node(
                "{VAR :varno %d :varattno %d :vartype %s :vartypmod -1 :varcollid %s :varlevelsup 0}"
                        .formatted(index, attribute, text(type), text(collation)));
    }

    private static Node target(NodeValue value, int number) {
        return node(
                "{TARGETENTRY :expr ? :resno %d :resname <> :ressortgroupref 0 :resjunk false}"
                        .formatted(number),
                value);
    }

    private static String text(int oid) {
        return Integer.toUnsignedString(oid);
    }

    private static Items texts(List<String> names) {
        return new Items(names.stream().<NodeValue>map(Text::new).toList());
    }

    private static Numbers numbers(List<Integer> some, Stream<Integer> more) {
        return new Numbers(Stream.concat(some.stream(), more).toList());
    }

    /// A node with values in the places of its question marks.
    private static Node node(String text, NodeValue... values) {
        return (Node) filled(NodeTree.parse(text), Arrays.asList(values).iterator());
    }

    private static NodeValue filled(NodeValue value, Iterator<NodeValue> values) {
        return switch (value) {
            case Atom(String text) when text.equals("?") -> values.next();
            case Node node -> {
                SequencedMap<String, NodeValue> fields = new LinkedHashMap<>();
                node.fields().forEach((name, field) -> fields.put(name, filled(field, values)));
                yield new Node(node.kind(), fields);
            }
            case Items(List<NodeValue> items) ->
                    new Items(items.stream().map(item -> filled(item, values)).toList());
            case Atom _, Nothing _, Text _, NodeValue.Datum _, Numbers _ -> value;
        };
    }
}
