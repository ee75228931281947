package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.postgres.TableInfo;
import java.util.List;
import java.util.Optional;

/// One SELECT with its names resolved, before anything is decided about order: inner joins are a set of leaves and a set of
/// conditions.
///
/// Expressions below the grouping refer to *slots*: the columns of all leaves side by side, those of a table by attribute number.
///
/// @param conjuncts of WHERE and of every ON, over the slots
/// @param grouping present where there are aggregates, GROUP BY or HAVING
/// @param outputs over the group's keys and aggregates where there is a grouping, else over the slots
record SelectBlock(
        List<Leaf> leaves,
        List<Expression> conjuncts,
        Optional<Grouping> grouping,
        List<Expression> outputs) {

    SelectBlock(
            List<Leaf> leaves,
            List<Expression> conjuncts,
            Optional<Grouping> grouping,
            List<Expression> outputs) {
        this.leaves = List.copyOf(leaves);
        this.conjuncts = List.copyOf(conjuncts);
        this.grouping = grouping;
        this.outputs = List.copyOf(outputs);
    }

    /// The slot of each leaf's first column.
    int[] bases() {
        int[] bases = new int[leaves.size()];
        int next = 0;
        for (int i = 0; i < bases.length; i++) {
            bases[i] = next;
            next += leaves.get(i).width();
        }
        return bases;
    }

    /// What a FROM clause names.
    sealed interface Leaf {

        /// The number of its slots.
        int width();

        /// @param table with every column, dropped ones counted
        record Table(TableInfo table, int width) implements Leaf {}

        /// A subquery.
        record Nested(SelectBlock block) implements Leaf {
            @Override
            public int width() {
                return block.outputs().size();
            }
        }
    }

    /// @param keys over the slots; those of GROUP BY first, then columns that depend on them
    /// @param declared how many keys GROUP BY has: they alone tell groups apart
    /// @param calls their arguments and filters are over the slots
    /// @param having over keys and calls
    record Grouping(
            List<Expression> keys,
            int declared,
            List<AggregateCall> calls,
            List<Expression> having) {
        Grouping(
                List<Expression> keys,
                int declared,
                List<AggregateCall> calls,
                List<Expression> having) {
            this.keys = List.copyOf(keys);
            this.declared = declared;
            this.calls = List.copyOf(calls);
            this.having = List.copyOf(having);
        }
    }
}
