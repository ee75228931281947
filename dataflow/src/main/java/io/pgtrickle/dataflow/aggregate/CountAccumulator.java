package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;

/// `count`: how many values there are; 0 where there is none.
final class CountAccumulator implements Accumulator {

    private long count;

    @Override
    public void add(Object value, long weight) {
        count = Math.addExact(count, weight);
    }

    @Override
    public Object result() {
        return count;
    }

    @Override
    public void read(ByteReader in) {
        count = in.readVarLong();
    }

    @Override
    public void write(ByteWriter out) {
        out.writeVarLong(count);
    }
}
