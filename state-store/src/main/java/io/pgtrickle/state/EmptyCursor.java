package io.pgtrickle.state;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;

/// A cursor over nothing.
enum EmptyCursor implements Arrangement.Cursor {
    INSTANCE;

    @Override
    public boolean next() {
        return false;
    }

    @Override
    public byte[] key() {
        throw PgtrickleException.of(ErrorCode.INTERNAL, "the cursor stands at no entry");
    }

    @Override
    public byte[] value() {
        return key();
    }

    @Override
    public void close() {}
}
