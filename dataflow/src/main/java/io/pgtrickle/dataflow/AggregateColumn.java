package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.aggregate.Accumulator;
import io.pgtrickle.dataflow.aggregate.ExtremumAccumulator;
import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.state.Arrangement;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One aggregate call of an aggregation: which rows reach it, and what state they change.
final class AggregateColumn {

    private static final Boolean ROW = true;

    private final @Nullable Evaluator filter;
    private final @Nullable Evaluator argument;
    private final Supplier<Accumulator> empty;
    private final @Nullable ValueIndex values;

    private AggregateColumn(AggregateCall call, @Nullable ValueIndex values) {
        this.filter = call.filter().map(Compiler::compile).orElse(null);
        this.argument = call.argument().map(Compiler::compile).orElse(null);
        this.empty = Accumulator.of(call);
        this.values = values;
    }

    /// @param arrangements where the next arrangement comes from, asked only where one is needed
    static AggregateColumn of(AggregateCall call, Supplier<Arrangement> arrangements) {
        if (!call.keepsValues()) {
            return new AggregateColumn(call, null);
        }
        boolean descending = call.kind() == Kind.MAX;
        return new AggregateColumn(
                call,
                new ValueIndex(
                        arrangements.get(), call.argument().orElseThrow().type(), descending));
    }

    Accumulator newAccumulator() {
        return empty.get();
    }

    /// Takes a group's changes into its accumulator.
    void apply(byte[] group, List<WeightedRow> changes, Accumulator accumulator) {
        for (WeightedRow change : changes) {
            if (filter != null && !Boolean.TRUE.equals(filter.evaluate(change.row()))) {
                continue;
            }
            Object value = argument == null ? ROW : argument.evaluate(change.row());
            if (value != null) {
                add(group, value, change.weight(), accumulator);
            }
        }
        if (accumulator instanceof ExtremumAccumulator extremum
                && extremum.stale()
                && values != null) {
            extremum.replace(values.first(group));
        }
    }

    private void add(byte[] group, Object value, long weight, Accumulator accumulator) {
        if (values == null) {
            accumulator.add(value, weight);
        } else if (accumulator instanceof ExtremumAccumulator extremum) {
            values.add(group, value, weight);
            extremum.add(value, weight);
        } else {
            values.addDistinct(group, value, weight, accumulator);
        }
    }
}
