package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Plan.JoinKind;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a LEFT, FULL, SEMI or ANTI join shows of a row that has a match or has none.
final class JoinOutput {

    private final JoinKind kind;
    private final Row leftNulls;
    private final Row rightNulls;

    JoinOutput(Plan.Join plan) {
        this.kind = plan.kind();
        this.leftNulls = nulls(plan.left());
        this.rightNulls = nulls(plan.right());
    }

    private static Row nulls(Plan plan) {
        List<?> types = plan.types();
        return Row.of(new @Nullable Object[types.size()]);
    }

    boolean showsPairs() {
        return kind.hasRightColumns();
    }

    /// Whether the output depends on which right rows have a match.
    boolean showsLoneRight() {
        return kind == JoinKind.FULL;
    }

    /// Adds what is shown of a left row besides its pairs.
    void left(Row row, long weight, boolean matched, ZSet out) {
        switch (kind) {
            case INNER -> {}
            case LEFT, FULL -> {
                if (!matched) {
                    out.add(row.concat(rightNulls), weight);
                }
            }
            case SEMI -> {
                if (matched) {
                    out.add(row, weight);
                }
            }
            case ANTI -> {
                if (!matched) {
                    out.add(row, weight);
                }
            }
        }
    }

    /// Adds what is shown of a right row besides its pairs.
    void right(Row row, long weight, boolean matched, ZSet out) {
        if (kind == JoinKind.FULL && !matched) {
            out.add(leftNulls.concat(row), weight);
        }
    }

    /// Adds what is shown of two rows that match.
    void pair(Row left, Row right, long weight, ZSet out) {
        out.add(left.concat(right), weight);
    }
}
