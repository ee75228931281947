package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Branch;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.FunctionInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A subquery's value as a column of the outer rows, wherever in an expression it stands.
///
/// The subquery's rows are computed for the distinct values of what it takes from the outer rows, then joined to these:
///
///     EXISTS Q        whether there is a partner
///     (Q)             the partner's column, NULL without one; two partners are an error
///     x op ANY Q      true with a partner for which `x op y` is true, else NULL with one for which it is NULL, else false
///     x op ALL Q      false with a partner for which it is false, else NULL with one for which it is NULL, else true
final class SubqueryValues {

    private static final Expression TRUE = new Constant(true, SqlType.BOOL);

    private final QueryScope scope;
    private final Rows base;

    /// @param base the outer rows before subqueries were joined to them
    SubqueryValues(QueryScope scope, Rows base) {
        this.scope = scope;
        this.base = base;
    }

    /// @param expression over the rows' slots
    record Value(Rows rows, Expression expression) {}

    /// @param arguments what the subquery takes, and its comparison where it has one
    Value of(Rows rows, Subqueries.Registered subquery, List<Expression> arguments) {
        return switch (subquery.kind()) {
            case Sublink.EXISTS -> exists(rows, subquery, arguments);
            case Sublink.EXPRESSION -> scalar(rows, subquery, arguments);
            case Sublink.ANY -> quantified(rows, subquery, arguments, true);
            case Sublink.ALL -> quantified(rows, subquery, arguments, false);
            case Sublink.ROW_COMPARISON -> rowComparison(rows, subquery, arguments);
            case Sublink.ARRAY -> array(rows, subquery, arguments);
            default -> throw Refusals.internal("a subquery of kind " + subquery.kind());
        };
    }

    private static Node query(Subqueries.Registered subquery) {
        return subquery.sublink().node("subselect");
    }

    private Unnested unnested(
            Rows rows, Subqueries.Registered subquery, List<Expression> outside, boolean late) {
        Domain domain =
                scope.subqueries().domain(sourceOf(outside, rows), subquery.references(), outside);
        return BlockTranslator.within(query(subquery), scope, domain).translate(late);
    }

    private Rows sourceOf(List<Expression> expressions, Rows rows) {
        return expressions.stream().allMatch(base::hasAll) ? base : rows;
    }

    private Value exists(Rows rows, Subqueries.Registered subquery, List<Expression> arguments) {
        Unnested inner = unnested(rows, subquery, arguments, false);
        if (inner.exactlyOne()) {
            return new Value(rows, TRUE);
        }
        return marked(
                rows,
                inner.plan(),
                inner.matches().stream().map(Unnested.Match::column).toList(),
                Subqueries.keys(inner.matches(), rows, arguments, inner.plan()));
    }

    /// Whether a row of the plan belongs to the outer row.
    ///
    /// @param columns of the plan, by which its rows belong to outer rows
    private Value marked(Rows rows, Plan plan, List<Integer> columns, List<EquiKey> keys) {
        List<Expression> kept = new ArrayList<>();
        columns.forEach(column -> kept.add(new Column(column, plan.types().get(column))));
        kept.add(TRUE);
        Plan marks = new Plan.Distinct(new Plan.Project(plan, kept));
        List<EquiKey> moved = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            moved.add(
                    new EquiKey(
                            keys.get(i).left(),
                            new Column(i, keys.get(i).right().type()),
                            keys.get(i).nullsMatch()));
        }
        Rows right = new Rows(marks, names(marks));
        int mark = right.slots().getLast();
        return new Value(
                rows.join(right, JoinKind.LEFT, moved, List.of()),
                new Expression.IsNull(new Column(mark, SqlType.BOOL), true));
    }

    private List<Integer> names(Plan plan) {
        return plan.types().stream().map(type -> scope.slots().unnamed(type).index()).toList();
    }

    private Value scalar(Rows rows, Subqueries.Registered subquery, List<Expression> arguments) {
        Unnested inner = unnested(rows, subquery, arguments, true);
        Joined joined = joinSingle(rows, inner, arguments);
        if (inner.late().isPresent()) {
            Unnested.Late late = inner.late().get();
            Column marker = joined.column(inner.matches().getFirst().column());
            return new Value(
                    joined.rows(),
                    choice(
                            new Expression.IsNull(marker, false),
                            joined.outside(late.absent().getFirst(), arguments),
                            joined.outside(late.present().getFirst(), arguments)));
        }
        return new Value(joined.rows(), joined.outputs().getFirst());
    }

    /// @param slots of the subquery's columns
    /// @param outputs what the subquery selects
    private record Joined(
            Rows rows, List<Integer> slots, List<SqlType> types, List<Expression> outputs) {

        Column column(int place) {
            return new Column(slots.get(place), types.get(place));
        }

        Expression outside(Expression expression, List<Expression> arguments) {
            return Columns.replace(
                    expression,
                    column ->
                            column.index() < slots.size()
                                    ? column(column.index())
                                    : arguments.get(column.index() - slots.size()));
        }
    }

    private Joined joinSingle(Rows rows, Unnested inner, List<Expression> arguments) {
        if (!inner.exactlyOne() && inner.late().isEmpty()) {
            return joinFirst(rows, inner, arguments);
        }
        Rows right = new Rows(inner.plan(), names(inner.plan()));
        Rows joined =
                rows.join(
                        right,
                        inner.exactlyOne() ? JoinKind.INNER : JoinKind.LEFT,
                        Subqueries.keys(inner.matches(), rows, arguments, inner.plan()),
                        List.of());
        List<SqlType> types = inner.plan().types();
        List<Expression> outputs =
                inner.outputs().stream()
                        .<Expression>map(
                                place -> new Column(right.slots().get(place), types.get(place)))
                        .toList();
        return new Joined(joined, right.slots(), types, outputs);
    }

    /// One of the subquery's rows for each outer one, and how many there are: more than one is an error where the value is used.
    private Joined joinFirst(Rows rows, Unnested inner, List<Expression> arguments) {
        List<SqlType> types = inner.plan().types();
        List<Expression> keys = new ArrayList<>();
        List<Unnested.Match> matches = new ArrayList<>();
        for (Unnested.Match match : inner.matches()) {
            matches.add(new Unnested.Match(match.outer(), keys.size(), match.nullsMatch()));
            keys.add(new Column(match.column(), types.get(match.column())));
        }
        if (keys.isEmpty()) {
            // no rows, no group
            keys.add(TRUE);
        }
        List<AggregateCall> calls = new ArrayList<>();
        for (int output : inner.outputs()) {
            calls.add(SingleRows.any(new Column(output, types.get(output))));
        }
        calls.add(SingleRows.COUNT);
        Plan first = new Plan.Aggregate(inner.plan(), keys, calls);
        Rows right = new Rows(first, names(first));
        Expression count = new Column(right.slots().getLast(), SqlType.INT8);
        List<Expression> outputs = new ArrayList<>();
        boolean single =
                hasOneAtMost(
                        inner.plan(),
                        inner.matches().stream()
                                .map(Unnested.Match::column)
                                .collect(Collectors.toSet()));
        for (int i = 0; i < inner.outputs().size(); i++) {
            int place = keys.size() + i;
            Column value = new Column(right.slots().get(place), first.types().get(place));
            outputs.add(single ? value : new Expression.OnlyOne(value, count));
        }
        return new Joined(
                rows.join(
                        right,
                        JoinKind.LEFT,
                        Subqueries.keys(matches, rows, arguments, first),
                        List.of()),
                right.slots(),
                first.types(),
                outputs);
    }

    /// Whether the plan's form shows that no two rows agree in the columns.
    private static boolean hasOneAtMost(Plan plan, Set<Integer> columns) {
        return switch (plan) {
            case Plan.TopK(Plan input, List<Expression> partition, _, Plan.Limit limit) ->
                    limit.count().orElse(Long.MAX_VALUE) <= 1
                                    && !limit.withTies()
                                    && partition.stream().allMatch(key -> isOneOf(columns, key))
                            || hasOneAtMost(input, columns);
            case Plan.Aggregate(_, List<Expression> keys, _) ->
                    IntStream.range(0, keys.size()).allMatch(columns::contains);
            case Plan.Filter(Plan input, _) -> hasOneAtMost(input, columns);
            case Plan.Project(Plan input, List<Expression> outputs) ->
                    hasOneAtMost(
                            input,
                            columns.stream()
                                    .map(outputs::get)
                                    .flatMap(output -> EquiKeys.column(output).stream().boxed())
                                    .collect(Collectors.toSet()));
            default -> false;
        };
    }

    private static boolean isOneOf(Set<Integer> columns, Expression expression) {
        return expression instanceof Column(int index, _) && columns.contains(index);
    }

    private static Expression choice(Expression condition, Expression then, Expression otherwise) {
        return new Expression.Case(
                List.of(new Branch(condition, then)), otherwise, otherwise.type());
    }

    private Value rowComparison(
            Rows rows, Subqueries.Registered subquery, List<Expression> arguments) {
        List<Expression> outside = arguments.subList(0, subquery.references().size());
        Unnested inner = unnested(rows, subquery, outside, false);
        Joined joined = joinSingle(rows, inner, outside);
        return new Value(
                joined.rows(),
                subquery.comparison(
                        arguments.getLast(), column -> joined.outputs().get(column - 1)));
    }

    /// The comparison's own values are taken from the outer rows as well: the pairs of such values and the subquery's rows tell for
    /// which of them it is true, or NULL.
    private Value quantified(
            Rows rows, Subqueries.Registered subquery, List<Expression> arguments, boolean any) {
        int references = subquery.references().size();
        List<Expression> outside = arguments.subList(0, references);
        Unnested inner = unnested(rows, subquery, outside, false);
        Expression comparison = arguments.getLast();
        List<Expression> taken = new ArrayList<>(outside);
        for (Expression operand : operands(subquery, comparison)) {
            if (!taken.contains(operand)) {
                taken.add(operand);
            }
        }
        Pairs pairs = new Pairs(rows, subquery, inner, taken, comparison);
        Expression decisive =
                any
                        ? pairs.test()
                        : new Expression.BooleanTest(pairs.test(), Optional.of(false), false);
        Value first = pairs.mark(rows, pairs.of(List.of(decisive)));
        Optional<SubqueryEquality> equality =
                any ? SubqueryEquality.of(pairs.test(), pairs.right) : Optional.empty();
        Value second =
                equality.isPresent()
                        ? pairs.unknown(first.rows(), equality.get())
                        : pairs.mark(
                                first.rows(),
                                pairs.of(List.of(new Expression.IsNull(pairs.test(), false))));
        return new Value(
                second.rows(),
                new Expression.Case(
                        List.of(
                                new Branch(first.expression(), new Constant(any, SqlType.BOOL)),
                                new Branch(second.expression(), new Constant(null, SqlType.BOOL))),
                        new Constant(!any, SqlType.BOOL),
                        SqlType.BOOL));
    }

    /// The largest parts of the comparison without the subquery's columns that have columns.
    private static List<Expression> operands(
            Subqueries.Registered subquery, Expression comparison) {
        List<Integer> own = subquery.columns().values().stream().map(Column::index).toList();
        var used = Columns.of(comparison);
        if (used.isEmpty()) {
            return List.of();
        }
        if (own.stream().noneMatch(used::get)) {
            return List.of(comparison);
        }
        List<Expression> operands = new ArrayList<>();
        for (Expression child : Columns.children(comparison)) {
            operands.addAll(operands(subquery, child));
        }
        return operands;
    }

    /// The distinct outer values beside the subquery's rows.
    private final class Pairs {

        private final List<Expression> taken;
        private final Rows left;
        private final Rows right;
        private final List<EquiKey> keys;
        private final Expression test;

        Pairs(
                Rows rows,
                Subqueries.Registered subquery,
                Unnested inner,
                List<Expression> taken,
                Expression comparison) {
            this.taken = taken;
            Rows source = sourceOf(taken, rows);
            Plan values =
                    taken.isEmpty()
                            ? Rows.unit().plan()
                            : new Plan.Distinct(
                                    new Plan.Project(source.plan(), source.place(taken)));
            taken.forEach(value ->
                    TypeChecks.equatable(
                            value.type(),
                            "a comparison with a subquery",
                            scope.context().catalog()));
            this.left = new Rows(values, names(values));
            this.right = new Rows(inner.plan(), names(inner.plan()));
            List<Expression> arguments = new ArrayList<>();
            for (int i = 0; i < subquery.references().size(); i++) {
                arguments.add(new Column(left.slots().get(i), taken.get(i).type()));
            }
            this.keys = Subqueries.keys(inner.matches(), left, arguments, inner.plan());
            Expression own =
                    Columns.rewrite(
                            comparison,
                            node -> {
                                int place = taken.indexOf(node);
                                return place < 0
                                        ? Optional.empty()
                                        : Optional.of(
                                                new Column(left.slots().get(place), node.type()));
                            });
            this.test =
                    subquery.comparison(
                            own,
                            column -> {
                                int place = inner.outputs().get(column - 1);
                                return new Column(
                                        right.slots().get(place), inner.plan().types().get(place));
                            });
        }

        Expression test() {
            return test;
        }

        /// The values that have a partner under the conditions.
        Plan of(List<Expression> conditions) {
            return left.join(right, JoinKind.SEMI, keys, conditions).plan();
        }

        /// x = y is NULL for some y: x is NULL and there is a y, or a y is NULL.
        Value unknown(Rows rows, SubqueryEquality equality) {
            Plan nullOuter = of(List.of(new Expression.IsNull(equality.outer(), false)));
            Rows nulls = right.filter(List.of(new Expression.IsNull(equality.inner(), false)));
            Plan nullInner = left.join(nulls, JoinKind.SEMI, keys, List.of()).plan();
            return mark(rows, new Plan.Union(List.of(nullOuter, nullInner)));
        }

        /// Whether the outer row's values are among the plan's.
        Value mark(Rows rows, Plan values) {
            List<Integer> columns = new ArrayList<>();
            List<EquiKey> matched = new ArrayList<>();
            for (int i = 0; i < taken.size(); i++) {
                columns.add(i);
                matched.add(
                        new EquiKey(
                                rows.place(taken.get(i)),
                                new Column(i, taken.get(i).type()),
                                true));
            }
            return marked(rows, values, columns, matched);
        }
    }

    /// `ARRAY(Q)`: the rows in Q's order, an empty array without one.
    private Value array(Rows rows, Subqueries.Registered subquery, List<Expression> arguments) {
        BlockTranslator block =
                BlockTranslator.within(
                        query(subquery),
                        scope,
                        scope.subqueries()
                                .domain(
                                        sourceOf(arguments, rows),
                                        subquery.references(),
                                        arguments));
        BlockTranslator.Ordered inner = block.translateOrdered();
        CatalogReader catalog = scope.context().catalog();
        int output = inner.rows().outputs().getFirst();
        Plan plan = inner.rows().plan();
        Column element = new Column(output, plan.types().get(output));
        NodeTypes column = NodeTypes.of(NodeTypes.firstColumn(query(subquery)));
        SqlType type = catalog.type(catalog.arrayType(column.typeOid()), column.collationOid());
        FunctionInfo function = catalog.arrayAggregate(element.type().oid());
        AggregateCall call =
                new AggregateCall(
                        new AggregateFunction(
                                AggregateFunction.Kind.OTHER,
                                function.oid(),
                                function.name(),
                                Collation.NONE),
                        List.of(element),
                        new AggregateCall.Clauses(
                                Optional.empty(), false, inner.order(), List.of()),
                        type);
        if (!call.isSupported()) {
            throw Refusals.query("ARRAY subqueries", "Write it as a join with a subquery in FROM.");
        }
        List<Expression> keys = new ArrayList<>();
        List<Unnested.Match> matches = new ArrayList<>();
        for (Unnested.Match match : inner.rows().matches()) {
            matches.add(new Unnested.Match(match.outer(), keys.size(), match.nullsMatch()));
            keys.add(new Column(match.column(), plan.types().get(match.column())));
        }
        Unnested grouped =
                new Unnested(
                        new Plan.Aggregate(plan, keys, List.of(call)),
                        matches,
                        List.of(keys.size()),
                        keys.isEmpty(),
                        Optional.empty());
        Plan aggregate = grouped.plan();
        Rows right = new Rows(aggregate, names(aggregate));
        Rows joined =
                rows.join(
                        right,
                        grouped.exactlyOne() ? JoinKind.INNER : JoinKind.LEFT,
                        Subqueries.keys(matches, rows, arguments, aggregate),
                        List.of());
        return new Value(
                joined,
                new Expression.Coalesce(
                        List.of(
                                new Column(right.slots().getLast(), type),
                                new Constant(
                                        EmptyArrays.of(type, elementOid(type, element)), type)),
                        type));
    }

    /// Of arrays it is an array of more dimensions.
    private static int elementOid(SqlType array, Column element) {
        return array instanceof SqlType.ArrayType(_, int elementOid, _)
                ? elementOid
                : element.type().oid();
    }
}
