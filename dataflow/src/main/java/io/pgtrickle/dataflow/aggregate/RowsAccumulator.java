package io.pgtrickle.dataflow.aggregate;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.ByteReader;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.RowCodec;
import org.jspecify.annotations.Nullable;

/// The place of a `RowsFunction` among a group's accumulators: the direct arguments, and for the time of a step the result. The rows lie in
/// an arrangement of their own, and the result in the group's output row.
public final class RowsAccumulator implements Accumulator {

    private final RowCodec directCodec;
    private @Nullable Row direct;
    private @Nullable Object result;

    public RowsAccumulator(RowCodec directCodec) {
        this.directCodec = directCodec;
    }

    /// The direct arguments; null for a group that is new.
    public @Nullable Row direct() {
        return direct;
    }

    public void begin(Row newDirect) {
        direct = newDirect;
    }

    /// Takes what was computed now, or in an earlier step.
    public void set(@Nullable Object newResult) {
        result = newResult;
    }

    @Override
    public void add(Object value, long weight) {
        throw new IllegalStateException("rows are not added one by one");
    }

    @Override
    public @Nullable Object result() {
        return result;
    }

    @Override
    public void read(ByteReader in) {
        direct = directCodec.decode(in.readBytes((int) in.readVarLong()));
    }

    @Override
    public void write(ByteWriter out) {
        byte[] image = directCodec.encode(direct == null ? Row.of() : direct);
        out.writeVarLong(image.length).write(image);
    }
}
