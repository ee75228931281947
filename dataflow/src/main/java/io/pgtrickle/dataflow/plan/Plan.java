package io.pgtrickle.dataflow.plan;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.model.remote.RemoteCall;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A logical plan: what a view computes. Expressions refer to columns of the node's input by index.
public sealed interface Plan {

    /// The rows of a table.
    record Scan(Source source) implements Plan {}

    /// Rows that are always the same; the expressions have no columns.
    record Values(List<List<Expression>> rows, List<SqlType> types) implements Plan {
        public Values(List<List<Expression>> rows, List<SqlType> types) {
            this.rows = rows.stream().map(List::copyOf).toList();
            this.types = List.copyOf(types);
        }
    }

    /// The rows for which the predicate is true (not false, not NULL).
    record Filter(Plan input, Expression predicate) implements Plan {}

    record Project(Plan input, List<Expression> columns) implements Plan {
        public Project(Plan input, List<Expression> columns) {
            this.input = input;
            this.columns = List.copyOf(columns);
        }
    }

    /// Each input row once for each row of its set-returning functions, which run in lockstep: the shorter ones are filled up
    /// with NULLs. A row whose functions all return nothing is gone. The input's columns, then each function's.
    ///
    /// @param ordinality whether the number of the row among those of its input row follows, as `bigint` from 1
    record ProjectSet(Plan input, List<SetFunction> functions, boolean ordinality) implements Plan {
        public ProjectSet(Plan input, List<SetFunction> functions, boolean ordinality) {
            this.input = input;
            this.functions = List.copyOf(functions);
            this.ordinality = ordinality;
        }
    }

    /// The pairs of rows that satisfy the condition, the left side's columns first; what else, says the kind.
    record Join(Plan left, Plan right, JoinKind kind, JoinCondition on) implements Plan {}

    /// One row for each group: the keys, then the aggregates. Without keys there is always exactly one row.
    record Aggregate(Plan input, List<Expression> keys, List<AggregateCall> calls) implements Plan {
        public Aggregate(Plan input, List<Expression> keys, List<AggregateCall> calls) {
            this.input = input;
            this.keys = List.copyOf(keys);
            this.calls = List.copyOf(calls);
        }
    }

    /// Each row once. Rows that are equal in SQL and differ in their image (1.0 and 1.00) are one.
    record Distinct(Plan input) implements Plan {}

    /// UNION ALL: weights add up.
    record Union(List<Plan> inputs) implements Plan {
        public Union(List<Plan> inputs) {
            this.inputs = List.copyOf(inputs);
            if (inputs.size() < 2) {
                throw new IllegalArgumentException("a union of " + inputs.size() + " inputs");
            }
        }
    }

    /// INTERSECT and EXCEPT; NULL equals NULL.
    ///
    /// @param all whether equal rows count, otherwise each comes once
    record SetOperation(Plan left, Plan right, SetOperator operator, boolean all) implements Plan {}

    /// The first rows in an order, of each partition: ORDER BY with LIMIT and OFFSET, and DISTINCT ON, which is the first row of
    /// each partition. Among rows that the order doesn't tell apart the canonical order of the whole row decides.
    record TopK(Plan input, List<Expression> partition, List<SortKey> order, Limit limit)
            implements Plan {
        public TopK(Plan input, List<Expression> partition, List<SortKey> order, Limit limit) {
            this.input = input;
            this.partition = List.copyOf(partition);
            this.order = List.copyOf(order);
            this.limit = limit;
        }
    }

    /// The input's columns, then one for each call, computed over the row's partition.
    record Window(
            Plan input, List<Expression> partition, List<SortKey> order, List<WindowCall> calls)
            implements Plan {
        public Window(
                Plan input,
                List<Expression> partition,
                List<SortKey> order,
                List<WindowCall> calls) {
            this.input = input;
            this.partition = List.copyOf(partition);
            this.order = List.copyOf(order);
            this.calls = List.copyOf(calls);
        }
    }

    /// WITH RECURSIVE: the base's rows, and what the step makes of the rows that the round before added, until nothing is added.
    ///
    /// @param step reads the working table of the same id
    /// @param all UNION ALL; otherwise only rows that weren't there yet are added
    record Recursive(Plan base, Plan step, int id, boolean all) implements Plan {}

    /// Within the step of the `Recursive` of that id: the rows that the round before added.
    record WorkingTable(int id, List<SqlType> types) implements Plan {
        public WorkingTable(int id, List<SqlType> types) {
            this.id = id;
            this.types = List.copyOf(types);
        }
    }

    /// The types of the rows' cells.
    default List<SqlType> types() {
        return switch (this) {
            case Scan(Source source) ->
                    source.columns().stream().map(Source.SourceColumn::type).toList();
            case Values(_, List<SqlType> types) -> types;
            case WorkingTable(_, List<SqlType> types) -> types;
            case Filter(Plan input, _) -> input.types();
            case Distinct(Plan input) -> input.types();
            case TopK(Plan input, _, _, _) -> input.types();
            case Union(List<Plan> inputs) -> inputs.getFirst().types();
            case SetOperation(Plan left, _, _, _) -> left.types();
            case Recursive(Plan base, _, _, _) -> base.types();
            case Project(_, List<Expression> columns) ->
                    columns.stream().map(Expression::type).toList();
            case ProjectSet(Plan input, List<SetFunction> functions, boolean ordinality) -> {
                List<SqlType> types = new ArrayList<>(input.types());
                functions.forEach(function -> types.addAll(function.types()));
                if (ordinality) {
                    types.add(SqlType.INT8);
                }
                yield List.copyOf(types);
            }
            case Join(Plan left, Plan right, JoinKind kind, _) ->
                    kind.hasRightColumns()
                            ? concat(left.types(), right.types().stream())
                            : left.types();
            case Aggregate(_, List<Expression> keys, List<AggregateCall> calls) ->
                    concat(
                            keys.stream().map(Expression::type).toList(),
                            calls.stream().map(AggregateCall::type));
            case Window(Plan input, _, _, List<WindowCall> calls) ->
                    concat(input.types(), calls.stream().map(WindowCall::type));
        };
    }

    private static List<SqlType> concat(List<SqlType> first, Stream<SqlType> second) {
        return Stream.concat(first.stream(), second).toList();
    }

    /// The nodes that this one reads, left to right.
    default List<Plan> inputs() {
        return switch (this) {
            case Scan _, Values _, WorkingTable _ -> List.of();
            case Filter(Plan input, _) -> List.of(input);
            case Project(Plan input, _) -> List.of(input);
            case ProjectSet(Plan input, _, _) -> List.of(input);
            case Aggregate(Plan input, _, _) -> List.of(input);
            case Distinct(Plan input) -> List.of(input);
            case TopK(Plan input, _, _, _) -> List.of(input);
            case Window(Plan input, _, _, _) -> List.of(input);
            case Union(List<Plan> inputs) -> inputs;
            case Join(Plan left, Plan right, _, _) -> List.of(left, right);
            case SetOperation(Plan left, Plan right, _, _) -> List.of(left, right);
            case Recursive(Plan base, Plan step, _, _) -> List.of(base, step);
        };
    }

    /// RIGHT joins are LEFT joins with their sides exchanged.
    enum JoinKind {
        INNER,
        /// A left row without a partner comes once, with NULLs on the right.
        LEFT,
        /// The same for both sides.
        FULL,
        /// The left rows that have a partner, each as often as it is there.
        SEMI,
        /// The left rows that have none.
        ANTI;

        public boolean hasRightColumns() {
            return this != SEMI && this != ANTI;
        }
    }

    /// A join's condition: equalities by which both sides are arranged, and what remains to be checked on each pair.
    ///
    /// @param keys empty for a cross or theta join: every pair is looked at
    /// @param residual over the concatenated row, for SEMI and ANTI as well
    record JoinCondition(List<EquiKey> keys, Optional<Expression> residual) {
        public JoinCondition(List<EquiKey> keys, Optional<Expression> residual) {
            this.keys = List.copyOf(keys);
            this.residual = residual;
        }
    }

    /// `left = right`; both of one type, so that equal values have the same canonical key.
    ///
    /// @param left over the left row
    /// @param right over the right row
    /// @param nullsMatch whether NULL equals NULL (IS NOT DISTINCT FROM); otherwise a row with a NULL here matches nothing
    record EquiKey(Expression left, Expression right, boolean nullsMatch) {}

    enum SetOperator {
        INTERSECT,
        EXCEPT
    }

    /// An item of ORDER BY under its type's default order.
    record SortKey(Expression expression, boolean descending, boolean nullsFirst) {}

    /// @param count empty for all rows
    /// @param offset rows that are passed over first
    /// @param withTies whether the rows that the order doesn't tell from the last one come too
    record Limit(Optional<Long> count, long offset, boolean withTies) {}

    /// A call of a set-returning function.
    ///
    /// @param types of the columns of its rows
    /// @param remote how PostgreSQL evaluates it; empty for a native one (`NativeSetFunctions`)
    record SetFunction(
            int functionOid,
            String name,
            List<Expression> arguments,
            List<SqlType> types,
            Optional<RemoteCall> remote) {
        public SetFunction(
                int functionOid,
                String name,
                List<Expression> arguments,
                List<SqlType> types,
                Optional<RemoteCall> remote) {
            this.functionOid = functionOid;
            this.name = name;
            this.arguments = List.copyOf(arguments);
            this.types = List.copyOf(types);
            this.remote = remote;
        }

        /// The same function of other arguments of the same types.
        public SetFunction of(List<Expression> others) {
            return new SetFunction(functionOid, name, others, types, remote);
        }
    }
}
