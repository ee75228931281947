package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.Limit;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// From a Query node to a naive plan, stage by stage as SQL defines it: FROM, WHERE, groups, HAVING, windows, set-returning
/// functions, DISTINCT, ORDER BY with LIMIT. `PlanRewriter` makes a good plan of it.
///
/// A query that refers to others around it is computed for all values of its domain at once: those are carried along as columns
/// through all stages, groups and partitions are told apart by them too.
final class BlockTranslator {

    private final Node query;
    private final QueryScope scope;
    private final Domain domain;
    private final List<Node> targets;

    /// @param parent the scope of the query around it, or of the one that defines it
    static BlockTranslator within(Node query, QueryScope parent, Domain domain) {
        return new BlockTranslator(
                query, new QueryScope(Optional.of(parent), query, parent.context()), domain);
    }

    private BlockTranslator(Node query, QueryScope scope, Domain domain) {
        this.query = query;
        this.scope = scope;
        this.domain = domain;
        this.targets = query.nodes("targetList");
        QueryFeatures.check(query);
        query.nodes("cteList").forEach(table -> scope.define(CommonTable.of(table, scope)));
    }

    /// A query that stands on its own.
    static Unnested translateWhole(Node query, PlannerContext context) {
        return new BlockTranslator(
                        query, new QueryScope(Optional.empty(), query, context), Domain.NONE)
                .translate(false);
    }

    /// Rows that belong to an outer row if conditions hold.
    ///
    /// @param conditions and outputs: over the plan's columns, and behind them the outer references
    record Conditional(Plan plan, List<Expression> conditions, List<Expression> outputs) {}

    /// @param order over the plan's columns
    record Ordered(Unnested rows, List<SortKey> order) {}

    /// @param late whether columns may be left to be computed after the join with the outer query
    Unnested translate(boolean late) {
        Stages stages = stages(late);
        if (stages.late.isPresent()) {
            return new Unnested(
                    stages.rows.plan(), stages.matches(), List.of(), false, stages.late);
        }
        List<Integer> outputs = stages.project(List.of());
        return stages.unnested(outputs);
    }

    /// For a subquery whose order matters.
    Ordered translateOrdered() {
        Stages stages = stages(false);
        boolean limited = query.isSet("limitCount") || query.isSet("limitOffset");
        if (limited || query.isSet("distinctClause")) {
            return new Ordered(stages.unnested(stages.project(List.of())), List.of());
        }
        List<SortKey> order = stages.order();
        List<Integer> outputs = stages.project(order.stream().map(SortKey::expression).toList());
        List<SortKey> placed = new ArrayList<>();
        int first = stages.rows.slots().size() - order.size();
        for (int i = 0; i < order.size(); i++) {
            SortKey key = order.get(i);
            placed.add(
                    new SortKey(
                            new Column(first + i, key.expression().type()),
                            key.descending(),
                            key.nullsFirst()));
        }
        return new Ordered(stages.unnested(outputs), placed);
    }

    /// As conditions on pairs, where the query is no more than FROM and WHERE and refers to outer queries in WHERE only. What says
    /// how often or in which order its rows come doesn't matter then.
    Optional<Conditional> translateConditional() {
        for (String field :
                List.of(
                        "groupClause",
                        "groupingSets",
                        "havingQual",
                        "limitCount",
                        "limitOffset",
                        "setOperations",
                        "hasAggs",
                        "hasWindowFuncs",
                        "hasTargetSRFs",
                        "hasDistinctOn")) {
            if (query.isSet(field)) {
                return Optional.empty();
            }
        }
        FromTranslator from = new FromTranslator(scope, query);
        if (from.refersOutside(query.node("jointree"))) {
            return Optional.empty();
        }
        Rows rows = from.translate(query.node("jointree"), Rows.unit());
        List<Expression> outputs = visible();
        List<Expression> inner = new ArrayList<>();
        List<Expression> outer = new ArrayList<>();
        for (Expression condition : from.conditions()) {
            (isOutside(condition) ? outer : inner).add(condition);
        }
        if (outputs.stream().anyMatch(Subqueries::isIn)
                || outer.stream().anyMatch(Subqueries::isIn)) {
            return Optional.empty();
        }
        Rows filtered = scope.subqueries().filter(rows, inner);
        return Optional.of(
                new Conditional(
                        filtered.plan(),
                        outer.stream().map(condition -> beside(condition, filtered)).toList(),
                        outputs.stream().map(output -> beside(output, filtered)).toList()));
    }

    private boolean isOutside(Expression expression) {
        return scope.slots().refersTo(expression, Slots.Owner.Outer.class);
    }

    private List<Expression> visible() {
        List<Expression> expressions = new ArrayList<>();
        for (Node target : targets) {
            if (!target.flag("resjunk")) {
                Expression expression = scope.translate(target.node("expr"));
                expressions.add(
                        GroupTranslator.constantKey(scope, query, target, expression)
                                .orElse(expression));
            }
        }
        return expressions;
    }

    /// Over the rows' columns, and behind them the outer references.
    private Expression beside(Expression expression, Rows rows) {
        List<Column> outside = domain.slots(scope.slots());
        return Columns.replace(
                expression,
                column -> {
                    int place = rows.slots().indexOf(column.index());
                    return new Column(
                            place >= 0 ? place : rows.slots().size() + outside.indexOf(column),
                            column.type());
                });
    }

    private Stages stages(boolean late) {
        Stages stages = new Stages();
        if (query.isSet("setOperations")) {
            stages.rows = new SetOperationTranslator(scope, query, domain).translate();
            stages.carryDomain();
        } else {
            stages.from(late);
        }
        if (stages.late.isEmpty()) {
            stages.windows();
        }
        return stages;
    }

    /// The rows as they are after the stages so far.
    private final class Stages {

        private Rows rows = Rows.unit();

        /// By which the rows belong to outer ones; over slots.
        private final List<Correlations.Correlation> correlations = new ArrayList<>();

        private GroupTranslator.Groups groups = GroupTranslator.Groups.NONE;
        private Optional<Unnested.Late> late = Optional.empty();

        void carryDomain() {
            List<Column> slots = domain.slots(scope.slots());
            for (int i = 0; i < slots.size(); i++) {
                correlations.add(
                        new Correlations.Correlation(
                                new Column(i, slots.get(i).type()), slots.get(i).index(), true));
            }
        }

        List<Column> carried() {
            return correlations.stream()
                    .map(correlation ->
                            new Column(correlation.slot(), rows.type(correlation.slot())))
                    .toList();
        }

        List<Unnested.Match> matches() {
            return correlations.stream()
                    .map(correlation ->
                            new Unnested.Match(
                                    correlation.outer(),
                                    rows.slots().indexOf(correlation.slot()),
                                    correlation.nullsMatch()))
                    .toList();
        }

        void from(boolean lateAllowed) {
            FromTranslator from = new FromTranslator(scope, query);
            boolean grouped = GroupTranslator.isGrouped(query);
            boolean early = !domain.isEmpty() && from.refersOutside(query.node("jointree"));
            rows =
                    from.translate(
                            query.node("jointree"),
                            early ? domain.rows(scope.slots()) : Rows.unit());
            List<Expression> outputs = visible();
            GroupTranslator group = new GroupTranslator(scope, query);
            boolean single = grouped && group.hasEmptySet();
            if (early || domain.isEmpty()) {
                carryDomain();
                rows = scope.subqueries().filter(rows, from.conditions());
            } else {
                Correlations found =
                        Correlations.find(
                                scope,
                                domain,
                                from.conditions(),
                                new Correlations.Uses(
                                        evaluated(grouped ? group.expressions() : outputs),
                                        withLimits(outputs)));
                boolean separable =
                        !single || lateAllowed && found.isComplete() && canBeLate(group, outputs);
                Correlations chosen = separable ? found : Correlations.none(domain);
                rows = chosen.name(chosen.domainRows(scope).cross(rows));
                rows = scope.subqueries().filter(rows, chosen.conditions(from.conditions()));
                correlations.addAll(chosen.all(scope));
                if (single && separable) {
                    groupLate(group, outputs.getFirst());
                    return;
                }
            }
            if (grouped) {
                SetFunctionStage stage = new SetFunctionStage(scope);
                rows =
                        stage.apply(
                                rows,
                                stage.needed(group.keys(), List.of()),
                                UnaryOperator.identity());
                groups = group.group(rows, carried(), single ? domain : Domain.NONE);
                rows = scope.subqueries().filter(groups.rows(), groups.having());
            }
        }

        private List<Expression> evaluated(List<Expression> expressions) {
            List<Expression> all = new ArrayList<>(expressions);
            all.addAll(scope.setFunctions().arguments());
            return all;
        }

        private List<Expression> withLimits(List<Expression> outputs) {
            List<Expression> all = new ArrayList<>(outputs);
            all.addAll(new Limits(scope, query).computed());
            return all;
        }

        private boolean canBeLate(GroupTranslator group, List<Expression> outputs) {
            return outputs.size() == 1
                    && !Subqueries.isIn(outputs.getFirst())
                    && group.isPlainAggregate()
                    && !query.isSet("havingQual")
                    && !query.isSet("limitCount")
                    && !query.isSet("limitOffset")
                    && !query.isSet("hasWindowFuncs")
                    && !query.isSet("hasTargetSRFs");
        }

        private void groupLate(GroupTranslator group, Expression output) {
            groups = group.group(rows, carried(), Domain.NONE);
            rows = groups.rows();
            Expression present = groups.above(output);
            Expression absent = group.overNothing(output);
            late =
                    Optional.of(
                            new Unnested.Late(
                                    List.of(beside(present, rows)), List.of(beside(absent, rows))));
        }

        /// Window functions, then set-returning functions.
        void windows() {
            visible();
            List<Node> windows = query.nodes("windowClause");
            List<Expression> keys = new ArrayList<>();
            for (Node window : windows) {
                keys.addAll(scope.clauseExpressions(window.nodes("partitionClause"), targets));
                keys.addAll(scope.clauseExpressions(window.nodes("orderClause"), targets));
            }
            SetFunctionStage stage = new SetFunctionStage(scope);
            rows = stage.apply(rows, stage.needed(keys, groups.keys()), groups::above);
            windows.forEach(this::window);
            if (query.isSet("hasTargetSRFs")) {
                List<Expression> all = new ArrayList<>();
                targets.forEach(target -> all.add(scope.translate(target.node("expr"))));
                rows = stage.applyRest(rows, all, new SetFunctionStage.Before(groups, keys));
            }
        }

        private void window(Node window) {
            List<WindowTranslator.Registered> functions =
                    scope.windows().registered().stream()
                            .filter(function -> function.window() == window.integer("winref"))
                            .toList();
            if (functions.isEmpty()) {
                return;
            }
            WindowStage stage = new WindowStage(scope, targets, groups::above);
            rows = stage.apply(rows, carried(), window, functions);
        }

        /// The select list, with DISTINCT, ORDER BY and LIMIT.
        ///
        /// @param further columns behind it
        /// @return the slots of the query's columns
        List<Integer> project(List<Expression> further) {
            List<Expression> outputs = new ArrayList<>(visible());
            int width = outputs.size();
            List<SortKey> order = needsOrder() ? order() : List.of();
            List<Expression> distinctOn =
                    query.isSet("hasDistinctOn")
                            ? scope.clauseExpressions(query.nodes("distinctClause"), targets)
                            : List.of();
            boolean distinct = query.isSet("distinctClause") && distinctOn.isEmpty();
            List<Expression> all = new ArrayList<>(outputs);
            if (!distinct) {
                order.forEach(key -> all.add(key.expression()));
                all.addAll(distinctOn);
                all.addAll(further);
            }
            List<Expression> above = new ArrayList<>();
            for (Expression expression : all) {
                above.add(groups.above(expression));
            }
            Subqueries.Attachment attached = scope.subqueries().attach(rows, above);
            List<Expression> columns = new ArrayList<>(carried());
            columns.addAll(attached.expressions());
            List<Integer> names = new ArrayList<>(carriedSlots());
            for (Expression expression : attached.expressions()) {
                names.add(scope.slots().unnamed(expression.type()).index());
            }
            rows = attached.rows().project(columns, names);
            int first = correlations.size();
            List<Integer> visible = List.copyOf(names.subList(first, first + width));
            List<SortKey> placed = place(order, outputs, visible, names, first + width, distinct);
            if (distinct) {
                distinct(visible);
            }
            if (!distinctOn.isEmpty()) {
                distinctOn(distinctOn.size(), first + width + order.size(), placed);
            }
            rows = new Limits(scope, query).apply(rows, partition(), placed);
            rows = rows.keep(kept(visible, further.size(), names));
            return visible;
        }

        private List<Integer> carriedSlots() {
            return correlations.stream().map(Correlations.Correlation::slot).toList();
        }

        private List<Integer> kept(List<Integer> visible, int further, List<Integer> names) {
            List<Integer> kept = new ArrayList<>(carriedSlots());
            kept.addAll(visible);
            kept.addAll(names.subList(names.size() - further, names.size()));
            return kept;
        }

        /// The order over the projected rows.
        private List<SortKey> place(
                List<SortKey> order,
                List<Expression> outputs,
                List<Integer> visible,
                List<Integer> names,
                int first,
                boolean distinct) {
            List<SortKey> placed = new ArrayList<>();
            for (int i = 0; i < order.size(); i++) {
                SortKey key = order.get(i);
                int output = outputs.indexOf(key.expression());
                if (distinct && output < 0) {
                    throw Refusals.internal("an order by what DISTINCT doesn't select");
                }
                int slot = output >= 0 ? visible.get(output) : names.get(first + i);
                placed.add(
                        new SortKey(
                                new Column(rows.slots().indexOf(slot), key.expression().type()),
                                key.descending(),
                                key.nullsFirst()));
            }
            return placed;
        }

        private void distinct(List<Integer> visible) {
            for (int slot : visible) {
                TypeChecks.equatable(rows.type(slot), "DISTINCT", scope.context().catalog());
            }
            rows = new Rows(new Plan.Distinct(rows.plan()), rows.slots());
        }

        private void distinctOn(int count, int first, List<SortKey> order) {
            List<Expression> partition = partition();
            for (int i = 0; i < count; i++) {
                Column column = new Column(first + i, rows.plan().types().get(first + i));
                TypeChecks.equatable(column.type(), "DISTINCT ON", scope.context().catalog());
                partition.add(column);
            }
            rows =
                    new Rows(
                            new Plan.TopK(
                                    rows.plan(),
                                    partition,
                                    order,
                                    new Limit(Optional.of(1L), 0, false)),
                            rows.slots());
        }

        private List<Expression> partition() {
            List<Expression> partition = new ArrayList<>();
            carriedSlots().forEach(slot -> partition.add(rows.column(slot)));
            return partition;
        }

        private boolean needsOrder() {
            return query.isSet("hasDistinctOn") || new Limits(scope, query).exist();
        }

        List<SortKey> order() {
            return SortKeys.of(
                    query.nodes("sortClause"),
                    targets,
                    scope::translate,
                    scope.context().catalog(),
                    "LIMIT or DISTINCT ON");
        }

        Unnested unnested(List<Integer> outputs) {
            boolean exactlyOne =
                    GroupTranslator.isGrouped(query)
                            && !query.isSet("groupClause")
                            && !query.isSet("groupingSets")
                            && !query.isSet("havingQual")
                            && !query.isSet("limitCount")
                            && !query.isSet("limitOffset")
                            && !query.isSet("hasTargetSRFs");
            return new Unnested(
                    rows.plan(),
                    matches(),
                    outputs.stream().map(rows.slots()::indexOf).toList(),
                    exactlyOne,
                    Optional.empty());
        }
    }
}
