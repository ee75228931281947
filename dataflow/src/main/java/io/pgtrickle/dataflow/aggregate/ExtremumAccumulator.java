package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.AggregateFunction.Kind;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.SqlType;
import org.jspecify.annotations.Nullable;

/// `min` and `max`: the winner so far. Whether it still wins can't be told without the group's other values when an equal one
/// goes, or comes under another image; then it is `stale` until `replace` brings the first value of the group's
/// `ValueIndex`, where of equal values the one with the least image is first.
public final class ExtremumAccumulator implements Accumulator {

    private final SqlType type;
    private final int sign;
    private @Nullable Object winner;
    private boolean stale;

    ExtremumAccumulator(AggregateCall call, SqlType type) {
        this.type = type;
        this.sign = call.kind() == Kind.MIN ? 1 : -1;
    }

    @Override
    public void add(Object value, long weight) {
        int order = winner == null ? -1 : sign * type.compare(value, winner);
        if (order < 0) {
            // nothing that goes beats the winner, unless the winner came in this very step
            stale |= weight < 0;
            winner = weight > 0 ? value : winner;
        } else if (order == 0) {
            stale |= weight < 0 || !type.equalMeansSameImage();
        }
    }

    /// Whether the winner must be looked up among the group's values.
    public boolean stale() {
        return stale;
    }

    /// Brings the group's first value, null where there is none.
    public void replace(@Nullable Object first) {
        winner = first;
        stale = false;
    }

    @Override
    public @Nullable Object result() {
        return winner;
    }

    @Override
    public void read(ByteReader in) {
        int lengthPlusOne = (int) in.readVarLong();
        if (lengthPlusOne > 0) {
            winner = type.decode(in.readBytes(lengthPlusOne - 1), 0, lengthPlusOne - 1);
        }
    }

    @Override
    public void write(ByteWriter out) {
        if (winner == null) {
            out.writeVarLong(0);
            return;
        }
        ByteWriter image = new ByteWriter();
        type.encode(winner, image);
        out.writeVarLong(image.size() + 1L).write(image);
    }
}
