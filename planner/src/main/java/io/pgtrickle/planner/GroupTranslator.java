package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/// GROUP BY with its aggregates: a union of as many groupings as there are grouping sets.
///
/// A column that is neither grouped nor aggregated is one that depends on the keys, since they hold the primary key of its table;
/// PostgreSQL has checked that. It becomes a further key, which splits no group.
final class GroupTranslator {

    private final QueryScope scope;
    private final Node query;
    private final List<Node> targets;
    private final List<Node> clauses;
    private final List<Expression> keys = new ArrayList<>();
    private final List<Set<Integer>> sets;
    private final List<Expression> having;
    private final List<Expression> outputs = new ArrayList<>();

    GroupTranslator(QueryScope scope, Node query) {
        this.scope = scope;
        this.query = query;
        this.targets = query.nodes("targetList");
        this.clauses = query.nodes("groupClause");
        if (!isGrouped(query)) {
            this.sets = List.of();
            this.having = List.of();
            return;
        }
        for (Node clause : clauses) {
            Expression key =
                    scope.translate(
                            QueryScope.clauseTarget(targets, clause.integer("tleSortGroupRef")));
            TypeChecks.equatable(key.type(), "GROUP BY", catalog());
            if (catalog().equalityOfOperator(clause.integer("eqop")).isEmpty()) {
                throw Refusals.clause(
                        "GROUP BY under another equality than the type's own", "Leave out USING.");
            }
            keys.add(key);
        }
        this.sets = GroupingSets.of(query, clauses);
        this.having =
                query.optionalNode("havingQual")
                        .map(condition -> Conjuncts.split(scope.translate(condition)))
                        .orElse(List.of());
        for (Node target : targets) {
            if (!target.flag("resjunk") || target.isSet("ressortgroupref")) {
                outputs.add(scope.translate(target.node("expr")));
            }
        }
        // their aggregates and keys have to be known before the groups are made
        for (WindowTranslator.Registered function : scope.windows().registered()) {
            outputs.addAll(WindowStage.expressions(scope, targets, query, function));
        }
    }

    static boolean isGrouped(Node query) {
        return query.flag("hasAggs")
                || query.isSet("groupClause")
                || query.isSet("groupingSets")
                || query.isSet("havingQual");
    }

    /// A constant in the select list is a grouping set's key only where it is that very entry; another one that equals it stays
    /// what it is.
    static Optional<Expression> constantKey(
            QueryScope scope, Node query, Node target, Expression expression) {
        int reference = target.integer("ressortgroupref");
        boolean key =
                reference != 0
                        && query.isSet("groupingSets")
                        && expression instanceof Constant
                        && query.nodes("groupClause").stream()
                                .anyMatch(clause -> clause.integer("tleSortGroupRef") == reference);
        return key
                ? Optional.of(
                        scope.slots().of(new Slots.Owner.ConstantKey(reference), expression.type()))
                : Optional.empty();
    }

    private CatalogReader catalog() {
        return scope.context().catalog();
    }

    List<Expression> keys() {
        return List.copyOf(keys);
    }

    /// Whether there is a group also where there are no rows.
    boolean hasEmptySet() {
        return sets.stream().anyMatch(Set::isEmpty);
    }

    /// Whether it has aggregates over all rows and no more.
    boolean isPlainAggregate() {
        return keys.isEmpty()
                && sets.size() == 1
                && scope.aggregates().calls().stream()
                        .allMatch(call -> call.kind() != Kind.OTHER || isNullOverNothing(call));
    }

    private static boolean isNullOverNothing(AggregateCall call) {
        return call.function().oid() < 16_384
                && call.clauses().direct().isEmpty()
                && !call.function().name().startsWith(AskedAggregate.ROWS)
                && !call.function().name().equals("regr_count");
    }

    /// What is evaluated for each row: keys, and what aggregates are over.
    List<Expression> expressions() {
        List<Expression> expressions = new ArrayList<>(keys);
        scope.aggregates().calls().forEach(call -> call.expressions().forEach(expressions::add));
        return expressions;
    }

    /// What groups are, and how expressions refer to them.
    ///
    /// @param having over the groups' slots
    record Groups(Rows rows, List<Expression> having, List<Expression> keys, List<Column> columns) {

        /// No GROUP BY.
        static final Groups NONE = new Groups(Rows.unit(), List.of(), List.of(), List.of());

        /// The expression over the groups: what equals a key becomes the key's column.
        Expression above(Expression expression) {
            return keys.isEmpty()
                    ? expression
                    : Columns.rewrite(
                            expression,
                            node -> {
                                int key = node instanceof Constant ? -1 : keys.indexOf(node);
                                return key < 0 ? Optional.empty() : Optional.of(columns.get(key));
                            });
        }
    }

    /// @param carried by which the rows belong to outer ones
    /// @param domain whose every value has a group, also without rows
    Groups group(Rows rows, List<Column> carried, Domain domain) {
        List<Expression> all = new ArrayList<>();
        List<AggregateCall> calls = scope.aggregates().calls();
        List<Expression> groupKeys = new ArrayList<>(keys);
        groupKeys.addAll(dependents());
        all.addAll(groupKeys);
        calls.forEach(call -> call.expressions().forEach(all::add));
        Subqueries.Attachment attached = scope.subqueries().attach(rows, all);
        List<Expression> resolved = attached.expressions();
        List<Expression> placedKeys = resolved.subList(0, groupKeys.size());
        Resolution resolution = new Resolution(all, resolved);
        List<AggregateCall> resolvedCalls =
                calls.stream().map(call -> call.map(resolution::of)).toList();
        List<Column> columns =
                IntStream.range(0, groupKeys.size())
                        .mapToObj(key -> keySlot(key, groupKeys.get(key)))
                        .toList();
        Layout layout = new Layout(carried, placedKeys, columns, resolvedCalls, calls, groupings());
        List<Plan> branches = new ArrayList<>();
        for (Set<Integer> set : sets) {
            branches.add(branch(attached.rows(), layout, set, domain));
        }
        Plan plan = branches.size() == 1 ? branches.getFirst() : new Plan.Union(branches);
        Groups groups =
                new Groups(
                        new Rows(plan, layout.slots(scope.slots())), List.of(), groupKeys, columns);
        return new Groups(
                groups.rows(),
                having.stream().map(groups::above).toList(),
                groups.keys(),
                groups.columns());
    }

    private Column keySlot(int number, Expression key) {
        return key instanceof Constant && query.isSet("groupingSets")
                ? scope.slots()
                        .of(
                                new Slots.Owner.ConstantKey(
                                        clauses.get(number).integer("tleSortGroupRef")),
                                key.type())
                : scope.slots().unnamed(key.type());
    }

    private record Resolution(List<Expression> before, List<Expression> after) {
        Expression of(Expression expression) {
            return after.get(before.indexOf(expression));
        }
    }

    /// The columns of the grouped rows: what is carried, the keys, the aggregates, GROUPING.
    ///
    /// @param keys over the rows' slots
    /// @param named the aggregates as expressions refer to them
    private record Layout(
            List<Column> carried,
            List<Expression> keys,
            List<Column> columns,
            List<AggregateCall> calls,
            List<AggregateCall> named,
            List<List<Integer>> groupings) {

        List<Integer> slots(Slots slots) {
            List<Integer> all = new ArrayList<>();
            carried.forEach(column -> all.add(column.index()));
            columns.forEach(column -> all.add(column.index()));
            named.forEach(call -> all.add(slots.number(new Slots.Owner.Aggregate(call))));
            groupings.forEach(
                    references -> all.add(slots.number(new Slots.Owner.Grouping(references))));
            return all;
        }
    }

    /// One grouping set.
    ///
    /// @param set sort group references
    private Plan branch(Rows rows, Layout layout, Set<Integer> set, Domain domain) {
        List<Integer> present = new ArrayList<>();
        for (int i = 0; i < layout.keys().size(); i++) {
            if (i >= keys.size() || isIn(set, i)) {
                present.add(i);
            }
        }
        boolean single = present.isEmpty();
        Rows input = rows;
        List<AggregateCall> calls = layout.calls();
        if (single && !domain.isEmpty()) {
            Column counted = scope.slots().unnamed(SqlType.BOOL);
            input = withDomain(rows, layout, domain, counted);
            calls = calls.stream().map(call -> filtered(call, counted)).toList();
        }
        Rows source = input;
        List<Expression> groupKeys = new ArrayList<>(source.place(layout.carried()));
        present.forEach(key -> groupKeys.add(source.place(layout.keys().get(key))));
        Plan aggregate =
                new Plan.Aggregate(
                        source.plan(),
                        groupKeys,
                        calls.stream().map(call -> call.map(source::place)).toList());
        return arranged(aggregate, layout, present, set);
    }

    private boolean isIn(Set<Integer> set, int key) {
        return set.contains(clauses.get(key).integer("tleSortGroupRef"));
    }

    /// Brings a grouping set's columns to the layout of all: NULL for the keys that it hasn't.
    private Plan arranged(Plan aggregate, Layout layout, List<Integer> present, Set<Integer> set) {
        if (sets.size() == 1 && layout.groupings().isEmpty()) {
            return aggregate;
        }
        List<SqlType> types = aggregate.types();
        List<Expression> columns = new ArrayList<>();
        int carried = layout.carried().size();
        for (int i = 0; i < carried; i++) {
            columns.add(new Column(i, types.get(i)));
        }
        for (int i = 0; i < layout.keys().size(); i++) {
            int place = present.indexOf(i);
            columns.add(
                    place < 0
                            ? new Constant(null, layout.keys().get(i).type())
                            : new Column(carried + place, layout.keys().get(i).type()));
        }
        for (int i = carried + present.size(); i < types.size(); i++) {
            columns.add(new Column(i, types.get(i)));
        }
        for (List<Integer> references : layout.groupings()) {
            long bits = 0;
            for (int reference : references) {
                bits = bits * 2 + (set.contains(reference) ? 0 : 1);
            }
            columns.add(new Constant(bits, SqlType.INT4));
        }
        return new Plan.Project(aggregate, columns);
    }

    /// A row more for each value of the domain, which no aggregate counts: so the value has a group.
    private Rows withDomain(Rows rows, Layout layout, Domain domain, Column counted) {
        Set<Integer> needed = new TreeSet<>();
        layout.carried().forEach(column -> needed.add(column.index()));
        layout.calls()
                .forEach(call ->
                        call.expressions()
                                .forEach(expression ->
                                        Columns.of(expression).stream().forEach(needed::add)));
        Rows values = domain.rows(scope.slots());
        List<Expression> present = new ArrayList<>();
        List<Expression> absent = new ArrayList<>();
        List<Integer> slots = new ArrayList<>(needed);
        for (int slot : needed) {
            Column column = new Column(slot, rows.type(slot));
            present.add(column);
            absent.add(values.has(slot) ? column : new Constant(null, column.type()));
        }
        present.add(new Constant(true, SqlType.BOOL));
        absent.add(new Constant(false, SqlType.BOOL));
        slots.add(counted.index());
        return new Rows(
                new Plan.Union(
                        List.of(
                                rows.project(present, slots).plan(),
                                values.project(absent, slots).plan())),
                slots);
    }

    private static AggregateCall filtered(AggregateCall call, Column counted) {
        AggregateCall.Clauses clauses = call.clauses();
        Expression filter =
                clauses.filter()
                        .<Expression>map(own -> new Expression.And(List.of(counted, own)))
                        .orElse(counted);
        return new AggregateCall(
                call.function(),
                call.arguments(),
                new AggregateCall.Clauses(
                        Optional.of(filter), clauses.distinct(), clauses.order(), clauses.direct()),
                call.type());
    }

    /// The aggregates of an expression over no rows.
    Expression overNothing(Expression expression) {
        return ConstantFolding.fold(
                Columns.rewrite(
                        expression,
                        node -> {
                            for (AggregateCall call : scope.aggregates().calls()) {
                                if (node.equals(
                                        scope.slots()
                                                .of(
                                                        new Slots.Owner.Aggregate(call),
                                                        call.type()))) {
                                    return Optional.of(
                                            new Constant(
                                                    call.kind() == Kind.COUNT ? 0L : null,
                                                    call.type()));
                                }
                            }
                            return Optional.empty();
                        }));
    }

    private List<List<Integer>> groupings() {
        return scope.slots().groupings();
    }

    /// Columns that the query uses above the groups though they aren't keys.
    private List<Column> dependents() {
        Set<Column> dependents = new LinkedHashSet<>();
        List<Expression> above = new ArrayList<>(outputs);
        above.addAll(having);
        above.forEach(expression -> collect(expression, dependents));
        dependents.forEach(column ->
                TypeChecks.equatable(
                        column.type(), "a column that depends on GROUP BY", catalog()));
        return List.copyOf(dependents);
    }

    private void collect(Expression expression, Set<Column> dependents) {
        if (keys.contains(expression)) {
            return;
        }
        if (expression instanceof Column column) {
            if (scope.slots().isVariable(column.index())) {
                dependents.add(column);
            }
            scope.setFunctions()
                    .of(column)
                    .ifPresent(function ->
                            function.function()
                                    .arguments()
                                    .forEach(argument -> collect(argument, dependents)));
            return;
        }
        Columns.children(expression).forEach(child -> collect(child, dependents));
    }
}
