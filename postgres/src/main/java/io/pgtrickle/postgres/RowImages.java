package io.pgtrickle.postgres;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyInputStream;

/// Reads a query's rows as PostgreSQL's binary COPY sends them (manual, "COPY", Binary Format), one at a time and undecoded:
/// for who compares rows and needn't know their types.
public final class RowImages {

    private static final byte[] SIGNATURE =
            "PGCOPY\n\u00ff\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final int BUFFER_BYTES = 1 << 16;

    /// Receives each row: the fields' lengths and bytes one after another, in a buffer that is overwritten by the next.
    @FunctionalInterface
    public interface Visitor {

        /// Takes one row.
        ///
        /// @param lastField where the last field's bytes begin
        void accept(byte[] image, int length, int lastField);
    }

    private final DataInputStream in;
    private byte[] image = new byte[1024];
    private int length;
    private int lastField;

    private RowImages(InputStream in) {
        this.in = new DataInputStream(in);
    }

    /// All rows, under the connection's current transaction.
    public static void read(Connection connection, String query, Visitor visitor)
            throws SQLException {
        PGConnection session = connection.unwrap(PGConnection.class);
        String copy = "COPY (" + query + "\n) TO STDOUT (FORMAT binary)";
        try (InputStream in =
                new BufferedInputStream(new PGCopyInputStream(session, copy), BUFFER_BYTES)) {
            new RowImages(in).readAll(visitor);
        } catch (IOException e) {
            if (e.getCause() instanceof SQLException sql) {
                throw sql;
            }
            throw PgtrickleException.of(
                    ErrorCode.CONNECTION_LOST, "reading rows failed: " + e.getMessage(), e);
        }
    }

    private void readAll(Visitor visitor) throws IOException {
        byte[] signature = in.readNBytes(SIGNATURE.length);
        if (!Arrays.equals(signature, SIGNATURE)) {
            throw new IOException("not PostgreSQL's binary format");
        }
        in.readInt();
        in.skipNBytes(in.readInt());
        for (int fields = in.readShort(); fields >= 0; fields = in.readShort()) {
            readRow(fields);
            visitor.accept(image, length, lastField);
        }
        // the protocol's end follows the trailer
        in.transferTo(java.io.OutputStream.nullOutputStream());
    }

    private void readRow(int fields) throws IOException {
        length = 0;
        lastField = 0;
        for (int i = 0; i < fields; i++) {
            int size = in.readInt();
            int payload = Math.max(size, 0);
            reserve(Integer.BYTES + payload);
            for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
                image[length++] = (byte) (size >> shift);
            }
            lastField = length;
            in.readFully(image, length, payload);
            length += payload;
        }
    }

    private void reserve(int more) {
        int needed = Math.addExact(length, more);
        if (needed > image.length) {
            image =
                    Arrays.copyOf(
                            image,
                            Math.max(
                                    needed,
                                    (int) Math.min(2L * image.length, Integer.MAX_VALUE - 8)));
        }
    }
}
