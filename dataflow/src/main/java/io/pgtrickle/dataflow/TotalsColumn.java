package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.aggregate.Accumulator;
import io.pgtrickle.dataflow.aggregate.AggregateInput;
import io.pgtrickle.dataflow.aggregate.ExtremumAccumulator;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.state.Arrangement;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// An aggregate of which totals are kept, and for extrema and distinct values the values in order.
final class TotalsColumn implements AggregateColumn {

    private final AggregateInput input;
    private final Supplier<Accumulator> empty;
    private final @Nullable ValueIndex values;

    private TotalsColumn(AggregateCall call, @Nullable ValueIndex values) {
        this.input = new AggregateInput(call);
        this.empty = Accumulator.of(call);
        this.values = values;
    }

    /// @param arrangements where the next arrangement comes from, asked only where one is needed
    static TotalsColumn of(AggregateCall call, Supplier<Arrangement> arrangements) {
        if (!call.keepsValues()) {
            return new TotalsColumn(call, null);
        }
        boolean descending = call.kind() == Kind.MAX;
        return new TotalsColumn(
                call,
                new ValueIndex(
                        arrangements.get(), call.argument().orElseThrow().type(), descending));
    }

    @Override
    public Accumulator newAccumulator() {
        return empty.get();
    }

    @Override
    public void apply(byte[] group, List<WeightedRow> changes, Accumulator accumulator) {
        for (WeightedRow change : changes) {
            Object value = input.value(change.row());
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
