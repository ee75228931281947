package io.pgtrickle.state;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.List;
import java.util.Map;

/// A cursor over entries that were copied.
final class MemoryCursor implements Arrangement.Cursor {

    private final MemorySpace space;
    private final List<Map.Entry<byte[], byte[]>> entries;
    private int position = -1;

    MemoryCursor(MemorySpace space, List<Map.Entry<byte[], byte[]>> entries) {
        this.space = space;
        this.entries = entries;
    }

    @Override
    public boolean next() {
        space.checkUsable();
        position = Math.min(position + 1, entries.size());
        return position < entries.size();
    }

    @Override
    public byte[] key() {
        return current().getKey();
    }

    @Override
    public byte[] value() {
        return current().getValue();
    }

    private Map.Entry<byte[], byte[]> current() {
        if (position < 0 || position >= entries.size()) {
            throw PgtrickleException.of(ErrorCode.INTERNAL, "the cursor stands at no entry");
        }
        return entries.get(position);
    }

    /// Ends the scan.
    @Override
    public void close() {
        position = entries.size();
    }
}
