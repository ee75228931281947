package io.pgtrickle.commander;

import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.UniqueColumns;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.state.Arrangement;
import io.pgtrickle.state.StateSpace;
import java.nio.ByteBuffer;
import java.util.Optional;

/// The result of a view while it is being populated: the sum of the deltas so far, on disk. For one thread.
final class ResultAccumulator {

    private static final byte[] ONCE = toBytes(1);

    private final RowCodec codec;
    private final boolean distinct;
    private final StateSpace space;
    private final Arrangement weights;
    private final long flushBytes;

    /// @param difference whether it will be the difference of the result to something else, in which a row may have any weight
    /// @param flushBytes what may be pending in memory
    ResultAccumulator(Plan plan, boolean difference, StateSpace space, long flushBytes) {
        this.codec = new RowCodec(plan.types());
        this.distinct = !difference && UniqueColumns.of(plan).isPresent();
        this.space = space;
        this.weights = space.arrangement(0);
        this.flushBytes = flushBytes;
    }

    StateSpace space() {
        return space;
    }

    void add(ZSet delta) {
        delta.forEach(this::add);
    }

    void add(Row row, long weight) {
        byte[] image = codec.encode(row);
        if (distinct && weight == 1) {
            weights.put(image, ONCE);
        } else if (distinct && weight == -1) {
            weights.delete(image);
        } else {
            Optional<byte[]> before = weights.get(image);
            long sum = Math.addExact(before.map(ResultAccumulator::toLong).orElse(0L), weight);
            if (sum == 0) {
                weights.delete(image);
            } else {
                weights.put(image, toBytes(sum));
            }
        }
        if (space.pendingBytes() > flushBytes) {
            space.flush();
        }
    }

    /// Every row with its weight, in no particular order.
    void forEach(ZSet.Visitor visitor) {
        try (Arrangement.Cursor cursor = weights.scan(new byte[0])) {
            while (cursor.next()) {
                visitor.accept(codec.decode(cursor.key()), toLong(cursor.value()));
            }
        }
    }

    /// The same for a complete result, which can't have a row a negative number of times.
    void forEachRow(ZSet.Visitor visitor) {
        forEach((row, weight) -> {
            if (weight < 0) {
                throw PgtrickleException.of(
                        ErrorCode.STATE_INCONSISTENT,
                        "a row of the result has the weight " + weight + ": " + row);
            }
            visitor.accept(row, weight);
        });
    }

    private static byte[] toBytes(long weight) {
        return ByteBuffer.allocate(Long.BYTES).putLong(weight).array();
    }

    private static long toLong(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }
}
