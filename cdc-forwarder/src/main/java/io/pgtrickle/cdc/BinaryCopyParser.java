package io.pgtrickle.cdc;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.SqlType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Reads the binary format of COPY as it comes, in pieces that may end anywhere ("COPY", section "Binary Format", in
/// PostgreSQL's manual). For one thread.
final class BinaryCopyParser {

    private static final byte[] SIGNATURE = {
        'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xff, '\r', '\n', 0
    };
    private static final int HEADER_BYTES = SIGNATURE.length + 8;
    private static final int TRAILER = -1;
    private static final int NULL_LENGTH = -1;

    private enum State {
        HEADER,
        ROWS,
        ENDED
    }

    private final List<SqlType> types;
    private State state = State.HEADER;
    private byte[] rest = new byte[0];

    BinaryCopyParser(List<SqlType> types) {
        this.types = types;
    }

    /// Takes the next piece and passes on the rows that it completes.
    void accept(byte[] piece, Consumer<Row> action) {
        byte[] bytes = rest.length == 0 ? piece : concat(rest, piece);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        boolean more = true;
        while (more) {
            more = step(in, action);
        }
        rest =
                in.hasRemaining()
                        ? Arrays.copyOfRange(bytes, in.position(), bytes.length)
                        : new byte[0];
    }

    /// @throws PgtrickleException STREAM_MALFORMED where the data broke off
    void end() {
        if (state != State.ENDED || rest.length > 0) {
            throw malformed("its end is missing");
        }
    }

    /// Reads one thing if it is there as a whole; leaves the position where it was otherwise.
    private boolean step(ByteBuffer in, Consumer<Row> action) {
        return switch (state) {
            case HEADER -> header(in);
            case ROWS -> row(in, action);
            case ENDED -> {
                if (in.hasRemaining()) {
                    throw malformed("it goes on after its end");
                }
                yield false;
            }
        };
    }

    private boolean header(ByteBuffer in) {
        int start = in.position();
        if (in.remaining() < HEADER_BYTES) {
            return false;
        }
        byte[] signature = new byte[SIGNATURE.length];
        in.get(signature);
        in.getInt();
        int extension = in.getInt();
        if (!Arrays.equals(signature, SIGNATURE) || extension < 0) {
            throw malformed("its header is wrong");
        }
        if (in.remaining() < extension) {
            in.position(start);
            return false;
        }
        in.position(in.position() + extension);
        state = State.ROWS;
        return true;
    }

    private boolean row(ByteBuffer in, Consumer<Row> action) {
        int start = in.position();
        if (in.remaining() < 2) {
            return false;
        }
        int width = in.getShort();
        if (width == TRAILER) {
            state = State.ENDED;
            return true;
        }
        if (width != types.size()) {
            throw malformed("a row has " + width + " columns instead of " + types.size());
        }
        @Nullable Object[] cells = new @Nullable Object[width];
        for (int i = 0; i < width; i++) {
            if (in.remaining() < 4) {
                in.position(start);
                return false;
            }
            int length = in.getInt();
            if (length == NULL_LENGTH) {
                continue;
            }
            if (length < 0) {
                throw malformed("a value has a length of " + length);
            }
            if (in.remaining() < length) {
                in.position(start);
                return false;
            }
            cells[i] = types.get(i).decode(in.array(), in.arrayOffset() + in.position(), length);
            in.position(in.position() + length);
        }
        action.accept(Row.of(cells));
        return true;
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static PgtrickleException malformed(String what) {
        return PgtrickleException.of(
                ErrorCode.STREAM_MALFORMED, "binary data of COPY is malformed: " + what);
    }
}
