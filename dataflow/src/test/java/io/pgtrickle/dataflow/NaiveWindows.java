package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.dataflow.plan.WindowCall;
import io.pgtrickle.dataflow.plan.WindowCall.Bound;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.model.type.SqlType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// What a window means: for each row the rows that belong to its frame by the frame's definition, one by one.
final class NaiveWindows {

    private final Plan.Window plan;
    private final List<SqlType> types;

    NaiveWindows(Plan.Window plan) {
        this.plan = plan;
        this.types = plan.input().types();
    }

    List<Row> rows(List<Row> input) {
        List<List<Row>> partitions = new ArrayList<>();
        for (Row row : input) {
            List<Row> own = null;
            for (List<Row> partition : partitions) {
                if (plan.partition().stream()
                        .allMatch(key -> same(key, row, partition.getFirst()))) {
                    own = partition;
                }
            }
            if (own == null) {
                own = new ArrayList<>();
                partitions.add(own);
            }
            own.add(row);
        }
        return partitions.stream().flatMap(partition -> partition(partition).stream()).toList();
    }

    private static boolean same(Expression key, Row a, Row b) {
        return compare(key.type(), value(key, a), value(key, b), false) == 0;
    }

    private static @Nullable Object value(Expression expression, Row row) {
        return Compiler.compile(expression).evaluate(row);
    }

    private static int compare(
            SqlType type, @Nullable Object a, @Nullable Object b, boolean nullsFirst) {
        if (a == null || b == null) {
            return a == null && b == null ? 0 : (a == null) == nullsFirst ? -1 : 1;
        }
        return type.compare(a, b);
    }

    private int order(Row a, Row b) {
        for (SortKey key : plan.order()) {
            Object x = value(key.expression(), a);
            Object y = value(key.expression(), b);
            int order = compare(key.expression().type(), x, y, key.nullsFirst());
            if (order != 0) {
                return key.descending() && x != null && y != null ? -order : order;
            }
        }
        return 0;
    }

    private List<Row> partition(List<Row> unordered) {
        RowCodec codec = new RowCodec(types);
        Comparator<Row> total =
                ((Comparator<Row>) this::order)
                        .thenComparing(this::canonical)
                        .thenComparing(codec::encode, Arrays::compareUnsigned);
        List<Row> rows = unordered.stream().sorted(total).toList();
        return IntStream.range(0, rows.size())
                .mapToObj(place ->
                        rows.get(place)
                                .concat(
                                        Row.of(
                                                plan.calls().stream()
                                                        .map(call -> result(call, rows, place))
                                                        .toArray())))
                .toList();
    }

    private int canonical(Row a, Row b) {
        for (int i = 0; i < types.size(); i++) {
            int order = compare(types.get(i), a.get(i), b.get(i), false);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private @Nullable Object result(WindowCall call, List<Row> rows, int place) {
        Row row = rows.get(place);
        long before = rows.stream().filter(other -> order(other, row) < 0).count();
        long notAfter = rows.stream().filter(other -> order(other, row) <= 0).count();
        int size = rows.size();
        return switch (call.function().oid()) {
            case 3100 -> (Object) (place + 1L);
            case 3101 -> before + 1;
            case 3102 ->
                    IntStream.range(1, size)
                                    .filter(i -> order(rows.get(i - 1), rows.get(i)) < 0)
                                    .filter(i -> order(rows.get(i), row) <= 0)
                                    .count()
                            + 1;
            case 3103 -> size == 1 ? 0.0 : (double) before / (size - 1);
            case 3104 -> (double) notAfter / size;
            case 3105 -> bucket((Long) value(call.arguments().getFirst(), row), size, place);
            case 3106, 3107, 3108 -> shifted(call, rows, place, -1);
            case 3109, 3110, 3111 -> shifted(call, rows, place, 1);
            default -> overFrame(call, frame(call, rows, place), row);
        };
    }

    private static long bucket(@Nullable Object buckets, int size, int place) {
        long count = (Long) Objects.requireNonNull(buckets);
        long end = 0;
        for (long bucket = 1; ; bucket++) {
            end += size / count + (bucket <= size % count ? 1 : 0);
            if (place < end) {
                return bucket;
            }
        }
    }

    private static @Nullable Object shifted(
            WindowCall call, List<Row> rows, int place, int direction) {
        List<Expression> arguments = call.arguments();
        Row row = rows.get(place);
        Object offset = arguments.size() == 1 ? (Object) 1L : value(arguments.get(1), row);
        if (offset == null) {
            return null;
        }
        long target = place + direction * (Long) offset;
        if (target >= 0 && target < rows.size()) {
            return value(arguments.getFirst(), rows.get((int) target));
        }
        return arguments.size() < 3 ? null : value(arguments.get(2), row);
    }

    private static @Nullable Object overFrame(WindowCall call, List<Row> frame, Row row) {
        int size = frame.size();
        return switch (call.function().oid()) {
            case 3112 -> size == 0 ? null : value(call.arguments().getFirst(), frame.getFirst());
            case 3113 -> size == 0 ? null : value(call.arguments().getFirst(), frame.getLast());
            case 3114 ->
                    nth(frame, value(call.arguments().get(1), row), call.arguments().getFirst());
            default ->
                    NaiveEvaluation.aggregate(
                            new AggregateCall(
                                    call.function(),
                                    call.arguments(),
                                    new AggregateCall.Clauses(
                                            call.filter(), false, List.of(), List.of()),
                                    call.type()),
                            frame);
        };
    }

    private static @Nullable Object nth(List<Row> frame, @Nullable Object n, Expression result) {
        if (n == null || (Long) n > frame.size()) {
            return null;
        }
        return value(result, frame.get((int) ((Long) n - 1)));
    }

    private List<Row> frame(WindowCall call, List<Row> rows, int place) {
        List<Row> frame = new ArrayList<>();
        for (int other = 0; other < rows.size(); other++) {
            if (within(call, call.frame().start(), rows, place, other, 1)
                    && within(call, call.frame().end(), rows, place, other, -1)
                    && !excluded(call, rows, place, other)) {
                frame.add(rows.get(other));
            }
        }
        return frame;
    }

    private boolean excluded(WindowCall call, List<Row> rows, int place, int other) {
        boolean peer = order(rows.get(place), rows.get(other)) == 0;
        return switch (call.frame().exclusion()) {
            case NO_OTHERS -> false;
            case CURRENT_ROW -> place == other;
            case GROUP -> peer;
            case TIES -> peer && place != other;
        };
    }

    /// Whether a row is not before the frame's start (side 1) or not after its end (side −1).
    private boolean within(
            WindowCall call, Bound bound, List<Row> rows, int place, int other, int side) {
        return switch (bound) {
            case Bound.UnboundedPreceding _ -> side == 1;
            case Bound.UnboundedFollowing _ -> side == -1;
            case Bound.CurrentRow _ ->
                    switch (call.frame().mode()) {
                        case ROWS -> side * (other - place) >= 0;
                        case RANGE, GROUPS -> side * order(rows.get(other), rows.get(place)) >= 0;
                    };
            case Bound.Preceding(var offset) ->
                    side * away(call, rows, place, other, offset(offset), -1) >= 0;
            case Bound.Following(var offset) ->
                    side * away(call, rows, place, other, offset(offset), 1) >= 0;
        };
    }

    /// How a row compares with the place that is so far before (−1) or after (1) another.
    private int away(
            WindowCall call, List<Row> rows, int place, int other, Object offset, int direction) {
        return switch (call.frame().mode()) {
            case ROWS -> Long.compare(other, place + direction * (Long) offset);
            case GROUPS ->
                    Long.compare(
                            group(rows, other), group(rows, place) + direction * (Long) offset);
            case RANGE -> {
                SortKey key = plan.order().getFirst();
                Object value = value(key.expression(), rows.get(other));
                Object base = value(key.expression(), rows.get(place));
                if (value == null || base == null) {
                    yield compare(key.expression().type(), value, base, key.nullsFirst());
                }
                int sign = key.descending() ? -1 : 1;
                yield sign
                        * key.expression()
                                .type()
                                .compare(value, moved(base, offset, sign * direction));
            }
        };
    }

    private static Object offset(WindowCall.Offset offset) {
        return Objects.requireNonNull(value(offset.value(), Row.of()));
    }

    private static Object moved(Object base, Object offset, int direction) {
        return switch (base) {
            case Long number -> number + direction * (Long) offset;
            case Double number -> number + direction * (Double) offset;
            case Numeric.Finite(BigDecimal number) ->
                    Numeric.of(
                            number.add(
                                    ((Numeric.Finite) offset)
                                            .value()
                                            .multiply(BigDecimal.valueOf(direction))));
            default -> base;
        };
    }

    private long group(List<Row> rows, int place) {
        return IntStream.rangeClosed(1, place)
                .filter(i -> order(rows.get(i - 1), rows.get(i)) != 0)
                .count();
    }
}
