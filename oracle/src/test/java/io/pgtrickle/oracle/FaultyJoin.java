package io.pgtrickle.oracle;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// `l LEFT JOIN r ON l.k = r.k` over rows (k, v) and (k, w), as one would write it by hand, with a fault at choice.
final class FaultyJoin {

    enum Fault {
        NONE,
        CROSS_TERM_DROPPED,
        CROSS_TERM_TWICE,
        RETRACTION_LOOKED_UP_IN_THE_NEW_STATE,
        PAD_AT_EVERY_CHANGE,
        PAD_NEVER_TAKEN_BACK,
        NULL_KEYS_MATCH
    }

    private final Fault fault;
    private final ZSet left = new ZSet();
    private final ZSet right = new ZSet();

    FaultyJoin(Fault fault) {
        this.fault = fault;
    }

    ZSet step(ZSet leftDelta, ZSet rightDelta) {
        ZSet leftBefore = copy(left);
        ZSet rightBefore = copy(right);
        left.addAll(leftDelta);
        right.addAll(rightDelta);
        ZSet output = new ZSet();
        join(output, leftDelta, fault == Fault.CROSS_TERM_TWICE ? right : rightBefore, 1);
        if (fault == Fault.RETRACTION_LOOKED_UP_IN_THE_NEW_STATE) {
            ZSet retractions = new ZSet();
            leftDelta.forEach((row, weight) -> retractions.add(row, Math.min(0, weight)));
            join(output, retractions, rightBefore, -1);
            join(output, retractions, right, 1);
        }
        join(output, fault == Fault.CROSS_TERM_DROPPED ? leftBefore : left, rightDelta, 1);
        pad(output, left, right, 1);
        pad(output, leftBefore, rightBefore, -1);
        if (fault == Fault.PAD_AT_EVERY_CHANGE) {
            leftDelta.forEach((row, weight) -> {
                if (weight > 0 && rightDelta.isEmpty() && matches(row, right) > 0) {
                    output.add(padded(row), weight);
                }
            });
        }
        return output;
    }

    private static ZSet copy(ZSet set) {
        ZSet copy = new ZSet();
        copy.addAll(set);
        return copy;
    }

    private boolean equal(@Nullable Object a, @Nullable Object b) {
        return a == null || b == null
                ? fault == Fault.NULL_KEYS_MATCH && a == null && b == null
                : Objects.equals(a, b);
    }

    private void join(ZSet output, ZSet lefts, ZSet rights, int sign) {
        lefts.forEach((l, m) ->
                rights.forEach((r, n) -> {
                    if (equal(l.get(0), r.get(0))) {
                        output.add(Row.of(l.get(0), l.get(1), r.get(1)), sign * m * n);
                    }
                }));
    }

    private long matches(Row row, ZSet rights) {
        long[] count = new long[1];
        rights.forEach((r, n) -> count[0] += equal(row.get(0), r.get(0)) ? n : 0);
        return count[0];
    }

    private void pad(ZSet output, ZSet lefts, ZSet rights, int sign) {
        lefts.forEach((row, weight) -> {
            boolean kept =
                    fault == Fault.PAD_NEVER_TAKEN_BACK && sign < 0 && matches(row, right) > 0;
            if (matches(row, rights) == 0 && !kept) {
                output.add(padded(row), sign * weight);
            }
        });
    }

    private static Row padded(Row row) {
        return Row.of(row.get(0), row.get(1), null);
    }
}
