package io.pgtrickle.dataflow;

import static io.pgtrickle.dataflow.Fixtures.constant;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Windows over any rows: every function, every frame, one or several calls.
final class GeneratedWindows {

    private final RandomGenerator random;

    GeneratedWindows(RandomGenerator random) {
        this.random = random;
    }

    /// @param aggregate makes an aggregate call over the input's columns
    Plan window(Plan input, Supplier<AggregateCall> aggregate) {
        List<SqlType> types = input.types();
        List<Expression> partition = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            partition.add(column(types));
        }
        List<SortKey> order = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            order.add(new SortKey(column(types), random.nextBoolean(), random.nextBoolean()));
        }
        List<WindowCall> calls = new ArrayList<>();
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            calls.add(call(types, order, aggregate));
        }
        return new Plan.Window(input, partition, order, calls);
    }

    private Expression column(List<SqlType> types) {
        int index = random.nextInt(types.size());
        return new Expression.Column(index, types.get(index));
    }

    private WindowCall call(
            List<SqlType> types, List<SortKey> order, Supplier<AggregateCall> aggregates) {
        Frame frame = frame(order);
        if (random.nextInt(2) == 0) {
            AggregateCall call = aggregates.get();
            while (call.distinct()) {
                call = aggregates.get();
            }
            return new WindowCall(
                    call.function(), call.arguments(), call.filter(), frame, call.type());
        }
        Expression value = column(types);
        Expression number = constant(random.nextInt(4));
        return switch (random.nextInt(10)) {
            case 0 -> call(3100, SqlType.INT8, frame);
            case 1 -> call(3101, SqlType.INT8, frame);
            case 2 -> call(3102, SqlType.INT8, frame);
            case 3 -> call(3103, SqlType.FLOAT8, frame);
            case 4 -> call(3104, SqlType.FLOAT8, frame);
            case 5 -> call(3105, SqlType.INT4, frame, constant(1 + random.nextInt(4)));
            case 6 ->
                    random.nextBoolean()
                            ? call(3106 + 3 * random.nextInt(2), value.type(), frame, value)
                            : call(
                                    3108 + 3 * random.nextInt(2),
                                    value.type(),
                                    frame,
                                    value,
                                    number,
                                    value);
            case 7 -> call(3112, value.type(), frame, value);
            case 8 -> call(3113, value.type(), frame, value);
            default -> call(3114, value.type(), frame, value, constant(1 + random.nextInt(3)));
        };
    }

    private static WindowCall call(int oid, SqlType type, Frame frame, Expression... arguments) {
        return new WindowCall(
                new AggregateFunction(Kind.OTHER, oid, "f" + oid, Collation.NONE),
                List.of(arguments),
                Optional.empty(),
                frame,
                type);
    }

    private Frame frame(List<SortKey> order) {
        if (random.nextInt(4) == 0) {
            return Frame.DEFAULT;
        }
        Mode mode = Mode.values()[random.nextInt(3)];
        while (true) {
            int start = random.nextInt(4);
            int end = 1 + random.nextInt(4);
            if (start <= end) {
                return new Frame(
                        mode,
                        bound(start, mode, order),
                        bound(end, mode, order),
                        Exclusion.values()[random.nextInt(4)]);
            }
        }
    }

    private Bound bound(int place, Mode mode, List<SortKey> order) {
        return switch (place) {
            case 0 -> new Bound.UnboundedPreceding();
            case 1 ->
                    hasOffsets(mode, order)
                            ? new Bound.Preceding(offset(mode, order))
                            : new Bound.CurrentRow();
            case 2 -> new Bound.CurrentRow();
            case 3 ->
                    hasOffsets(mode, order)
                            ? new Bound.Following(offset(mode, order))
                            : new Bound.CurrentRow();
            default -> new Bound.UnboundedFollowing();
        };
    }

    private static boolean hasOffsets(Mode mode, List<SortKey> order) {
        return mode != Mode.RANGE
                || order.size() == 1
                        && !(order.getFirst().expression().type() instanceof SqlType.Text);
    }

    private Offset offset(Mode mode, List<SortKey> order) {
        long distance = random.nextInt(3);
        if (mode != Mode.RANGE) {
            return new Offset(constant(SqlType.INT8, distance), 0);
        }
        return switch (order.getFirst().expression().type()) {
            case SqlType.Integral _ -> new Offset(constant(SqlType.INT8, distance), 4126);
            case SqlType.DoublePrecision _ ->
                    new Offset(constant(SqlType.FLOAT8, distance / 4.0), 4139);
            default ->
                    new Offset(constant(SqlType.NUMERIC, Fixtures.decimal(distance + ".50")), 4141);
        };
    }
}
