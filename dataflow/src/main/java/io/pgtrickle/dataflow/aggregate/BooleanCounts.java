package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import org.jspecify.annotations.Nullable;

/// `bool_and`, `every` and `bool_or`: how many values are true and how many false.
final class BooleanCounts implements Accumulator {

    private final boolean conjunction;
    private long trues;
    private long falses;

    BooleanCounts(boolean conjunction) {
        this.conjunction = conjunction;
    }

    @Override
    public void add(Object value, long weight) {
        if ((Boolean) value) {
            trues = Math.addExact(trues, weight);
        } else {
            falses = Math.addExact(falses, weight);
        }
    }

    @Override
    public @Nullable Object result() {
        if (trues == 0 && falses == 0) {
            return null;
        }
        return conjunction ? falses == 0 : trues > 0;
    }

    @Override
    public void read(ByteReader in) {
        trues = in.readVarLong();
        falses = in.readVarLong();
    }

    @Override
    public void write(ByteWriter out) {
        out.writeVarLong(trues).writeVarLong(falses);
    }
}
