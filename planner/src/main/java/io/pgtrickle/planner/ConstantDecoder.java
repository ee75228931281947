package io.pgtrickle.planner;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pgtrickle.model.BitString;
import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.Interval;
import io.pgtrickle.model.Jsonb;
import io.pgtrickle.model.Multirange;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Range;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.TimeWithZone;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import io.pgtrickle.planner.CatalogReader.ElementLayout;
import io.pgtrickle.planner.NodeValue.Datum;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the values of constants from the server's memory image in the tree (`postgres.h`, `varatt.h`, `numeric.c`, `array.h`).
/// Exact, and needs nothing evaluated. For servers with the lower byte first, as all that PostgreSQL's vendors offer today.
final class ConstantDecoder {

    /// point, lseg, box, line, circle.
    private static final Set<Integer> GEOMETRIC = Set.of(600, 601, 603, 628, 718);

    private static final int RANGE_EMPTY = 1;
    private static final int LOWER_INCLUSIVE = 2;
    private static final int UPPER_INCLUSIVE = 4;
    private static final int LOWER_INFINITE = 8;
    private static final int UPPER_INFINITE = 16;

    private static final int JSON = 114;
    private static final int JSONPATH = 4072;

    private final CatalogReader catalog;

    ConstantDecoder(CatalogReader catalog) {
        this.catalog = catalog;
    }

    /// @param node a CONST that isn't NULL
    Object decode(SqlType type, Node node) {
        if (node.has(ConstantImages.FIELD)) {
            Bytes image = memory(node, ConstantImages.FIELD);
            return type.decode(image.array(), 0, image.length());
        }
        Bytes memory = memory(node, "constvalue");
        try {
            return value(type, ByteBuffer.wrap(memory.array()).order(ByteOrder.LITTLE_ENDIAN));
        } catch (BufferUnderflowException
                | IndexOutOfBoundsException
                | IllegalArgumentException
                | ArithmeticException e) {
            throw PgtrickleException.of(
                    ErrorCode.INTERNAL,
                    "a constant of type " + catalog.typeName(type.oid()) + " can't be read",
                    e);
        }
    }

    /// The text of a literal without a type: up to a zero byte.
    String decodeUntyped(Node node) {
        return text(upToZero(memory(node, "constvalue").array()));
    }

    private static Bytes memory(Node node, String field) {
        if (node.value(field) instanceof Datum datum) {
            return datum.memory();
        }
        throw Refusals.internal("a constant without a value");
    }

    private Object value(SqlType type, ByteBuffer in) {
        return switch (type) {
            case SqlType.Bool _ -> in.get() != 0;
            case SqlType.Integral(_, int width, boolean signed) -> integral(in, width, signed);
            case SqlType.Real _ -> in.getFloat();
            case SqlType.DoublePrecision _ -> in.getDouble();
            case SqlType.NumericType _ ->
                    numeric(ByteBuffer.wrap(payload(in)).order(ByteOrder.LITTLE_ENDIAN));
            case SqlType.Text(int oid, _, _) ->
                    text(oid == Oids.NAME ? upToZero(take(in, in.remaining())) : payload(in));
            case SqlType.ByteString(int oid) when oid == Oids.TID -> rowId(in);
            case SqlType.ByteString(int oid) ->
                    Bytes.of(oid == Oids.BYTEA ? payload(in) : take(in, in.remaining()));
            case SqlType.IntervalType _ -> {
                long micros = in.getLong();
                int days = in.getInt();
                yield new Interval(in.getInt(), days, micros);
            }
            case SqlType.EnumType _ -> catalog.enumLabel(in.getInt());
            case SqlType.Opaque opaque when opaque.oid() == JSON || catalog.isText(opaque.oid()) ->
                    Bytes.of(payload(in));
            case SqlType.Opaque opaque when opaque.oid() == JSONPATH -> jsonPath(payload(in));
            case SqlType.TimeTzType _ -> new TimeWithZone(in.getLong(), in.getInt());
            case SqlType.BitType _ -> bits(payload(in));
            case SqlType.NetworkType(int oid) -> network(payload(in), oid == Oids.CIDR);
            case SqlType.JsonbType _ ->
                    Jsonb.of(
                            new JsonbMemory(
                                            payload(in),
                                            this::text,
                                            number ->
                                                    numeric(
                                                            ByteBuffer.wrap(payload(number))
                                                                    .order(
                                                                            ByteOrder
                                                                                    .LITTLE_ENDIAN)))
                                    .value());
            case SqlType.ArrayType(_, int elementOid, SqlType element) ->
                    array(element, elementOid, payload(in));
            case SqlType.CompositeType composite -> composite(composite, payload(in));
            case SqlType.RangeType range -> range(range, payload(in));
            case SqlType.MultirangeType multirange -> multirange(multirange.range(), payload(in));
            case SqlType.Opaque opaque when GEOMETRIC.contains(opaque.oid()) -> floats(in);
            case SqlType.LabelledType _, SqlType.Opaque _ -> throw unsupported(type);
        };
    }

    /// `ItemPointerData`: the block's number in two halves, the higher one first, and the row's, each with the lower byte first.
    private static Bytes rowId(ByteBuffer in) {
        byte[] image = new byte[6];
        ByteBuffer out = ByteBuffer.wrap(image);
        for (int i = 0; i < 3; i++) {
            out.putShort(in.getShort());
        }
        return Bytes.of(image);
    }

    /// Points and what is made of a fixed number of coordinates are sent as they lie there, the higher byte first.
    private static Bytes floats(ByteBuffer in) {
        ByteWriter image = new ByteWriter();
        while (in.remaining() >= Double.BYTES) {
            image.writeLong(in.getLong());
        }
        return Bytes.of(image.toByteArray());
    }

    /// A heap tuple (`htup_details.h`): its length, modifier, type and place, then the number of its attributes, its flags, where its
    /// data begin, which attributes aren't NULL, and the data.
    private Row composite(SqlType.CompositeType type, byte[] payload) {
        byte[] memory = withHeader(payload);
        ByteBuffer in = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
        int attributes = in.getShort(18) & 0x7ff;
        boolean nulls = (in.getShort(20) & 1) != 0;
        in.position(memory[22] & 0xff);
        @Nullable Object[] cells = new @Nullable Object[type.fields().size()];
        for (int i = 0; i < cells.length; i++) {
            SqlType.Field field = type.fields().get(i);
            if (field.attributeNumber() != i + 1) {
                throw unsupported(type);
            }
            boolean isNull = i >= attributes || nulls && (memory[23 + i / 8] >> i % 8 & 1) == 0;
            cells[i] =
                    isNull
                            ? null
                            : element(field.type(), catalog.elementLayout(field.typeOid()), in);
        }
        return Row.of(cells);
    }

    /// The oid of the range's type, the bounds that there are, and the flags in the last byte (`rangetypes.h`).
    private Range range(SqlType.RangeType type, byte[] payload) {
        byte[] memory = withHeader(payload);
        ByteBuffer in = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN).position(8);
        int flags = memory[memory.length - 1];
        return (flags & RANGE_EMPTY) != 0 ? Range.EMPTY : between(type, flags, in);
    }

    private Range.Between between(SqlType.RangeType type, int flags, ByteBuffer in) {
        ElementLayout layout = catalog.elementLayout(type.subtype().oid());
        Range.Bound lower =
                (flags & LOWER_INFINITE) != 0
                        ? Range.Bound.INFINITE
                        : new Range.Bound(
                                Optional.of(element(type.subtype(), layout, in)),
                                (flags & LOWER_INCLUSIVE) != 0);
        Range.Bound upper =
                (flags & UPPER_INFINITE) != 0
                        ? Range.Bound.INFINITE
                        : new Range.Bound(
                                Optional.of(element(type.subtype(), layout, in)),
                                (flags & UPPER_INCLUSIVE) != 0);
        return new Range.Between(lower, upper);
    }

    /// The oid of the multirange's type, the number of ranges, where all but the first begin, the flags of each, and the bounds of each
    /// (`multirangetypes.c`).
    private Multirange multirange(SqlType.RangeType type, byte[] payload) {
        byte[] memory = withHeader(payload);
        ByteBuffer in = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
        int count = in.getInt(8);
        int flags = 12 + 4 * Math.max(0, count - 1);
        int alignment = catalog.elementLayout(type.subtype().oid()).alignment();
        in.position(count == 0 ? 0 : flags + count);
        List<Range.Between> ranges = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            in.position(align(in.position(), alignment));
            ranges.add(between(type, memory[flags + i], in));
        }
        return new Multirange(ranges);
    }

    private PgtrickleException unsupported(SqlType type) {
        return Refusals.type(
                "constants of type " + catalog.typeName(type.oid()) + " aren't supported yet",
                "Keep the value in a table and join it.");
    }

    /// Places are counted from a header of four bytes.
    private static byte[] withHeader(byte[] payload) {
        byte[] memory = new byte[4 + payload.length];
        System.arraycopy(payload, 0, memory, 4, payload.length);
        return memory;
    }

    /// Its image is a version and the text.
    private Bytes jsonPath(byte[] payload) {
        String path =
                new JsonPathMemory(
                                payload,
                                this::text,
                                number ->
                                        numeric(
                                                        ByteBuffer.wrap(payload(number))
                                                                .order(ByteOrder.LITTLE_ENDIAN))
                                                .toString())
                        .value();
        byte[] text = path.getBytes(StandardCharsets.UTF_8);
        byte[] image = new byte[text.length + 1];
        image[0] = 1;
        System.arraycopy(text, 0, image, 1, text.length);
        return Bytes.of(image);
    }

    private static BitString bits(byte[] payload) {
        int length = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).getInt();
        return new BitString(length, Bytes.copyOf(payload, 4, payload.length - 4));
    }

    /// Family, bits of the network, address; in the value with whether it is a cidr and the length between them.
    private static Bytes network(byte[] payload, boolean cidr) {
        int length = payload[0] == 2 ? 4 : 16;
        byte[] image = new byte[4 + length];
        image[0] = payload[0];
        image[1] = payload[1];
        image[2] = (byte) (cidr ? 1 : 0);
        image[3] = (byte) length;
        System.arraycopy(payload, 2, image, 4, length);
        return Bytes.of(image);
    }

    private SqlArray array(SqlType type, int elementTypeOid, byte[] payload) {
        byte[] memory = withHeader(payload);
        ByteBuffer in = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
        int count = in.getInt(4);
        List<SqlArray.Dimension> dimensions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            dimensions.add(
                    new SqlArray.Dimension(
                            in.getInt(16 + 4 * i), in.getInt(16 + 4 * count + 4 * i)));
        }
        return new SqlArray(dimensions, elements(type, elementTypeOid, memory));
    }

    private static long integral(ByteBuffer in, int width, boolean signed) {
        return switch (width) {
            case 1 -> signed ? in.get() : Byte.toUnsignedLong(in.get());
            case 2 -> signed ? in.getShort() : Short.toUnsignedLong(in.getShort());
            case 4 -> signed ? in.getInt() : Integer.toUnsignedLong(in.getInt());
            default -> in.getLong();
        };
    }

    /// What follows the header of a varlena: one byte, or four.
    private static byte[] payload(ByteBuffer in) {
        int first = Byte.toUnsignedInt(in.get(in.position()));
        if (first == 1 || (first & 3) == 2) {
            throw Refusals.internal("a constant is compressed or stored elsewhere");
        }
        if ((first & 1) == 1) {
            in.get();
            return take(in, (first >> 1) - 1);
        }
        return take(in, (in.getInt() >>> 2) - 4);
    }

    private static byte[] take(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static byte[] upToZero(byte[] padded) {
        int end = 0;
        while (end < padded.length && padded[end] != 0) {
            end++;
        }
        return Arrays.copyOf(padded, end);
    }

    private String text(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return catalog.decode(bytes);
            }
        }
        return new String(bytes, US_ASCII);
    }

    /// The short form has sign, scale and weight in two bytes, the long form in four; then come digits to the base 10,000.
    private static Numeric numeric(ByteBuffer in) {
        int header = Short.toUnsignedInt(in.getShort());
        int form = header & 0xc000;
        if (form == 0xc000) {
            return switch (header & 0xf000) {
                case 0xd000 -> Numeric.Special.POSITIVE_INFINITY;
                case 0xf000 -> Numeric.Special.NEGATIVE_INFINITY;
                default -> Numeric.Special.NAN;
            };
        }
        boolean shortForm = form == 0x8000;
        boolean negative = shortForm ? (header & 0x2000) != 0 : form == 0x4000;
        int scale = shortForm ? (header & 0x1f80) >> 7 : header & 0x3fff;
        int weight = shortForm ? ((header & 0x40) != 0 ? -0x40 : 0) | header & 0x3f : in.getShort();
        BigInteger digits = BigInteger.ZERO;
        int count = 0;
        while (in.hasRemaining()) {
            digits =
                    digits.multiply(BigInteger.valueOf(10_000))
                            .add(BigInteger.valueOf(in.getShort()));
            count++;
        }
        BigDecimal value = new BigDecimal(digits, 4 * (count - 1 - weight)).setScale(scale);
        return Numeric.of(negative ? value.negate() : value);
    }

    private List<@Nullable Object> elements(SqlType type, int elementTypeOid, byte[] memory) {
        ByteBuffer in = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
        int dimensions = in.getInt(4);
        int dataOffset = in.getInt(8);
        if (in.getInt(12) != elementTypeOid) {
            throw Refusals.internal("a constant array has elements of another type");
        }
        int count = dimensions == 0 ? 0 : 1;
        for (int i = 0; i < dimensions; i++) {
            count = Math.multiplyExact(count, in.getInt(16 + 4 * i));
        }
        int bitmap = 16 + 8 * dimensions;
        in.position(dataOffset == 0 ? align(bitmap, 8) : dataOffset);
        ElementLayout layout = catalog.elementLayout(elementTypeOid);
        List<@Nullable Object> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean isNull = dataOffset != 0 && (memory[bitmap + i / 8] >> i % 8 & 1) == 0;
            elements.add(isNull ? null : element(type, layout, in));
        }
        return elements;
    }

    private Object element(SqlType type, ElementLayout layout, ByteBuffer in) {
        boolean shortHeader = layout.length() == -1 && in.get(in.position()) != 0;
        if (!shortHeader) {
            in.position(align(in.position(), layout.alignment()));
        }
        if (layout.length() == -1) {
            return value(type, in);
        }
        byte[] bytes = take(in, layout.length());
        return value(type, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    }

    private static int align(int position, int alignment) {
        return (position + alignment - 1) / alignment * alignment;
    }
}
