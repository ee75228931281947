package io.pgtrickle.model.type;

import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import java.util.List;
import java.util.function.Predicate;

/// A type of PostgreSQL, as far as its meaning matters here. The one place for equality, order, canonical keys and the
/// binary image of values.
///
/// | family | values in Java |
/// | --- | --- |
/// | `Bool` | `Boolean` |
/// | `Integral`: int2, int4, int8, oid, date, time, timestamp, timestamptz, money | `Long` (PostgreSQL's own units) |
/// | `Real`, `DoublePrecision` | `Float`, `Double` |
/// | `NumericType` | `Numeric` |
/// | `Text`: text, varchar, bpchar, name | `String` |
/// | `ByteString`: bytea, uuid, macaddr, macaddr8, tid | `Bytes` |
/// | `IntervalType` | `Interval` |
/// | `TimeTzType` | `TimeWithZone` |
/// | `BitType`: bit, varbit | `BitString` |
/// | `NetworkType`: inet, cidr | `Bytes`, PostgreSQL's binary image |
/// | `EnumType` | `String`, the label |
/// | `JsonbType` | `Jsonb` |
/// | `ArrayType` | `SqlArray` |
/// | `CompositeType` | `Row`, a cell for each field |
/// | `RangeType`, `MultirangeType` | `Range`, `Multirange` |
/// | `Opaque`: every other type | `Bytes`, PostgreSQL's binary image, carried untouched |
/// | `LabelledType` | `Labelled`, a value of another type with its place in PostgreSQL's order |
///
/// A domain is its base type.
///
/// `equals` of two values is equality of images; `compare` is SQL's. Values of one type only are compared.
public sealed interface SqlType {

    /// The oid in `pg_type`.
    int oid();

    /// The image of a value, as `typsend` makes it, without its length.
    default void encode(Object value, ByteWriter out) {
        try {
            BinaryCodec.encode(this, value, out);
        } catch (ClassCastException e) {
            throw wrongClass(this, value, e);
        }
    }

    /// Reads such an image.
    ///
    /// @throws PgtrickleException STREAM_MALFORMED where it isn't one
    default Object decode(byte[] source, int offset, int length) {
        return BinaryCodec.decode(this, source, offset, length);
    }

    /// Whether SQL's equality of the type is known here: the values may be keys of groups and joins.
    default boolean equatable() {
        return switch (this) {
            case Text(_, _, Collation collation) -> collation.deterministic();
            case Opaque opaque -> opaque.imageEquality();
            case LabelledType _,
                    Bool _,
                    Integral _,
                    Real _,
                    DoublePrecision _,
                    NumericType _,
                    ByteString _,
                    IntervalType _,
                    TimeTzType _,
                    BitType _,
                    NetworkType _,
                    EnumType _,
                    JsonbType _ ->
                    true;
            case ArrayType(_, _, SqlType element) -> element.equatable();
            case CompositeType composite -> composite.all(SqlType::equatable);
            case RangeType(_, SqlType subtype) -> subtype.equatable();
            case MultirangeType(_, RangeType range) -> range.equatable();
        };
    }

    /// Whether the order of the type's default operator class is known here.
    default boolean orderable() {
        return switch (this) {
            case Text(_, _, Collation collation) -> collation.byteOrder();
            case Opaque _ -> false;
            case LabelledType _,
                    Bool _,
                    Integral _,
                    Real _,
                    DoublePrecision _,
                    NumericType _,
                    ByteString _,
                    IntervalType _,
                    TimeTzType _,
                    BitType _,
                    NetworkType _,
                    EnumType _ ->
                    true;
            case JsonbType(Collation strings) -> strings.byteOrder();
            case ArrayType(_, _, SqlType element) -> element.orderable();
            case CompositeType composite -> composite.all(SqlType::orderable);
            case RangeType(_, SqlType subtype) -> subtype.orderable();
            case MultirangeType(_, RangeType range) -> range.orderable();
        };
    }

    /// Whether the type has a default order, be it known here or to PostgreSQL alone.
    default boolean hasOrder() {
        return orderable() || labelled().orderable();
    }

    /// Whether the type has an equality, be it known here or to PostgreSQL alone.
    default boolean hasEquality() {
        return equatable() || labelled().equatable();
    }

    /// The type with labels for what of it isn't orderable here but is in PostgreSQL.
    default SqlType labelled() {
        return switch (this) {
            case Text _, JsonbType _ -> orderable() ? this : new LabelledType(this);
            case Opaque opaque -> opaque.isOrdered() ? new LabelledType(this) : this;
            case LabelledType _,
                    Bool _,
                    Integral _,
                    Real _,
                    DoublePrecision _,
                    NumericType _,
                    ByteString _,
                    IntervalType _,
                    TimeTzType _,
                    BitType _,
                    NetworkType _,
                    EnumType _ ->
                    this;
            case ArrayType(int oid, int elementOid, SqlType element) ->
                    new ArrayType(oid, elementOid, element.labelled());
            case CompositeType(int oid, List<Field> fields) ->
                    new CompositeType(
                            oid,
                            fields.stream()
                                    .map(field -> field.of(field.type().labelled()))
                                    .toList());
            case RangeType range -> range.labelledRange();
            case MultirangeType(int oid, RangeType range) ->
                    new MultirangeType(oid, range.labelledRange());
        };
    }

    /// Whether values that SQL takes for equal always have one image. False for numeric (1.0 = 1.00), float (−0 = 0),
    /// interval (1 mon = 30 days), bpchar, jsonb, text under a nondeterministic collation,
    /// and what contains them.
    default boolean equalMeansSameImage() {
        return switch (this) {
            case Bool _,
                    Integral _,
                    ByteString _,
                    TimeTzType _,
                    BitType _,
                    NetworkType _,
                    EnumType _ ->
                    true;
            case Opaque opaque -> opaque.imageEquality();
            case LabelledType(SqlType base) -> base.equalMeansSameImage();
            case Text(_, boolean blankPadded, Collation collation) ->
                    !blankPadded && collation.deterministic();
            case Real _, DoublePrecision _, NumericType _, IntervalType _, JsonbType _ -> false;
            case ArrayType(_, _, SqlType element) -> element.equalMeansSameImage();
            case CompositeType composite -> composite.all(SqlType::equalMeansSameImage);
            case RangeType(_, SqlType subtype) -> subtype.equalMeansSameImage();
            case MultirangeType(_, RangeType range) -> range.equalMeansSameImage();
        };
    }

    /// SQL's comparison; its sign is the order only where the type is orderable, and it is 0 exactly for SQL's equals.
    default int compare(Object a, Object b) {
        try {
            return Ordering.compare(this, a, b);
        } catch (ClassCastException e) {
            throw wrongClass(this, a, e);
        }
    }

    /// Appends the canonical key of a value: keys of SQL-equal values are the same bytes, keys sort without sign as
    /// `compare` does, and no key is a prefix of another.
    default void writeKey(Object value, ByteWriter out) {
        try {
            KeyEncoding.write(this, value, out);
        } catch (ClassCastException e) {
            throw wrongClass(this, value, e);
        }
    }

    record Bool() implements SqlType {
        @Override
        public int oid() {
            return Oids.BOOL;
        }
    }

    /// Whole numbers of 1, 2, 4 or 8 bytes, and the types that are sent as such.
    ///
    /// @param signed false for oid and its kin
    record Integral(int oid, int width, boolean signed) implements SqlType {
        public Integral {
            if (width != 1 && width != 2 && width != 4 && width != 8) {
                throw new IllegalArgumentException("integral type of " + width + " bytes");
            }
        }
    }

    record Real() implements SqlType {
        @Override
        public int oid() {
            return Oids.FLOAT4;
        }
    }

    record DoublePrecision() implements SqlType {
        @Override
        public int oid() {
            return Oids.FLOAT8;
        }
    }

    record NumericType() implements SqlType {
        @Override
        public int oid() {
            return Oids.NUMERIC;
        }
    }

    /// @param blankPadded true for bpchar, whose trailing blanks don't count in comparisons
    record Text(int oid, boolean blankPadded, Collation collation) implements SqlType {}

    record ByteString(int oid) implements SqlType {}

    record IntervalType() implements SqlType {
        @Override
        public int oid() {
            return Oids.INTERVAL;
        }
    }

    record TimeTzType() implements SqlType {
        @Override
        public int oid() {
            return Oids.TIMETZ;
        }
    }

    record BitType(int oid) implements SqlType {}

    record NetworkType(int oid) implements SqlType {}

    /// @param strings the database's collation, by which PostgreSQL orders the strings within
    record JsonbType(Collation strings) implements SqlType {
        @Override
        public int oid() {
            return Oids.JSONB;
        }
    }

    /// @param elementOid as images of arrays tell it: a domain's own, which `element` doesn't know
    record ArrayType(int oid, int elementOid, SqlType element) implements SqlType {}

    /// @param fields those that aren't dropped, in order
    record CompositeType(int oid, List<Field> fields) implements SqlType {
        public CompositeType(int oid, List<Field> fields) {
            this.oid = oid;
            this.fields = List.copyOf(fields);
        }

        private boolean all(Predicate<SqlType> condition) {
            return fields.stream().map(Field::type).allMatch(condition);
        }
    }

    /// @param attributeNumber in `pg_attribute`
    /// @param typeOid as images of composites tell it: a domain's own
    record Field(int attributeNumber, String name, int typeOid, SqlType type) {
        private Field of(SqlType other) {
            return new Field(attributeNumber, name, typeOid, other);
        }
    }

    /// @param subtype under the range's collation and in its default order
    record RangeType(int oid, SqlType subtype) implements SqlType {
        private RangeType labelledRange() {
            return new RangeType(oid, subtype.labelled());
        }
    }

    record MultirangeType(int oid, RangeType range) implements SqlType {}

    /// @param labels in their sort order
    record EnumType(int oid, List<String> labels) implements SqlType {
        public EnumType(int oid, List<String> labels) {
            this.oid = oid;
            this.labels = List.copyOf(labels);
        }
    }

    /// A type whose meaning isn't known here.
    ///
    /// @param imageEquality whether two values are equal in SQL exactly when their images are
    /// @param orderedArrayOid of the type's arrays, by which PostgreSQL is asked for its order; 0 where it has no default one
    record Opaque(int oid, boolean imageEquality, int orderedArrayOid) implements SqlType {

        /// One without an order.
        public Opaque(int oid, boolean imageEquality) {
            this(oid, imageEquality, 0);
        }

        boolean isOrdered() {
            return orderedArrayOid != 0;
        }
    }

    /// Values of another type, equal and ordered by their labels. Rows that operators keep have such cells, those of tables don't.
    ///
    /// @param base no container
    record LabelledType(SqlType base) implements SqlType {
        @Override
        public int oid() {
            return base.oid();
        }
    }

    private static PgtrickleException wrongClass(
            SqlType type, Object value, ClassCastException cause) {
        return PgtrickleException.of(
                ErrorCode.INTERNAL,
                "a value of class "
                        + value.getClass().getName()
                        + " where type "
                        + type
                        + " was expected",
                cause);
    }

    SqlType BOOL = new Bool();
    SqlType INT2 = new Integral(Oids.INT2, 2, true);
    SqlType INT4 = new Integral(Oids.INT4, 4, true);
    SqlType INT8 = new Integral(Oids.INT8, 8, true);
    SqlType FLOAT4 = new Real();
    SqlType FLOAT8 = new DoublePrecision();
    SqlType NUMERIC = new NumericType();
    SqlType INTERVAL = new IntervalType();
    SqlType TIMETZ = new TimeTzType();
}
