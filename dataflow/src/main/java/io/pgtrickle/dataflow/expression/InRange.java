package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Interval;
import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.Numeric.Finite;
import io.pgtrickle.model.Numeric.Special;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.math.BigDecimal;
import java.math.BigInteger;

/// PostgreSQL's `in_range` functions: whether a value is at most (`less`) or at least as far as an offset before (`subtract`) or after a
/// base. What would overflow is as if it hadn't, for numbers and times; for timestamps and intervals it is an error, as there.
public final class InRange {

    private static final int IN_RANGE_TIMESTAMPTZ = 4135;

    private final SqlType type;
    private final Object offset;
    private final boolean subtract;
    private final boolean less;

    /// @param type of the values and bases
    /// @param offset of the type that PostgreSQL has for it: a whole number for whole numbers, an interval for dates and times
    /// @throws PgtrickleException 22013 for a negative offset or NaN
    public InRange(SqlType type, Object offset, boolean subtract, boolean less) {
        this.type = type;
        this.offset = offset;
        this.subtract = subtract;
        this.less = less;
        if (isNegative()) {
            throw RowErrors.of("22013", "invalid preceding or following size in window function");
        }
    }

    /// Whether the function is known for such offsets. Months and days after a timestamptz depend on the time zone.
    ///
    /// @param functionOid of `in_range`
    public static boolean supports(int functionOid, Expression offset) {
        return functionOid >= 4126
                && functionOid <= 4141
                && functionOid != 4138
                && (functionOid != IN_RANGE_TIMESTAMPTZ
                        || offset instanceof Expression.Constant(Object value, _)
                                && (value == null
                                        || value instanceof Interval interval
                                                && interval.months() == 0
                                                && interval.days() == 0));
    }

    private boolean isNegative() {
        return switch (offset) {
            case Long number -> number < 0;
            case Double number -> number.isNaN() || number < 0;
            case Numeric number -> number == Special.NAN || NumericArithmetic.sign(number) < 0;
            case Interval interval ->
                    type.oid() == Oids.TIME
                            ? interval.micros() < 0
                            : SqlType.INTERVAL.compare(interval, new Interval(0, 0, 0)) < 0;
            default ->
                    throw new IllegalArgumentException("an offset of class " + offset.getClass());
        };
    }

    public boolean test(Object value, Object base) {
        return switch (type) {
            case SqlType.Integral(int oid, _, _) -> integral(oid, (Long) value, (Long) base);
            case SqlType.Real _ -> real((Float) value, (Float) base);
            case SqlType.DoublePrecision _ -> real((Double) value, (Double) base);
            case SqlType.NumericType _ -> numeric((Numeric) value, (Numeric) base);
            case SqlType.IntervalType _ -> interval((Interval) value, (Interval) base);
            default -> throw new IllegalArgumentException("no ranges of " + type);
        };
    }

    private boolean integral(int oid, long value, long base) {
        return switch (oid) {
            case Oids.DATE -> timestamp(DateTime.timestamp(value), DateTime.timestamp(base));
            case Oids.TIMESTAMP, Oids.TIMESTAMPTZ -> timestamp(value, base);
            case Oids.TIME -> sum(value, base, ((Interval) offset).micros());
            default -> sum(value, base, (Long) offset);
        };
    }

    private boolean sum(long value, long base, long distance) {
        BigInteger bound =
                BigInteger.valueOf(base)
                        .add(
                                BigInteger.valueOf(distance)
                                        .multiply(
                                                subtract
                                                        ? BigInteger.ONE.negate()
                                                        : BigInteger.ONE));
        return ordered(BigInteger.valueOf(value).compareTo(bound));
    }

    private boolean ordered(int comparison) {
        return less ? comparison <= 0 : comparison >= 0;
    }

    /// NaN is after every number; an infinity is infinitely far from itself, on either side.
    private boolean real(double value, double base) {
        double distance = (Double) offset;
        if (Double.isNaN(value)) {
            return Double.isNaN(base) || !less;
        }
        if (Double.isNaN(base)) {
            return less;
        }
        if (Double.isInfinite(distance)
                && Double.isInfinite(base)
                && (subtract ? base > 0 : base < 0)) {
            return true;
        }
        double bound = subtract ? base - distance : base + distance;
        return less ? value <= bound : value >= bound;
    }

    private boolean numeric(Numeric value, Numeric base) {
        if (value == Special.NAN) {
            return base == Special.NAN || !less;
        }
        if (base == Special.NAN) {
            return less;
        }
        if (offset == Special.POSITIVE_INFINITY) {
            if (base == (subtract ? Special.POSITIVE_INFINITY : Special.NEGATIVE_INFINITY)) {
                return true;
            }
            return subtract
                    ? !less || value == Special.NEGATIVE_INFINITY
                    : less || value == Special.POSITIVE_INFINITY;
        }
        if (value instanceof Finite(BigDecimal x)
                && base instanceof Finite(BigDecimal y)
                && offset instanceof Finite(BigDecimal distance)) {
            return ordered(x.compareTo(subtract ? y.subtract(distance) : y.add(distance)));
        }
        if (value.equals(base)) {
            return true;
        }
        // one of them is infinite, and the distance is not
        return ordered(Numeric.compare(value, base));
    }

    private boolean timestamp(long value, long base) {
        Interval interval = (Interval) offset;
        if (DateTime.isInfinite(interval)
                && base == (subtract ? DateTime.INFINITY : DateTime.MINUS_INFINITY)) {
            return true;
        }
        return ordered(
                Long.compare(
                        value,
                        DateTime.plus(base, subtract ? DateTime.negate(interval) : interval)));
    }

    private boolean interval(Interval value, Interval base) {
        Interval interval = (Interval) offset;
        if (DateTime.isInfinite(interval)
                && DateTime.isInfinite(base)
                && base.equals(subtract ? interval : DateTime.negate(interval))) {
            return true;
        }
        return ordered(
                SqlType.INTERVAL.compare(
                        value,
                        DateTime.add(base, subtract ? DateTime.negate(interval) : interval)));
    }
}
