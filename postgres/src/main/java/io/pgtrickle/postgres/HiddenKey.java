package io.pgtrickle.postgres;

import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.RowCodec;
import io.pgtrickle.model.type.SqlType;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/// Makes values of `__pgtrickle_row`. Population and deltas must give a row the same one, for ever: it is part of the tables' format.
final class HiddenKey {

    static final int HASH_BYTES = 16;
    static final int BYTES = HASH_BYTES + Integer.BYTES;

    private final RowCodec codec;
    private final MessageDigest sha256;

    HiddenKey(List<SqlType> types) {
        this.codec = new RowCodec(types);
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// The part that equal rows share, in the first 16 of the bytes.
    byte[] hash(Row row) {
        return sha256.digest(codec.encode(row));
    }

    /// @param number an ordinal in a table; in a delta, how many rows
    static void write(byte[] hash, int number, ByteWriter out) {
        out.write(hash, 0, HASH_BYTES).writeInt(number);
    }
}
