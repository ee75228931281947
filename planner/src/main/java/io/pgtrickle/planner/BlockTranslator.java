package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.postgres.ColumnInfo;
import io.pgtrickle.postgres.TableInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// From a Query node to a `SelectBlock`: resolves variables to slots, subqueries in FROM to blocks of their own.
final class BlockTranslator {

    private final CatalogReader catalog;
    private final FunctionSupport support;
    private final TableChecks tables;

    BlockTranslator(CatalogReader catalog, FunctionSupport support, int majorVersion) {
        this.catalog = catalog;
        this.support = support;
        this.tables = new TableChecks(catalog, majorVersion);
    }

    SelectBlock translate(Node query) {
        QueryFeatures.check(query);
        List<Node> rangeTable = query.nodes("rtable");
        FromItems from = FromItems.of(query);
        Map<Integer, Integer> bases = new HashMap<>();
        List<SelectBlock.Leaf> leaves = new ArrayList<>();
        int slots = 0;
        for (int index : from.rangeTableIndexes()) {
            SelectBlock.Leaf leaf = leaf(rangeTable.get(index - 1));
            bases.put(index, slots);
            leaves.add(leaf);
            slots += leaf.width();
        }
        BlockScope scope = new BlockScope(rangeTable, bases, leaves, slots);
        List<Expression> conjuncts = new ArrayList<>();
        from.conditions()
                .forEach(condition -> flatten(scope.expressions.translate(condition), conjuncts));
        List<Node> targets = query.nodes("targetList");
        Optional<SelectBlock.Grouping> grouping = Optional.empty();
        List<Expression> outputs =
                targets.stream()
                        .filter(target -> !target.flag("resjunk"))
                        .map(target -> scope.expressions.translate(target.node("expr")))
                        .toList();
        if (query.flag("hasAggs") || query.isSet("groupClause") || query.isSet("havingQual")) {
            GroupTranslator groups = new GroupTranslator(catalog, scope.aggregates, leaves);
            List<Expression> having = new ArrayList<>();
            query.optionalNode("havingQual")
                    .ifPresent(
                            condition -> flatten(scope.expressions.translate(condition), having));
            List<Expression> keys = keys(query, targets, scope);
            grouping = Optional.of(groups.grouping(keys, having, outputs));
            outputs = groups.aboveGroups(outputs, grouping.get().keys());
        }
        return new SelectBlock(leaves, conjuncts, grouping, outputs);
    }

    private List<Expression> keys(Node query, List<Node> targets, BlockScope scope) {
        List<Expression> keys = new ArrayList<>();
        for (Node clause : query.nodes("groupClause")) {
            int reference = clause.integer("tleSortGroupRef");
            Node target =
                    targets.stream()
                            .filter(candidate -> candidate.integer("ressortgroupref") == reference)
                            .findFirst()
                            .orElseThrow(
                                    () -> Refusals.internal("a GROUP BY item without expression"));
            Expression key = scope.expressions.translate(target.node("expr"));
            TypeChecks.equatable(key.type(), "GROUP BY", catalog);
            if (catalog.equalityOfOperator(clause.integer("eqop")).isEmpty()) {
                throw Refusals.clause(
                        "GROUP BY under another equality than the type's own", "Leave out USING.");
            }
            if (!keys.contains(key)) {
                keys.add(key);
            }
        }
        return keys;
    }

    /// The terms of an AND one by one, without those that are always true.
    private static void flatten(Expression condition, List<Expression> conjuncts) {
        switch (condition) {
            case Expression.And(List<Expression> terms) ->
                    terms.forEach(term -> flatten(term, conjuncts));
            case Expression.Constant(Object value, _) when Boolean.TRUE.equals(value) -> {}
            default -> conjuncts.add(condition);
        }
    }

    private SelectBlock.Leaf leaf(Node entry) {
        if (entry.isSet("tablesample")) {
            throw Refusals.clause("TABLESAMPLE", "Use a condition on the rows.");
        }
        if (entry.isSet("lateral")) {
            throw Refusals.query("LATERAL subqueries", "Write them as joins.");
        }
        if (entry.isSet("securityQuals")) {
            throw Refusals.clause("row-level security", "Query tables without policies.");
        }
        return switch (entry.integer("rtekind")) {
            case RangeTable.RELATION -> table(entry);
            case RangeTable.SUBQUERY ->
                    new SelectBlock.Leaf.Nested(translate(entry.node("subquery")));
            case RangeTable.FUNCTION ->
                    throw Refusals.query("functions in FROM", "Keep their rows in a table.");
            case RangeTable.TABLE_FUNCTION ->
                    throw Refusals.query("XMLTABLE and JSON_TABLE", "Keep their rows in a table.");
            case RangeTable.VALUES ->
                    throw Refusals.query("VALUES lists", "Keep the rows in a table.");
            case RangeTable.CTE ->
                    throw Refusals.query("WITH queries", "Write them as subqueries in FROM.");
            default ->
                    throw Refusals.query("FROM items of this kind", "Use tables and subqueries.");
        };
    }

    private SelectBlock.Leaf table(Node entry) {
        TableInfo table = catalog.table(entry.integer("relid"));
        tables.check(table, entry.flag("inh"));
        int width =
                table.columns().stream()
                        .mapToInt(ColumnInfo::attributeNumber)
                        .max()
                        .orElseThrow(() ->
                                Refusals.source(
                                        "table " + TableChecks.name(table) + " has no columns",
                                        "Query a table that has some."));
        return new SelectBlock.Leaf.Table(table, width);
    }

    /// What names mean within one SELECT.
    private final class BlockScope implements ExpressionTranslator.Scope {

        private final List<Node> rangeTable;
        private final Map<Integer, Integer> bases;
        private final List<SelectBlock.Leaf> leaves;
        private final List<Integer> order;
        private final ExpressionTranslator expressions =
                new ExpressionTranslator(catalog, support, this);
        private final AggregateTranslator aggregates;

        BlockScope(
                List<Node> rangeTable,
                Map<Integer, Integer> bases,
                List<SelectBlock.Leaf> leaves,
                int slots) {
            this.rangeTable = rangeTable;
            this.bases = bases;
            this.leaves = leaves;
            this.order =
                    bases.entrySet().stream()
                            .sorted(Map.Entry.comparingByValue())
                            .map(Map.Entry::getKey)
                            .toList();
            this.aggregates = new AggregateTranslator(catalog, expressions, slots);
        }

        @Override
        public Expression column(Node variable) {
            if (variable.integer("varlevelsup") != 0) {
                throw Refusals.query(
                        "references to an outer query", "Write the subquery as a join.");
            }
            int index = variable.integer("varno");
            int attribute = (short) variable.integer("varattno");
            Node entry = rangeTable.get(index - 1);
            if (attribute == 0) {
                throw Refusals.query("references to whole rows", "Name the columns one by one.");
            }
            if (attribute < 0) {
                throw Refusals.query(
                        "system columns, as " + RangeTable.systemColumn(attribute) + ",",
                        "Use the table's own columns.");
            }
            return switch (entry.integer("rtekind")) {
                case RangeTable.JOIN -> alias(entry, "joinaliasvars", attribute);
                case RangeTable.GROUP -> alias(entry, "groupexprs", attribute);
                default -> slot(index, attribute, variable);
            };
        }

        /// What a column of a join or of GROUP BY stands for.
        private Expression alias(Node entry, String list, int attribute) {
            if (entry.items(list).get(attribute - 1) instanceof Node meant) {
                return expressions.translate(meant);
            }
            throw Refusals.internal("a column of a join that stands for nothing");
        }

        private Expression slot(int index, int attribute, Node variable) {
            Integer base = bases.get(index);
            if (base == null) {
                throw Refusals.internal("a column of a relation that FROM doesn't name");
            }
            SelectBlock.Leaf leaf = leaves.get(order.indexOf(index));
            if (leaf instanceof SelectBlock.Leaf.Nested(SelectBlock block)) {
                return new Expression.Column(
                        base + attribute - 1, block.outputs().get(attribute - 1).type());
            }
            if (leaf instanceof SelectBlock.Leaf.Table(TableInfo table, _)) {
                tables.checkColumn(table, attribute);
            }
            SqlType type = catalog.type(variable.integer("vartype"), variable.integer("varcollid"));
            return new Expression.Column(base + attribute - 1, type);
        }

        @Override
        public Expression aggregate(Node aggref) {
            return aggregates.translate(aggref);
        }
    }
}
