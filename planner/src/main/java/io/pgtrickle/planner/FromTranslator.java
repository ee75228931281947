package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The FROM clause of one SELECT: tables, subqueries, functions and their joins, from left to right, so that what is LATERAL finds
/// what it refers to in the rows so far.
final class FromTranslator {

    /// In the order of `JoinType`.
    private static final int INNER = 0;

    private static final int LEFT = 1;
    private static final int FULL = 2;
    private static final int RIGHT = 3;

    private final QueryScope scope;
    private final Map<Integer, Set<Integer>> used;
    private final List<Expression> conditions = new ArrayList<>();
    private Rows start = Rows.unit();

    FromTranslator(QueryScope scope, Node query) {
        this.scope = scope;
        this.used = ColumnUse.of(query);
    }

    /// The conditions of WHERE and of the inner joins that no outer join is around.
    List<Expression> conditions() {
        return List.copyOf(conditions);
    }

    /// Whether anything in FROM, the conditions of its inner joins apart, refers to a query around this one.
    boolean refersOutside(Node jointree) {
        for (Node item : jointree.nodes("fromlist")) {
            if (refersOutside(item, true)) {
                return true;
            }
        }
        return false;
    }

    private boolean refersOutside(Node item, boolean inner) {
        if (item.kind().equals("RANGETBLREF")) {
            return isOutside(FreeReferences.ofPart(entry(item.integer("rtindex")), scope));
        }
        boolean stays = inner && item.integer("jointype") == INNER;
        return refersOutside(item.node("larg"), stays)
                || refersOutside(item.node("rarg"), stays)
                || !stays && isOutside(FreeReferences.ofPart(item.value("quals"), scope));
    }

    private boolean isOutside(SequencedMap<OuterReference, Node> references) {
        return references.keySet().stream()
                .anyMatch(reference -> reference.depth() < scope.depth());
    }

    /// @param domain the domain's rows, or one row without columns
    Rows translate(Node jointree, Rows domain) {
        start = domain;
        Rows rows = domain;
        for (Node item : jointree.nodes("fromlist")) {
            rows = item(item, rows, true);
        }
        jointree.optionalNode("quals").ifPresent(this::condition);
        return rows;
    }

    private void condition(Node node) {
        Conjuncts.split(scope.translate(node)).forEach(conditions::add);
    }

    private Node entry(int index) {
        return scope.rangeTable().get(index - 1);
    }

    /// @param inner whether conditions of inner joins may be left to WHERE
    private Rows item(Node item, Rows left, boolean inner) {
        if (item.kind().equals("RANGETBLREF")) {
            int index = item.integer("rtindex");
            return leaf(index, left, JoinKind.INNER, List.of());
        }
        Node larg = item.node("larg");
        Node rarg = item.node("rarg");
        return switch (item.integer("jointype")) {
            case INNER -> {
                Rows rows = item(rarg, item(larg, left, inner), inner);
                Optional<Node> quals = item.optionalNode("quals");
                if (inner) {
                    quals.ifPresent(this::condition);
                    yield rows;
                }
                yield scope.subqueries().filter(rows, quals.map(this::split).orElse(List.of()));
            }
            case LEFT -> outer(larg, rarg, item, left);
            case RIGHT -> outer(rarg, larg, item, left);
            case FULL -> full(item, left);
            default ->
                    throw Refusals.clause(
                            "a join of PostgreSQL's type " + item.integer("jointype"),
                            "Use another join.");
        };
    }

    private List<Expression> split(Node condition) {
        return Conjuncts.split(scope.translate(condition));
    }

    /// `kept LEFT JOIN padded`; with rows to the left of both these go into the kept side, since
    /// A × (B ⟕ C) = (A × B) ⟕ C.
    private Rows outer(Node kept, Node padded, Node join, Rows left) {
        Rows rows = item(kept, left, false);
        List<Expression> on = join.optionalNode("quals").map(this::split).orElse(List.of());
        SequencedMap<OuterReference, Node> references = referencesOf(padded);
        if (references.isEmpty()) {
            return join(rows, item(padded, Rows.unit(), false), JoinKind.LEFT, on);
        }
        if (padded.kind().equals("RANGETBLREF") && isQuery(padded.integer("rtindex"))) {
            return leaf(padded.integer("rtindex"), rows, JoinKind.LEFT, on);
        }
        List<Integer> slots = slots(references);
        Rows imaged = withImages(rows, slots);
        return join(imaged, item(padded, domain(imaged, slots), false), JoinKind.LEFT, on);
    }

    /// Where the sides refer to rows to the left, their values are on both sides, and one of a matched pair's is kept.
    private Rows full(Node join, Rows left) {
        SequencedMap<OuterReference, Node> references = referencesOf(join);
        List<Expression> on = join.optionalNode("quals").map(this::split).orElse(List.of());
        if (references.isEmpty()) {
            Rows rows =
                    join(
                            item(join.node("larg"), Rows.unit(), false),
                            item(join.node("rarg"), Rows.unit(), false),
                            JoinKind.FULL,
                            on);
            return left.cross(rows);
        }
        List<Integer> slots = slots(references);
        Rows imaged = withImages(left, slots);
        Rows values = domain(imaged, slots);
        Expression.Column mark = scope.slots().unnamed(SqlType.BOOL);
        Rows one =
                item(join.node("larg"), values, false)
                        .extend(
                                List.of(new Expression.Constant(true, SqlType.BOOL)),
                                List.of(mark.index()));
        Rows both = join(one, item(join.node("rarg"), values, false), JoinKind.FULL, on);
        return join(imaged, merged(both, values, mark), JoinKind.INNER, List.of());
    }

    /// Of the values that are on both sides of a FULL JOIN the one of the side that is there.
    private static Rows merged(Rows both, Rows values, Expression.Column mark) {
        List<SqlType> types = both.plan().types();
        Expression isLeft =
                new Expression.IsNull(
                        new Expression.Column(both.slots().indexOf(mark.index()), mark.type()),
                        true);
        List<Expression> columns = new ArrayList<>();
        List<Integer> names = new ArrayList<>();
        for (int slot : new LinkedHashSet<>(both.slots())) {
            int place = both.slots().indexOf(slot);
            Expression column = new Expression.Column(place, types.get(place));
            int other = both.slots().lastIndexOf(slot);
            columns.add(
                    values.has(slot)
                            ? new Expression.Case(
                                    List.of(new Expression.Branch(isLeft, column)),
                                    new Expression.Column(other, types.get(other)),
                                    types.get(place))
                            : column);
            names.add(slot);
        }
        return new Rows(new Plan.Project(both.plan(), columns), names);
    }

    /// Shared slots, those of a domain, are matched.
    private Rows join(Rows left, Rows right, JoinKind kind, List<Expression> on) {
        List<EquiKey> keys = new ArrayList<>();
        for (int slot : right.slots()) {
            if (left.has(slot)) {
                keys.add(new EquiKey(left.column(slot), right.column(slot), true));
            }
        }
        return kind == JoinKind.INNER && on.isEmpty() && keys.isEmpty()
                ? left.cross(right)
                : new OuterPairs(scope.subqueries()).join(left, right, kind, keys, on);
    }

    private List<Integer> slots(SequencedMap<OuterReference, Node> references) {
        Set<Integer> slots = new LinkedHashSet<>();
        references.forEach((reference, at) ->
                Columns.of(scope.argument(reference, at)).stream().forEach(slots::add));
        return List.copyOf(slots);
    }

    /// With the images of those values that may be equal and look different.
    private Rows withImages(Rows rows, List<Integer> slots) {
        List<Expression> images = new ArrayList<>();
        List<Integer> names = new ArrayList<>();
        for (int slot : slots) {
            int name = scope.slots().number(new Slots.Owner.Image(slot));
            if (!rows.type(slot).equalMeansSameImage() && !rows.has(name)) {
                images.add(new Expression.Image(new Expression.Column(slot, rows.type(slot))));
                names.add(name);
            }
        }
        return images.isEmpty() ? rows : rows.extend(images, names);
    }

    /// The distinct values that the slots have in the rows.
    private Rows domain(Rows rows, List<Integer> slots) {
        List<Integer> all = new ArrayList<>(slots);
        for (int slot : slots) {
            TypeChecks.equatable(
                    rows.type(slot), "a reference to an outer query", scope.context().catalog());
            int image = scope.slots().number(new Slots.Owner.Image(slot));
            if (rows.has(image)) {
                all.add(image);
            }
        }
        Rows kept = rows.keep(all);
        return new Rows(new Plan.Distinct(kept.plan()), kept.slots());
    }

    /// What an item takes from the rows to its left and from the queries around.
    private SequencedMap<OuterReference, Node> referencesOf(Node item) {
        Set<Integer> own = new LinkedHashSet<>();
        SequencedMap<OuterReference, Node> found = new LinkedHashMap<>();
        collect(item, own, found);
        found.keySet()
                .removeIf(reference ->
                        reference instanceof OuterReference.Variable(int depth, int index, _)
                                && depth == scope.depth()
                                && own.contains(index));
        return found;
    }

    private void collect(Node item, Set<Integer> own, SequencedMap<OuterReference, Node> found) {
        int index = item.integer("rtindex");
        own.add(index);
        if (item.kind().equals("RANGETBLREF")) {
            found.putAll(FreeReferences.ofPart(entry(index), scope));
            return;
        }
        collect(item.node("larg"), own, found);
        collect(item.node("rarg"), own, found);
        found.putAll(FreeReferences.ofPart(item.value("quals"), scope));
    }

    private boolean isQuery(int index) {
        int kind = entry(index).integer("rtekind");
        return kind == RangeTable.SUBQUERY || kind == RangeTable.CTE;
    }

    private Rows leaf(int index, Rows left, JoinKind kind, List<Expression> on) {
        Node entry = entry(index);
        if (entry.has("tablesample") && entry.isSet("tablesample")) {
            throw Refusals.clause("TABLESAMPLE", "Use a condition on the rows.");
        }
        if (entry.isSet("securityQuals")) {
            throw Refusals.clause("row-level security", "Query tables without policies.");
        }
        return switch (entry.integer("rtekind")) {
            case RangeTable.RELATION -> join(left, relation(index, entry), kind, on);
            case RangeTable.SUBQUERY -> query(index, entry.node("subquery"), scope, left, kind, on);
            case RangeTable.CTE -> commonTable(index, entry, left, kind, on);
            case RangeTable.VALUES -> whole(index, values(index, entry, left));
            case RangeTable.FUNCTION, RangeTable.TABLE_FUNCTION ->
                    whole(index, new FunctionItem(scope, index, entry).rows(left));
            case RangeTable.RESULT -> left;
            default ->
                    throw Refusals.query("FROM items of this kind", "Use tables and subqueries.");
        };
    }

    private Rows relation(int index, Node entry) {
        RelationTranslator.Columns columns =
                scope.context()
                        .relations()
                        .translate(
                                entry.integer("relid"),
                                attributes(index),
                                entry.flag("inh"),
                                scope.context());
        return whole(index, new Rows(columns.plan(), slots(index, columns.attributes())));
    }

    private Set<Integer> attributes(int index) {
        if (!isUsedWhole(index)) {
            return used.getOrDefault(index, Set.of());
        }
        return scope.wholeType(index).fields().stream()
                .map(SqlType.Field::attributeNumber)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private boolean isUsedWhole(int index) {
        return used.getOrDefault(index, Set.of()).contains(0);
    }

    /// With all columns of the item as one value, where the query uses it so.
    private Rows whole(int index, Rows rows) {
        if (!isUsedWhole(index)) {
            return rows;
        }
        SqlType.CompositeType type = scope.wholeType(index);
        List<Expression> fields = new ArrayList<>();
        for (SqlType.Field field : type.fields()) {
            int slot =
                    scope.slots().number(new Slots.Owner.Variable(index, field.attributeNumber()));
            fields.add(
                    Relabeling.relabel(
                            new Expression.Column(slot, rows.type(slot)),
                            field.type(),
                            scope.context().catalog()));
        }
        int slot = scope.slots().number(new Slots.Owner.Variable(index, 0));
        return rows.extend(List.of(new Expression.MakeRow(fields, type)), List.of(slot));
    }

    private List<Integer> slots(int index, List<Integer> attributes) {
        return attributes.stream()
                .map(attribute -> scope.slots().number(new Slots.Owner.Variable(index, attribute)))
                .toList();
    }

    /// A subquery or WITH query.
    private Rows query(
            int index,
            Node query,
            QueryScope definer,
            Rows left,
            JoinKind kind,
            List<Expression> on) {
        return scope.subqueries()
                .joined(
                        left,
                        new Subqueries.Nested(query, definer),
                        kind,
                        on,
                        new Subqueries.Placement(
                                output ->
                                        scope.slots()
                                                .number(
                                                        new Slots.Owner.Variable(
                                                                index, output + 1)),
                                rows -> whole(index, rows)));
    }

    private Rows commonTable(int index, Node entry, Rows left, JoinKind kind, List<Expression> on) {
        QueryScope definer = scope.at(scope.depth() - entry.integer("ctelevelsup"));
        CommonTable table = definer.commonTable(entry.text("ctename"));
        Optional<RecursionTranslator.Recursion> recursion =
                RecursionTranslator.of(table, entry, List.of(start, left), scope);
        if (recursion.isEmpty()) {
            return query(index, table.query(), definer, left, kind, on);
        }
        Plan plan = recursion.get().plan();
        List<Integer> names = new ArrayList<>(recursion.get().outside());
        names.addAll(slots(index, numbers(plan.types().size() - names.size())));
        return join(left, whole(index, new Rows(plan, names)), kind, on);
    }

    private Rows values(int index, Node entry, Rows left) {
        CatalogReader catalog = scope.context().catalog();
        List<Integer> typeOids = entry.numbers("coltypes");
        List<Integer> collations = entry.numbers("colcollations");
        List<SqlType> types = new ArrayList<>();
        for (int i = 0; i < typeOids.size(); i++) {
            Node first =
                    (Node)
                            ((NodeValue.Items) entry.items("values_lists").getFirst())
                                    .items()
                                    .get(i);
            types.add(
                    RowTypes.isUntold(typeOids.get(i))
                            ? scope.row(first)
                            : catalog.type(typeOids.get(i), collations.get(i)));
        }
        List<List<Expression>> lines = new ArrayList<>();
        for (NodeValue line : entry.items("values_lists")) {
            if (!(line instanceof NodeValue.Items(List<NodeValue> cells))) {
                throw Refusals.internal("a row of VALUES that is no list");
            }
            List<Expression> columns = new ArrayList<>();
            for (int i = 0; i < cells.size(); i++) {
                columns.add(
                        Relabeling.relabel(
                                scope.translate((Node) cells.get(i)), types.get(i), catalog));
            }
            lines.add(columns);
        }
        List<Integer> slots = slots(index, numbers(types.size()));
        if (lines.stream().flatMap(List::stream).allMatch(FromTranslator::isClosed)) {
            return left.cross(new Rows(new Plan.Values(lines, types), slots));
        }
        return projections(lines, slots, left);
    }

    /// Depends on nothing, not on a subquery either.
    private static boolean isClosed(Expression expression) {
        return Columns.of(expression).isEmpty() && !Subqueries.isIn(expression);
    }

    /// One line after the other, each as a projection of the rows so far.
    private Rows projections(List<List<Expression>> lines, List<Integer> names, Rows left) {
        List<Plan> branches = new ArrayList<>();
        List<Integer> slots = new ArrayList<>(left.slots());
        slots.addAll(names);
        for (List<Expression> line : lines) {
            Subqueries.Attachment attached = scope.subqueries().attach(left, line);
            branches.add(attached.rows().extend(attached.expressions(), names).keep(slots).plan());
        }
        return new Rows(
                branches.size() == 1 ? branches.getFirst() : new Plan.Union(branches), slots);
    }

    private static List<Integer> numbers(int count) {
        return IntStream.rangeClosed(1, count).boxed().toList();
    }
}
