package io.pgtrickle.dataflow.plan;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.InRange;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A call of a window function, or of an aggregate as one, over the frame of each row.
///
/// @param function a window function such as `row_number`, or an aggregate
public record WindowCall(
        AggregateFunction function,
        List<Expression> arguments,
        Optional<Expression> filter,
        Frame frame,
        SqlType type) {

    /// From row_number to nth_value.
    private static final int FIRST_OID = 3100;

    private static final int LAST_OID = 3114;

    public WindowCall(
            AggregateFunction function,
            List<Expression> arguments,
            Optional<Expression> filter,
            Frame frame,
            SqlType type) {
        this.function = function;
        this.arguments = List.copyOf(arguments);
        this.filter = filter;
        this.frame = frame;
        this.type = type;
    }

    /// Whether the call can be computed natively.
    public boolean isSupported() {
        return supports(frame.start())
                && supports(frame.end())
                && (isWindowFunction() || aggregate().isSupported());
    }

    private boolean supports(Bound bound) {
        Offset offset = bound.offset();
        return offset == null
                || frame.mode() != Mode.RANGE
                || InRange.supports(offset.inRangeFunctionOid(), offset.value());
    }

    private boolean isWindowFunction() {
        return function.oid() >= FIRST_OID && function.oid() <= LAST_OID;
    }

    /// The call as an aggregate over the frame's rows.
    public AggregateCall aggregate() {
        return new AggregateCall(
                function,
                arguments,
                new AggregateCall.Clauses(filter, false, List.of(), List.of()),
                type);
    }

    /// Which rows of its partition a row looks at.
    ///
    /// @param start PRECEDING's, CURRENT ROW or FOLLOWING's
    public record Frame(Mode mode, Bound start, Bound end, Exclusion exclusion) {

        /// What PostgreSQL assumes where no frame is written.
        public static final Frame DEFAULT =
                new Frame(
                        Mode.RANGE,
                        new Bound.UnboundedPreceding(),
                        new Bound.CurrentRow(),
                        Exclusion.NO_OTHERS);
    }

    public enum Mode {
        ROWS,
        RANGE,
        GROUPS
    }

    public enum Exclusion {
        NO_OTHERS,
        CURRENT_ROW,
        GROUP,
        TIES
    }

    /// An end of a frame. Offsets have no columns: they are the same for all rows.
    public sealed interface Bound {

        /// Null where the bound has none.
        default @Nullable Offset offset() {
            return switch (this) {
                case Preceding(Offset offset) -> offset;
                case Following(Offset offset) -> offset;
                case UnboundedPreceding _, CurrentRow _, UnboundedFollowing _ -> null;
            };
        }

        record UnboundedPreceding() implements Bound {}

        record Preceding(Offset offset) implements Bound {}

        record CurrentRow() implements Bound {}

        record Following(Offset offset) implements Bound {}

        record UnboundedFollowing() implements Bound {}
    }

    /// @param value of type `bigint` for ROWS and GROUPS
    /// @param inRangeFunctionOid for RANGE the `in_range` function of the order's type, otherwise 0
    public record Offset(Expression value, int inRangeFunctionOid) {}
}
