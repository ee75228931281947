package io.pgtrickle.dataflow.order;

import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.ByteWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Labels between which there is always room: fractions with ever wider digits (LSEQ; Nédelec, Molli, Mostéfaoui, Desmontils:
/// "LSEQ: an Adaptive Structure for Sequences in Distributed Collaborative Editing", DocEng 2013).
///
/// A label is a list of digits, the first of 1 byte, the next of 2, up to 7, big-endian; its last digit isn't 0. So the order of the bytes is
/// that of the fractions. New labels stand near the lower end of their gap at the first, third, … digit and near the upper end at the
/// others: where values come in ascending or descending order, every second digit has room for the square root of its
/// range, and labels grow with the logarithm of the number of values.
final class Fractions {

    /// What an order that is hostile to labels may make of them: always between the two last ones. Then all are made anew.
    static final int MAX_BYTES = 1_000;

    private static final int WIDEST = 7;

    private Fractions() {}

    /// So many ascending labels between two others.
    ///
    /// @param lower empty for none
    /// @param upper above the lower one; absent for none
    /// @throws PgtrickleException STATE_INCONSISTENT where they would be too long, so that the view is made anew
    static List<Bytes> between(Bytes lower, Optional<Bytes> upper, int count) {
        ByteWriter prefix = new ByteWriter();
        Optional<Bytes> bound = upper;
        int start = 0;
        for (int depth = 0; start < MAX_BYTES; depth++) {
            int width = Math.min(depth + 1, WIDEST);
            int at = start;
            long low = digit(lower, at, width);
            long high = bound.map(bytes -> digit(bytes, at, width)).orElse(1L << 8 * width);
            long room = high - low - 1;
            if (room >= count) {
                long step = Math.clamp(room / (count + 1L), 1L, 1L << 4 * width);
                long first = depth % 2 == 0 ? low + step : high - step * count;
                return labels(prefix.toByteArray(), width, first, step, count);
            }
            if (high > low) {
                bound = Optional.empty();
            }
            write(low, width, prefix);
            start += width;
        }
        throw PgtrickleException.of(
                        ErrorCode.STATE_INCONSISTENT,
                        "the places in an order that PostgreSQL knows have become too narrow")
                .withHint("The view is made anew by itself.");
    }

    private static List<Bytes> labels(byte[] prefix, int width, long first, long step, int count) {
        List<Bytes> labels = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ByteWriter label = new ByteWriter(prefix.length + width).write(prefix);
            write(first + step * i, width, label);
            labels.add(Bytes.of(label.toByteArray()));
        }
        return labels;
    }

    private static long digit(Bytes label, int start, int width) {
        long digit = 0;
        for (int i = start; i < start + width; i++) {
            digit = digit << 8 | (i < label.length() ? label.array()[i] & 0xff : 0);
        }
        return digit;
    }

    private static void write(long digit, int width, ByteWriter out) {
        for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
            out.writeByte((int) (digit >> shift));
        }
    }
}
