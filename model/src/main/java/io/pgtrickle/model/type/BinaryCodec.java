package io.pgtrickle.model.type;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pgtrickle.model.BitString;
import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Interval;
import io.pgtrickle.model.Jsonb;
import io.pgtrickle.model.Labelled;
import io.pgtrickle.model.Multirange;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Range;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.TimeWithZone;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/// PostgreSQL's binary images of values (`typsend`, `typreceive`): on the wire, in COPY and in the state store.
final class BinaryCodec {

    /// What Java puts for bytes that aren't UTF-8; texts may have it, too.
    private static final char REPLACEMENT = '\ufffd';

    private static final int JSONB_VERSION = 1;

    private BinaryCodec() {}

    static Object decode(SqlType type, byte[] source, int offset, int length) {
        try {
            return value(type, source, offset, length);
        } catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException e) {
            throw PgtrickleException.of(
                    ErrorCode.STREAM_MALFORMED,
                    length + " bytes are no value of type " + type.oid(),
                    e);
        }
    }

    private static Object value(SqlType type, byte[] source, int offset, int length) {
        ByteBuffer in = ByteBuffer.wrap(source, offset, length);
        return switch (type) {
            case SqlType.Bool _ -> {
                checkLength(type, length, 1);
                yield in.get() != 0;
            }
            case SqlType.Integral(_, int width, boolean signed) ->
                    decodeIntegral(type, width, signed, in);
            case SqlType.Real _ -> {
                checkLength(type, length, 4);
                yield in.getFloat();
            }
            case SqlType.DoublePrecision _ -> {
                checkLength(type, length, 8);
                yield in.getDouble();
            }
            case SqlType.NumericType _ -> NumericCodec.decode(source, offset, length);
            case SqlType.Text _, SqlType.EnumType _ -> decodeText(source, offset, length);
            case SqlType.ByteString _, SqlType.NetworkType _, SqlType.Opaque _ ->
                    Bytes.copyOf(source, offset, length);
            case SqlType.LabelledType(SqlType base) -> {
                int labelLength = in.getInt();
                int start = offset + 4 + labelLength;
                yield new Labelled(
                        Bytes.copyOf(source, offset + 4, labelLength),
                        base.decode(source, start, length - 4 - labelLength));
            }
            case SqlType.IntervalType _ -> {
                checkLength(type, length, 16);
                long micros = in.getLong();
                int days = in.getInt();
                yield new Interval(in.getInt(), days, micros);
            }
            case SqlType.TimeTzType _ -> {
                checkLength(type, length, 12);
                yield new TimeWithZone(in.getLong(), in.getInt());
            }
            case SqlType.BitType _ ->
                    new BitString(in.getInt(), Bytes.copyOf(source, in.position(), length - 4));
            case SqlType.JsonbType _ -> {
                if (in.get() != JSONB_VERSION) {
                    throw new IllegalArgumentException("a jsonb of another version");
                }
                yield Jsonb.printed(decodeText(source, offset + 1, length - 1));
            }
            case SqlType.ArrayType array -> ContainerCodec.decodeArray(array, in);
            case SqlType.CompositeType composite -> ContainerCodec.decodeComposite(composite, in);
            case SqlType.RangeType range -> RangeCodec.decode(range, in);
            case SqlType.MultirangeType multirange -> RangeCodec.decode(multirange, in);
        };
    }

    static void encode(SqlType type, Object value, ByteWriter out) {
        switch (type) {
            case SqlType.Bool _ -> out.writeByte((Boolean) value ? 1 : 0);
            case SqlType.Integral(_, int width, boolean signed) -> {
                checkRange(type, width, signed, (Long) value);
                encodeIntegral(width, (Long) value, out);
            }
            case SqlType.Real _ -> out.writeInt(Float.floatToIntBits((Float) value));
            case SqlType.DoublePrecision _ ->
                    out.writeLong(Double.doubleToLongBits((Double) value));
            case SqlType.NumericType _ -> NumericCodec.encode((Numeric) value, out);
            case SqlType.Text _, SqlType.EnumType _ -> out.write(((String) value).getBytes(UTF_8));
            case SqlType.ByteString _, SqlType.NetworkType _, SqlType.Opaque _ ->
                    out.write(((Bytes) value).array());
            case SqlType.LabelledType(SqlType base) -> {
                Labelled labelled = (Labelled) value;
                out.writeInt(labelled.label().length()).write(labelled.label().array());
                base.encode(labelled.value(), out);
            }
            case SqlType.IntervalType _ -> {
                Interval interval = (Interval) value;
                out.writeLong(interval.micros())
                        .writeInt(interval.days())
                        .writeInt(interval.months());
            }
            case SqlType.TimeTzType _ -> {
                TimeWithZone time = (TimeWithZone) value;
                out.writeLong(time.micros()).writeInt(time.zone());
            }
            case SqlType.BitType _ -> {
                BitString bits = (BitString) value;
                out.writeInt(bits.length()).write(bits.bytes().array());
            }
            case SqlType.JsonbType _ ->
                    out.writeByte(JSONB_VERSION).write(((Jsonb) value).text().getBytes(UTF_8));
            case SqlType.ArrayType array ->
                    ContainerCodec.encodeArray(array, (SqlArray) value, out);
            case SqlType.CompositeType composite ->
                    ContainerCodec.encodeComposite(composite, (Row) value, out);
            case SqlType.RangeType range -> RangeCodec.encode(range, (Range) value, out);
            case SqlType.MultirangeType multirange ->
                    RangeCodec.encode(multirange, (Multirange) value, out);
        }
    }

    /// Strict: a byte sequence that isn't UTF-8 (a database in SQL_ASCII has such) would else become another text.
    private static String decodeText(byte[] source, int offset, int length) {
        String text = new String(source, offset, length, UTF_8);
        if (text.indexOf(REPLACEMENT) < 0) {
            return text;
        }
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(source, offset, length)).toString();
        } catch (CharacterCodingException e) {
            throw PgtrickleException.of(
                    ErrorCode.STREAM_MALFORMED, "a text of " + length + " bytes is not UTF-8", e);
        }
    }

    private static Object decodeIntegral(SqlType type, int width, boolean signed, ByteBuffer in) {
        checkLength(type, in.remaining(), width);
        return switch (width) {
            case 1 -> signed ? (long) in.get() : in.get() & 0xffL;
            case 2 -> signed ? (long) in.getShort() : in.getShort() & 0xffffL;
            case 4 -> signed ? (long) in.getInt() : in.getInt() & 0xffffffffL;
            default -> in.getLong();
        };
    }

    private static void encodeIntegral(int width, long value, ByteWriter out) {
        switch (width) {
            case 1 -> out.writeByte((int) value);
            case 2 -> out.writeShort((int) value);
            case 4 -> out.writeInt((int) value);
            default -> out.writeLong(value);
        }
    }

    static void checkRange(SqlType type, int width, boolean signed, long value) {
        if (width < 8) {
            int bits = 8 * width;
            long truncated = signed ? value << 64 - bits >> 64 - bits : value & (1L << bits) - 1;
            if (truncated != value) {
                throw PgtrickleException.of(
                        ErrorCode.INTERNAL,
                        "the value " + value + " is out of range for type " + type);
            }
        }
    }

    private static void checkLength(SqlType type, int length, int expected) {
        if (length != expected) {
            throw PgtrickleException.of(
                    ErrorCode.STREAM_MALFORMED,
                    length + " bytes for type " + type + ", expected " + expected);
        }
    }
}
