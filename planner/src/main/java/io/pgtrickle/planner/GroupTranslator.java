package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.postgres.TableInfo;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Puts the expressions of SELECT and HAVING above the groups: what equals a key becomes the key's column.
///
/// A column that is neither grouped nor aggregated is one that depends on the keys, since they hold the primary key of its table;
/// PostgreSQL has checked that, and it is checked again here. It becomes a further key, which splits no group.
final class GroupTranslator {

    private final CatalogReader catalog;
    private final AggregateTranslator aggregates;
    private final List<SelectBlock.Leaf> leaves;

    GroupTranslator(
            CatalogReader catalog, AggregateTranslator aggregates, List<SelectBlock.Leaf> leaves) {
        this.catalog = catalog;
        this.aggregates = aggregates;
        this.leaves = leaves;
    }

    /// @param declared of GROUP BY
    /// @param having and outputs: over the slots and the aggregates' columns past them
    SelectBlock.Grouping grouping(
            List<Expression> declared, List<Expression> having, List<Expression> outputs) {
        List<Expression> keys = new ArrayList<>(declared);
        List<Expression> above = new ArrayList<>(outputs);
        above.addAll(having);
        for (Column dependent : dependents(above, declared)) {
            checkDependence(dependent, declared);
            TypeChecks.equatable(dependent.type(), "a column that depends on GROUP BY", catalog);
            keys.add(dependent);
        }
        return new SelectBlock.Grouping(
                keys, declared.size(), aggregates.calls(), aboveGroups(having, keys));
    }

    /// The expressions over the columns of the groups: the keys, then the aggregates.
    List<Expression> aboveGroups(List<Expression> expressions, List<Expression> keys) {
        return expressions.stream()
                .map(expression -> Columns.rewrite(expression, node -> aboveGroups(node, keys)))
                .toList();
    }

    private Optional<Expression> aboveGroups(Expression node, List<Expression> keys) {
        int key = keys.indexOf(node);
        if (key >= 0) {
            return Optional.of(new Column(key, node.type()));
        }
        if (node instanceof Column(int index, _) && index >= aggregates.slots()) {
            return Optional.of(new Column(keys.size() + index - aggregates.slots(), node.type()));
        }
        return Optional.empty();
    }

    private List<Column> dependents(List<Expression> expressions, List<Expression> declared) {
        Set<Column> dependents = new LinkedHashSet<>();
        for (Expression expression : expressions) {
            collectDependents(expression, declared, dependents);
        }
        return List.copyOf(dependents);
    }

    private void collectDependents(
            Expression expression, List<Expression> declared, Set<Column> dependents) {
        if (declared.contains(expression)) {
            return;
        }
        if (expression instanceof Column column) {
            if (column.index() < aggregates.slots()) {
                dependents.add(column);
            }
            return;
        }
        Columns.children(expression)
                .forEach(child -> collectDependents(child, declared, dependents));
    }

    private void checkDependence(Column column, List<Expression> declared) {
        BitSet grouped = new BitSet();
        declared.forEach(key -> {
            if (key instanceof Column(int index, _)) {
                grouped.set(index);
            }
        });
        int base = 0;
        for (SelectBlock.Leaf leaf : leaves) {
            if (column.index() < base + leaf.width()) {
                if (leaf instanceof SelectBlock.Leaf.Table(TableInfo table, _)
                        && hasKey(table, base, grouped)) {
                    return;
                }
                break;
            }
            base += leaf.width();
        }
        throw Refusals.query(
                "columns that are neither in GROUP BY nor in an aggregate",
                "Add the column to GROUP BY.");
    }

    private static boolean hasKey(TableInfo table, int base, BitSet grouped) {
        Set<Integer> attributes = new HashSet<>();
        grouped.stream().forEach(slot -> attributes.add(slot - base + 1));
        return table.uniqueKeys().stream().anyMatch(attributes::containsAll);
    }
}
