package io.pgtrickle.dataflow.window;

import io.pgtrickle.dataflow.aggregate.Accumulator;
import io.pgtrickle.dataflow.aggregate.AggregateInput;
import io.pgtrickle.dataflow.aggregate.RowsFunctions;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.dataflow.plan.WindowCall;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.List;

/// PostgreSQL's window functions by their oid in `pg_proc`; every other oid is that of an aggregate.
final class WindowFunctions {

    private WindowFunctions() {}

    /// @throws PgtrickleException UNSUPPORTED_FUNCTION
    static WindowFunction of(WindowCall call, List<SortKey> order) {
        if (!call.isSupported()) {
            throw PgtrickleException.of(
                    ErrorCode.UNSUPPORTED_FUNCTION,
                    "window function \"" + call.function().name() + "\" is not supported");
        }
        FrameBounds bounds = new FrameBounds(call.frame(), order);
        return switch (call.function().oid()) {
            case 3100 -> Ranking.of(Ranking.Kind.ROW_NUMBER, List.of());
            case 3101 -> Ranking.of(Ranking.Kind.RANK, List.of());
            case 3102 -> Ranking.of(Ranking.Kind.DENSE_RANK, List.of());
            case 3103 -> Ranking.of(Ranking.Kind.PERCENT_RANK, List.of());
            case 3104 -> Ranking.of(Ranking.Kind.CUME_DIST, List.of());
            case 3105 -> Ranking.of(Ranking.Kind.NTILE, call.arguments());
            case 3106, 3107, 3108 -> Shift.of(false, call.arguments());
            case 3109, 3110, 3111 -> Shift.of(true, call.arguments());
            case 3112 -> FrameValue.of(FrameValue.Kind.FIRST, bounds, call.arguments());
            case 3113 -> FrameValue.of(FrameValue.Kind.LAST, bounds, call.arguments());
            case 3114 -> FrameValue.of(FrameValue.Kind.NTH, bounds, call.arguments());
            default -> {
                AggregateCall aggregate = call.aggregate();
                yield new FrameAggregate(new AggregateInput(aggregate), bounds, content(aggregate));
            }
        };
    }

    private static FrameContent.Kind content(AggregateCall call) {
        if (call.kind() == Kind.MIN || call.kind() == Kind.MAX) {
            return FrameContent.extremum(
                    call.arguments().getFirst().type(), call.kind() == Kind.MAX);
        }
        return call.isMadeOfRows()
                ? FrameContent.rows(RowsFunctions.of(call))
                : FrameContent.totals(Accumulator.of(call));
    }
}
