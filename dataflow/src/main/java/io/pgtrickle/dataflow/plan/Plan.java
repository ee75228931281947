package io.pgtrickle.dataflow.plan;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// A logical plan: what a view computes. Expressions refer to columns of the node's input by index.
public sealed interface Plan {

    /// The rows of a table.
    record Scan(Source source) implements Plan {}

    /// The rows for which the predicate is true (not false, not NULL).
    record Filter(Plan input, Expression predicate) implements Plan {}

    record Project(Plan input, List<Expression> columns) implements Plan {
        public Project(Plan input, List<Expression> columns) {
            this.input = input;
            this.columns = List.copyOf(columns);
        }
    }

    /// The pairs of rows that satisfy the condition; the left side's columns first.
    record Join(Plan left, Plan right, JoinCondition on) implements Plan {}

    /// One row for each group: the keys, then the aggregates. Without keys there is always exactly one row.
    record Aggregate(Plan input, List<Expression> keys, List<AggregateCall> calls) implements Plan {
        public Aggregate(Plan input, List<Expression> keys, List<AggregateCall> calls) {
            this.input = input;
            this.keys = List.copyOf(keys);
            this.calls = List.copyOf(calls);
        }
    }

    /// The types of the rows' cells.
    default List<SqlType> types() {
        return switch (this) {
            case Scan(Source source) ->
                    source.columns().stream().map(Source.SourceColumn::type).toList();
            case Filter(Plan input, _) -> input.types();
            case Project(_, List<Expression> columns) ->
                    columns.stream().map(Expression::type).toList();
            case Join(Plan left, Plan right, _) ->
                    Stream.concat(left.types().stream(), right.types().stream()).toList();
            case Aggregate(_, List<Expression> keys, List<AggregateCall> calls) ->
                    Stream.concat(
                                    keys.stream().map(Expression::type),
                                    calls.stream().map(AggregateCall::type))
                            .toList();
        };
    }

    /// The nodes that this one reads, left to right.
    default List<Plan> inputs() {
        return switch (this) {
            case Scan _ -> List.of();
            case Filter(Plan input, _) -> List.of(input);
            case Project(Plan input, _) -> List.of(input);
            case Join(Plan left, Plan right, _) -> List.of(left, right);
            case Aggregate(Plan input, _, _) -> List.of(input);
        };
    }

    /// An inner join's condition: equalities by which both sides are arranged, and what remains to be checked on each pair.
    ///
    /// @param keys empty for a cross or theta join: every pair is looked at
    /// @param residual over the concatenated row
    record JoinCondition(List<EquiKey> keys, Optional<Expression> residual) {
        public JoinCondition(List<EquiKey> keys, Optional<Expression> residual) {
            this.keys = List.copyOf(keys);
            this.residual = residual;
        }
    }

    /// `left = right`; both of one type, so that equal values have the same canonical key. Rows with a NULL key never match.
    ///
    /// @param left over the left row
    /// @param right over the right row
    record EquiKey(Expression left, Expression right) {}

    /// @param function which aggregate
    /// @param argument over the input row; empty for `count(*)` only
    /// @param filter the FILTER clause
    /// @param distinct whether equal arguments count once
    /// @param type of the result
    record AggregateCall(
            AggregateFunction function,
            Optional<Expression> argument,
            Optional<Expression> filter,
            boolean distinct,
            SqlType type) {

        /// Whether the single values of each group are kept: the next extremum, and first and last occurrences, must be known.
        public boolean keepsValues() {
            return switch (function) {
                case MIN, MAX -> true;
                case COUNT, SUM, AVG -> distinct;
            };
        }

        /// Whether the aggregate is known for the argument's type.
        public boolean isSupported() {
            return switch (function) {
                case COUNT -> !distinct || argumentIs(SqlType::equatable);
                case SUM ->
                        argumentIs(type -> isNumber(type) || type instanceof SqlType.IntervalType);
                case AVG -> argumentIs(AggregateCall::isNumber);
                case MIN, MAX -> argumentIs(SqlType::orderable);
            };
        }

        private boolean argumentIs(Predicate<SqlType> condition) {
            return argument.map(Expression::type).filter(condition).isPresent();
        }

        private static boolean isNumber(SqlType type) {
            return switch (type) {
                case SqlType.Integral(int oid, _, _) ->
                        oid == Oids.INT2 || oid == Oids.INT4 || oid == Oids.INT8;
                case SqlType.NumericType _, SqlType.Real _, SqlType.DoublePrecision _ -> true;
                case SqlType.Bool _,
                        SqlType.Text _,
                        SqlType.ByteString _,
                        SqlType.IntervalType _,
                        SqlType.EnumType _,
                        SqlType.TimeTzType _,
                        SqlType.BitType _,
                        SqlType.NetworkType _,
                        SqlType.JsonbType _,
                        SqlType.ArrayType _,
                        SqlType.CompositeType _,
                        SqlType.RangeType _,
                        SqlType.MultirangeType _,
                        SqlType.Opaque _ ->
                        false;
            };
        }
    }

    /// The aggregates that are kept incrementally.
    enum AggregateFunction {
        COUNT,
        SUM,
        AVG,
        MIN,
        MAX
    }
}
