package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFamily;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.SqlType;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What is kept of one aggregate call in one group, exactly: adding a value and taking it away again leaves no trace.
/// Mutable; lives for one step and is read from and written to the group's state.
public sealed interface Accumulator
        permits BitCounts,
                BooleanCounts,
                CountAccumulator,
                ExtremumAccumulator,
                FloatVariance,
                NumericVariance,
                Regression,
                RowsAccumulator,
                FloatSum,
                IntegerSum,
                IntervalSum,
                NumericSum {

    /// @param value never NULL; a row of them for a call of several arguments
    /// @param weight how often it comes, or goes if negative
    void add(Object value, long weight);

    /// The aggregate's value as PostgreSQL gives it.
    @Nullable Object result();

    void read(ByteReader in);

    void write(ByteWriter out);

    /// Makes the call's accumulator of no values.
    ///
    /// @param call one that is supported
    static Supplier<Accumulator> of(AggregateCall call) {
        if (!call.isSupported()) {
            throw PgtrickleException.of(ErrorCode.INTERNAL, "no accumulator for " + call);
        }
        return switch (call.kind()) {
            case COUNT -> CountAccumulator::new;
            case SUM, AVG -> sum(call);
            case OTHER -> other(call);
            case MIN, MAX -> {
                SqlType type = argumentType(call);
                yield () -> new ExtremumAccumulator(call, type);
            }
        };
    }

    private static Supplier<Accumulator> other(AggregateCall call) {
        int oid = call.function().oid();
        return switch (AggregateFamily.of(oid)) {
            case BOOLEAN -> () -> new BooleanCounts(oid != 2518);
            case BITS -> () -> new BitCounts(BitOperation.of(oid));
            case VARIANCE -> variance(argumentType(call), Spread.of(oid));
            case REGRESSION -> () -> new Regression(oid);
            case STRING_AGG,
                    ARRAY_AGG,
                    ANY_VALUE,
                    RANGE_AGG,
                    RANGE_INTERSECT_AGG,
                    PERCENTILE,
                    MODE,
                    HYPOTHETICAL,
                    UNKNOWN ->
                    throw PgtrickleException.of(ErrorCode.INTERNAL, "no accumulator for " + call);
        };
    }

    private static Supplier<Accumulator> variance(SqlType type, Spread spread) {
        return type instanceof SqlType.Real || type instanceof SqlType.DoublePrecision
                ? () -> new FloatVariance(spread)
                : () -> new NumericVariance(spread);
    }

    private static SqlType argumentType(AggregateCall call) {
        return call.argument().map(Expression::type).orElseThrow();
    }

    private static Supplier<Accumulator> sum(AggregateCall call) {
        return switch (argumentType(call)) {
            case SqlType.Integral(int oid, _, _) -> () -> new IntegerSum(call.kind(), oid);
            case SqlType.NumericType _ -> () -> new NumericSum(call.kind());
            case SqlType.Real _ -> () -> new FloatSum(call.kind(), true);
            case SqlType.DoublePrecision _ -> () -> new FloatSum(call.kind(), false);
            case SqlType.IntervalType _ -> () -> new IntervalSum(call.kind());
            case SqlType.Bool _,
                    SqlType.Text _,
                    SqlType.ByteString _,
                    SqlType.EnumType _,
                    SqlType.TimeTzType _,
                    SqlType.BitType _,
                    SqlType.NetworkType _,
                    SqlType.JsonbType _,
                    SqlType.ArrayType _,
                    SqlType.CompositeType _,
                    SqlType.RangeType _,
                    SqlType.MultirangeType _,
                    SqlType.LabelledType _,
                    SqlType.Opaque _ ->
                    throw PgtrickleException.of(ErrorCode.INTERNAL, "no sum for " + call);
        };
    }
}
