package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan.AggregateCall;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What is kept of one aggregate call in one group, exactly: adding a value and taking it away again leaves no trace.
/// Mutable; lives for one step and is read from and written to the group's state.
sealed interface Accumulator
        permits CountAccumulator,
                ExtremumAccumulator,
                FloatSum,
                IntegerSum,
                IntervalSum,
                NumericSum {

    /// @param value never NULL
    /// @param weight how often it comes, or goes if negative
    void add(Object value, long weight);

    /// The aggregate's value as PostgreSQL gives it.
    @Nullable Object result();

    void read(ByteReader in);

    void write(ByteWriter out);

    /// Makes the call's accumulator of no values; empty where the call isn't known here.
    static Optional<Supplier<Accumulator>> of(AggregateCall call) {
        Optional<SqlType> argument = call.argument().map(Expression::type);
        return switch (call.function()) {
            case COUNT ->
                    call.distinct() && !argument.map(SqlType::equatable).orElse(false)
                            ? Optional.empty()
                            : Optional.of(CountAccumulator::new);
            case SUM, AVG -> argument.flatMap(type -> sum(call, type));
            case MIN, MAX ->
                    argument.filter(SqlType::orderable)
                            .map(type -> () -> new ExtremumAccumulator(call, type));
        };
    }

    private static Optional<Supplier<Accumulator>> sum(AggregateCall call, SqlType argument) {
        return switch (argument) {
            case SqlType.Integral(int oid, _, _) ->
                    oid == Oids.INT2 || oid == Oids.INT4 || oid == Oids.INT8
                            ? Optional.of(() -> new IntegerSum(call.function(), oid))
                            : Optional.empty();
            case SqlType.NumericType _ -> Optional.of(() -> new NumericSum(call.function()));
            case SqlType.Real _ -> Optional.of(() -> new FloatSum(call.function(), true));
            case SqlType.DoublePrecision _ ->
                    Optional.of(() -> new FloatSum(call.function(), false));
            case SqlType.IntervalType _ ->
                    switch (call.function()) {
                        case SUM -> Optional.of(IntervalSum::new);
                        case COUNT, AVG, MIN, MAX -> Optional.empty();
                    };
            case SqlType.Bool _,
                    SqlType.Text _,
                    SqlType.ByteString _,
                    SqlType.EnumType _,
                    SqlType.Opaque _ ->
                    Optional.empty();
        };
    }
}
