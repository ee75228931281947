package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import org.jspecify.annotations.Nullable;

/// `bit_and`, `bit_or` and `bit_xor` of whole numbers: for each bit how many values have it. The bits of narrow numbers beyond their width
/// are all like their sign.
final class BitCounts implements Accumulator {

    private final BitOperation operation;
    private final long[] ones = new long[Long.SIZE];
    private long count;

    BitCounts(BitOperation operation) {
        this.operation = operation;
    }

    @Override
    public void add(Object value, long weight) {
        long bits = (Long) value;
        count = Math.addExact(count, weight);
        for (int i = 0; i < Long.SIZE; i++) {
            if ((bits >>> i & 1) != 0) {
                ones[i] = Math.addExact(ones[i], weight);
            }
        }
    }

    @Override
    public @Nullable Object result() {
        if (count == 0) {
            return null;
        }
        long bits = 0;
        for (int i = 0; i < Long.SIZE; i++) {
            bits |= operation.of(ones[i], count) ? 1L << i : 0;
        }
        return bits;
    }

    @Override
    public void read(ByteReader in) {
        count = in.readVarLong();
        for (int i = 0; i < Long.SIZE; i++) {
            ones[i] = in.readVarLong();
        }
    }

    @Override
    public void write(ByteWriter out) {
        out.writeVarLong(count);
        for (long one : ones) {
            out.writeVarLong(one);
        }
    }
}
