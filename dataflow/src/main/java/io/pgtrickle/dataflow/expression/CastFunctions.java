package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.Numeric.Finite;
import io.pgtrickle.model.Numeric.Special;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/// Casts between numbers, and between bool and numbers or text. Floats round half to even, numerics half away from zero.
final class CastFunctions {

    /// `DBL_DIG` and `FLT_DIG`: the significant digits with which a float becomes a numeric.
    private static final MathContext DOUBLE_DIGITS = new MathContext(15, RoundingMode.HALF_EVEN);

    private static final MathContext FLOAT_DIGITS = new MathContext(6, RoundingMode.HALF_EVEN);

    private static final long MAX_OID = 0xffffffffL;

    /// The integer types as targets.
    private enum Target {
        SMALLINT(15),
        INTEGER(31),
        BIGINT(63);

        private final int bits;
        private final String typeName = name().toLowerCase(Locale.ROOT);

        Target(int bits) {
            this.bits = bits;
        }

        Object of(long value) {
            if (value >> bits != value >> 63) {
                throw RowErrors.outOfRange(typeName);
            }
            return value;
        }

        Object of(double value) {
            double rounded = Math.rint(value);
            double limit = Math.scalb(1.0, bits);
            if (!(rounded >= -limit && rounded < limit)) {
                throw RowErrors.outOfRange(typeName);
            }
            return (long) rounded;
        }

        Object of(Numeric value) {
            return switch (value) {
                case Special special ->
                        throw RowErrors.of(
                                "0A000",
                                "cannot convert "
                                        + (special == Special.NAN ? "NaN" : "infinity")
                                        + " to "
                                        + typeName);
                case Finite(BigDecimal decimal) -> {
                    BigInteger rounded = decimal.setScale(0, RoundingMode.HALF_UP).toBigInteger();
                    if (rounded.bitLength() > bits) {
                        throw RowErrors.outOfRange(typeName);
                    }
                    yield rounded.longValue();
                }
            };
        }
    }

    private CastFunctions() {}

    static void register(FunctionRegistry registry) {
        integers(registry);
        for (int widen : new int[] {235, 316, 482}) {
            registry.unary(widen, a -> (double) (Long) a);
        }
        for (int widen : new int[] {236, 318, 652}) {
            registry.unary(widen, a -> (float) (Long) a);
        }
        registry.unary(311, a -> (double) (Float) a);
        registry.unary(312, a -> narrowed((Double) a));
        registry.unary(1743, a -> numeric((Double) a, DOUBLE_DIGITS));
        registry.unary(1742, a -> numeric((double) (Float) a, FLOAT_DIGITS));
        registry.unary(1746, a -> toDouble((Numeric) a));
        registry.unary(1745, a -> toFloat((Numeric) a));
        registry.unary(2557, a -> (Long) a != 0);
        registry.unary(2558, a -> (Boolean) a ? 1L : 0L);
        registry.unary(2971, Object::toString);
        registry.unary(1288, a -> a);
        registry.unary(
                1287,
                a -> {
                    if ((Long) a < 0 || (Long) a > MAX_OID) {
                        throw RowErrors.outOfRange("OID");
                    }
                    return a;
                });
    }

    private static void integers(FunctionRegistry registry) {
        for (int widen : new int[] {313, 481, 754}) {
            registry.unary(widen, a -> a);
        }
        registry.unary(314, a -> Target.SMALLINT.of((Long) a));
        registry.unary(714, a -> Target.SMALLINT.of((Long) a));
        registry.unary(480, a -> Target.INTEGER.of((Long) a));
        floats(registry, Target.SMALLINT, 237, 238);
        floats(registry, Target.INTEGER, 317, 319);
        floats(registry, Target.BIGINT, 483, 653);
        registry.unary(1783, a -> Target.SMALLINT.of((Numeric) a));
        registry.unary(1744, a -> Target.INTEGER.of((Numeric) a));
        registry.unary(1779, a -> Target.BIGINT.of((Numeric) a));
        for (int widen : new int[] {1740, 1781, 1782}) {
            registry.unary(widen, a -> Numeric.of((Long) a));
        }
    }

    private static void floats(FunctionRegistry registry, Target target, int... oids) {
        for (int oid : oids) {
            registry.unary(oid, a -> target.of(((Number) a).doubleValue()));
        }
    }

    private static Object narrowed(double value) {
        float narrow = (float) value;
        if (Float.isInfinite(narrow) && !Double.isInfinite(value)) {
            throw RowErrors.floatOverflow();
        }
        if (narrow == 0 && value != 0) {
            throw RowErrors.floatUnderflow();
        }
        return narrow;
    }

    private static Numeric numeric(double value, MathContext digits) {
        if (Double.isNaN(value)) {
            return Special.NAN;
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? Special.POSITIVE_INFINITY : Special.NEGATIVE_INFINITY;
        }
        BigDecimal decimal = new BigDecimal(value, digits);
        BigDecimal shown = decimal.signum() == 0 ? BigDecimal.ZERO : decimal.stripTrailingZeros();
        return Numeric.of(shown.scale() < 0 ? shown.setScale(0) : shown);
    }

    private static Object toDouble(Numeric value) {
        return switch (value) {
            case Finite(BigDecimal decimal) -> {
                double converted = decimal.doubleValue();
                if (Double.isInfinite(converted) || converted == 0 && decimal.signum() != 0) {
                    throw tooLarge(decimal, "double precision");
                }
                yield converted;
            }
            case Special special ->
                    switch (special) {
                        case NAN -> Double.NaN;
                        case POSITIVE_INFINITY -> Double.POSITIVE_INFINITY;
                        case NEGATIVE_INFINITY -> Double.NEGATIVE_INFINITY;
                    };
        };
    }

    private static Object toFloat(Numeric value) {
        return switch (value) {
            case Finite(BigDecimal decimal) -> {
                float converted = decimal.floatValue();
                if (Float.isInfinite(converted) || converted == 0 && decimal.signum() != 0) {
                    throw tooLarge(decimal, "real");
                }
                yield converted;
            }
            case Special special ->
                    switch (special) {
                        case NAN -> Float.NaN;
                        case POSITIVE_INFINITY -> Float.POSITIVE_INFINITY;
                        case NEGATIVE_INFINITY -> Float.NEGATIVE_INFINITY;
                    };
        };
    }

    private static io.pgtrickle.model.PgtrickleException tooLarge(BigDecimal value, String type) {
        return RowErrors.of(
                "22003", "\"" + value.toPlainString() + "\" is out of range for type " + type);
    }
}
