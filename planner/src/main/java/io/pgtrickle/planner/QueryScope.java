package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What names mean within one SELECT, and what its expressions refer to. Everything becomes a slot.
final class QueryScope implements ExpressionTranslator.Scope {

    private final Optional<QueryScope> parent;
    private final int depth;
    private final Node query;
    private final List<Node> rangeTable;
    private final PlannerContext context;
    private final Map<String, CommonTable> commonTables = new HashMap<>();
    private final Slots slots = new Slots();
    private final ExpressionTranslator expressions;
    private final AggregateTranslator aggregates;
    private final WindowTranslator windows;
    private final Subqueries subqueries;
    private final SetFunctionTranslator setFunctions;

    QueryScope(Optional<QueryScope> parent, Node query, PlannerContext context) {
        this.parent = parent;
        this.depth = parent.map(scope -> scope.depth + 1).orElse(0);
        this.query = query;
        this.rangeTable = query.nodes("rtable");
        this.context = context;
        this.expressions = new ExpressionTranslator(context.catalog(), context.support(), this);
        this.aggregates = new AggregateTranslator(context.catalog(), expressions, slots);
        this.windows = new WindowTranslator(context.catalog(), expressions, slots);
        this.subqueries = new Subqueries(this);
        this.setFunctions = new SetFunctionTranslator(context.catalog(), expressions, slots);
    }

    int depth() {
        return depth;
    }

    PlannerContext context() {
        return context;
    }

    Slots slots() {
        return slots;
    }

    List<Node> rangeTable() {
        return rangeTable;
    }

    AggregateTranslator aggregates() {
        return aggregates;
    }

    WindowTranslator windows() {
        return windows;
    }

    Subqueries subqueries() {
        return subqueries;
    }

    SetFunctionTranslator setFunctions() {
        return setFunctions;
    }

    Expression translate(Node node) {
        return expressions.translate(node);
    }

    /// This query, or the one around it, of that depth.
    QueryScope at(int wanted) {
        return depth == wanted
                ? this
                : parent.orElseThrow(
                                () -> Refusals.internal("a reference to a query that isn't there"))
                        .at(wanted);
    }

    void define(CommonTable table) {
        commonTables.put(table.name(), table);
    }

    boolean defines(String name) {
        return commonTables.containsKey(name);
    }

    CommonTable commonTable(String name) {
        CommonTable table = commonTables.get(name);
        if (table == null) {
            throw Refusals.internal("WITH query \"" + name + "\" isn't there");
        }
        return table;
    }

    @Override
    public Expression column(Node variable) {
        int up = variable.integer("varlevelsup");
        int index = variable.integer("varno");
        int attribute = (short) variable.integer("varattno");
        if (up > 0) {
            return slots.of(
                    new Slots.Owner.Outer(
                            new OuterReference.Variable(depth - up, index, attribute)),
                    type(variable));
        }
        Node entry = rangeTable.get(index - 1);
        if (attribute == 0) {
            return whole(index, entry);
        }
        if (attribute < 0) {
            throw Refusals.query(
                    "system columns, as " + RangeTable.systemColumn(attribute) + ",",
                    "Use the table's own columns.");
        }
        return switch (entry.integer("rtekind")) {
            case RangeTable.JOIN -> alias(entry, "joinaliasvars", attribute);
            case RangeTable.GROUP -> alias(entry, "groupexprs", attribute);
            default -> slots.of(new Slots.Owner.Variable(index, attribute), type(variable));
        };
    }

    private SqlType type(Node variable) {
        return expressions.type(variable, "vartype", "varcollid");
    }

    /// All columns of a FROM item as one value. Of a join it is made here, of all else where its rows come from, so that an outer
    /// join makes it NULL.
    private Expression whole(int index, Node entry) {
        SqlType.CompositeType type = wholeType(index);
        if (entry.integer("rtekind") != RangeTable.JOIN) {
            return slots.of(new Slots.Owner.Variable(index, 0), type);
        }
        List<Expression> columns = new ArrayList<>();
        for (int i = 1; i <= type.fields().size(); i++) {
            columns.add(alias(entry, "joinaliasvars", i));
        }
        return new Expression.MakeRow(columns, type);
    }

    SqlType.CompositeType wholeType(int index) {
        return new RowTypes(context.catalog()).ofWhole(index, queries());
    }

    @Override
    public SqlType row(Node expression) {
        return new RowTypes(context.catalog()).of(expression, queries());
    }

    /// The type of a subquery's expression.
    SqlType typeWithin(Node subquery, Node expression) {
        List<Node> inside = queries();
        inside.add(subquery);
        return new RowTypes(context.catalog()).of(expression, inside);
    }

    private List<Node> queries() {
        List<Node> queries = parent.map(QueryScope::queries).orElseGet(ArrayList::new);
        queries.add(query);
        return queries;
    }

    /// What a column of a join or of GROUP BY stands for.
    private Expression alias(Node entry, String list, int attribute) {
        if (entry.items(list).get(attribute - 1) instanceof Node meant) {
            return expressions.translate(meant);
        }
        throw Refusals.internal("a column of a join that stands for nothing");
    }

    /// What a query within this one refers to, as this one's expression.
    Expression argument(OuterReference reference, Node at) {
        if (reference instanceof OuterReference.Image(OuterReference value)) {
            return ConstantFolding.fold(new Expression.Image(argument(value, at)));
        }
        if (reference.depth() < depth) {
            return slots.of(new Slots.Owner.Outer(reference), type(reference, at));
        }
        return switch (reference) {
            case OuterReference.Variable _ ->
                    column(OuterLevels.lower(at, at.integer("varlevelsup")));
            case OuterReference.Aggregate(_, Node aggref) -> expressions.translate(aggref);
            case OuterReference.Image _ -> throw Refusals.internal("an image of an image");
        };
    }

    /// @param at a node that refers so
    SqlType type(OuterReference reference, Node at) {
        NodeTypes type = NodeTypes.of(at);
        return RowTypes.isUntold(type.typeOid())
                        && reference instanceof OuterReference.Variable variable
                ? at(variable.depth()).row(OuterLevels.lower(at, at.integer("varlevelsup")))
                : context.catalog().type(type.typeOid(), type.collationOid());
    }

    @Override
    public Expression aggregate(Node aggref) {
        int up = aggref.integer("agglevelsup");
        if (up == 0) {
            return aggregates.translate(aggref);
        }
        return slots.of(
                new Slots.Owner.Outer(
                        new OuterReference.Aggregate(depth - up, OuterLevels.lower(aggref, up))),
                context.catalog().type(aggref.integer("aggtype"), aggref.integer("aggcollid")));
    }

    @Override
    public Expression subquery(Node sublink) {
        return subqueries.register(sublink);
    }

    @Override
    public Expression window(Node windowFunction) {
        return windows.register(windowFunction);
    }

    @Override
    public Expression grouping(Node groupingFunction) {
        return slots.of(new Slots.Owner.Grouping(groupingFunction.numbers("refs")), SqlType.INT4);
    }

    @Override
    public Expression setFunction(Node call) {
        return setFunctions.register(call);
    }

    /// A column of the subquery whose comparison is being translated.
    @Override
    public Expression parameter(Node parameter) {
        return subqueries.parameter(parameter);
    }

    /// The expressions of the target entries that sort or group clauses name.
    static Node clauseTarget(List<Node> targets, int reference) {
        return clauseTargetEntry(targets, reference).node("expr");
    }

    static Node clauseTargetEntry(List<Node> targets, int reference) {
        return targets.stream()
                .filter(candidate -> candidate.integer("ressortgroupref") == reference)
                .findFirst()
                .orElseThrow(() -> Refusals.internal("a sort or group item without expression"));
    }

    List<Expression> clauseExpressions(List<Node> clauses, List<Node> targets) {
        List<Expression> translated = new ArrayList<>();
        for (Node clause : clauses) {
            translated.add(translate(clauseTarget(targets, clause.integer("tleSortGroupRef"))));
        }
        return translated;
    }
}
