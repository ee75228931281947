package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateFunction;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.dataflow.plan.WindowCall;
import io.pgtrickle.dataflow.plan.WindowCall.Bound;
import io.pgtrickle.dataflow.plan.WindowCall.Exclusion;
import io.pgtrickle.dataflow.plan.WindowCall.Frame;
import io.pgtrickle.dataflow.plan.WindowCall.Mode;
import io.pgtrickle.dataflow.plan.WindowCall.Offset;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.Optional;

/// The windows that the golden files name, over rows of (order_id int4, product text, quantity int4).
final class WindowPlans {

    private WindowPlans() {}

    /// Ranks and neighbours by quantity, for each product.
    static Plan ranked(Plan lines) {
        Expression quantity = Fixtures.column(lines, 2);
        Expression order = Fixtures.column(lines, 0);
        return window(
                lines,
                call(Kind.OTHER, 3100, "row_number", SqlType.INT8, Frame.DEFAULT),
                call(Kind.OTHER, 3101, "rank", SqlType.INT8, Frame.DEFAULT),
                call(
                        Kind.OTHER,
                        3108,
                        "lag",
                        SqlType.INT4,
                        Frame.DEFAULT,
                        order,
                        Fixtures.constant(1),
                        Fixtures.constant(-1)),
                call(Kind.SUM, 2108, "sum", SqlType.INT8, Frame.DEFAULT, quantity));
    }

    /// The same rows' sums over one frame of each kind.
    static Plan frames(Plan lines) {
        Expression quantity = Fixtures.column(lines, 2);
        Frame rows =
                new Frame(
                        Mode.ROWS,
                        new Bound.Preceding(offset(0)),
                        new Bound.Following(offset(0)),
                        Exclusion.NO_OTHERS);
        Frame range =
                new Frame(
                        Mode.RANGE,
                        new Bound.Preceding(offset(4127)),
                        new Bound.CurrentRow(),
                        Exclusion.CURRENT_ROW);
        Frame groups =
                new Frame(
                        Mode.GROUPS,
                        new Bound.CurrentRow(),
                        new Bound.Following(offset(0)),
                        Exclusion.TIES);
        return window(
                lines,
                call(Kind.SUM, 2108, "sum", SqlType.INT8, rows, quantity),
                call(Kind.SUM, 2108, "sum", SqlType.INT8, range, quantity),
                call(Kind.SUM, 2108, "sum", SqlType.INT8, groups, quantity));
    }

    private static Offset offset(int inRangeFunctionOid) {
        return new Offset(Fixtures.constant(SqlType.INT8, 1L), inRangeFunctionOid);
    }

    private static Plan window(Plan lines, WindowCall... calls) {
        return new Plan.Window(
                lines,
                List.of(Fixtures.column(lines, 1)),
                List.of(new SortKey(Fixtures.column(lines, 2), false, false)),
                List.of(calls));
    }

    private static WindowCall call(
            Kind kind, int oid, String name, SqlType type, Frame frame, Expression... arguments) {
        return new WindowCall(
                new AggregateFunction(kind, oid, name, Collation.NONE),
                List.of(arguments),
                Optional.empty(),
                frame,
                type);
    }
}
