package io.pgtrickle.model.type;

import io.pgtrickle.model.Multirange;
import io.pgtrickle.model.Range;
import io.pgtrickle.model.Range.Between;
import io.pgtrickle.model.Range.Bound;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Images of ranges (`range_send`): a byte of flags, then the finite bounds; and of multiranges: a count, then the ranges.
final class RangeCodec {

    private static final int EMPTY = 0x01;
    private static final int LOWER_INCLUSIVE = 0x02;
    private static final int UPPER_INCLUSIVE = 0x04;
    private static final int LOWER_INFINITE = 0x08;
    private static final int UPPER_INFINITE = 0x10;

    private RangeCodec() {}

    static Range decode(SqlType.RangeType type, ByteBuffer in) {
        int flags = in.get();
        Range range = Range.EMPTY;
        if ((flags & EMPTY) == 0) {
            Bound lower =
                    bound(
                            type.subtype(),
                            (flags & LOWER_INFINITE) != 0,
                            (flags & LOWER_INCLUSIVE) != 0,
                            in);
            Bound upper =
                    bound(
                            type.subtype(),
                            (flags & UPPER_INFINITE) != 0,
                            (flags & UPPER_INCLUSIVE) != 0,
                            in);
            range = new Between(lower, upper);
        }
        if (in.hasRemaining()) {
            throw new IllegalArgumentException(in.remaining() + " bytes after a range");
        }
        return range;
    }

    private static Bound bound(
            SqlType subtype, boolean infinite, boolean inclusive, ByteBuffer in) {
        return infinite
                ? Bound.INFINITE
                : new Bound(
                        Optional.of(ContainerCodec.decodeValue(subtype, in.getInt(), in)),
                        inclusive);
    }

    static void encode(SqlType.RangeType type, Range range, ByteWriter out) {
        switch (range) {
            case Range.Empty _ -> out.writeByte(EMPTY);
            case Between(Bound lower, Bound upper) -> {
                out.writeByte(
                        (lower.value().isEmpty() ? LOWER_INFINITE : 0)
                                | (upper.value().isEmpty() ? UPPER_INFINITE : 0)
                                | (lower.inclusive() ? LOWER_INCLUSIVE : 0)
                                | (upper.inclusive() ? UPPER_INCLUSIVE : 0));
                lower.value()
                        .ifPresent(value -> ContainerCodec.encodeValue(type.subtype(), value, out));
                upper.value()
                        .ifPresent(value -> ContainerCodec.encodeValue(type.subtype(), value, out));
            }
        }
    }

    static Multirange decode(SqlType.MultirangeType type, ByteBuffer in) {
        int count = in.getInt();
        List<Between> ranges = new ArrayList<>();
        while (in.hasRemaining()) {
            if (ContainerCodec.decodeValue(type.range(), in.getInt(), in)
                    instanceof Between range) {
                ranges.add(range);
            }
        }
        if (ranges.size() != count) {
            throw new IllegalArgumentException(count + " ranges expected, not " + ranges.size());
        }
        return new Multirange(ranges);
    }

    static void encode(SqlType.MultirangeType type, Multirange multirange, ByteWriter out) {
        out.writeInt(multirange.ranges().size());
        for (Between range : multirange.ranges()) {
            ContainerCodec.encodeValue(type.range(), range, out);
        }
    }
}
