package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.aggregate.Accumulator;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.state.Arrangement;
import java.util.List;
import java.util.function.Supplier;

/// One aggregate call of an aggregation: which rows reach it, and what state they change.
sealed interface AggregateColumn permits RowsColumn, TotalsColumn {

    /// @param arrangements where the next arrangement comes from, asked only where one is needed
    static AggregateColumn of(AggregateCall call, Supplier<Arrangement> arrangements) {
        return call.isMadeOfRows()
                ? new RowsColumn(call, arrangements.get())
                : TotalsColumn.of(call, arrangements);
    }

    Accumulator newAccumulator();

    /// Takes a group's changes into its accumulator.
    void apply(byte[] group, List<WeightedRow> changes, Accumulator accumulator);
}
