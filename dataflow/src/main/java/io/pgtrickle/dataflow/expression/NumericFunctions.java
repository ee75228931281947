package io.pgtrickle.dataflow.expression;

import io.pgtrickle.model.Numeric;
import io.pgtrickle.model.Numeric.Finite;
import io.pgtrickle.model.Numeric.Special;
import java.math.BigDecimal;
import java.math.RoundingMode;

/// Functions of numeric; the arithmetic itself is in `NumericArithmetic`.
final class NumericFunctions {

    /// `NUMERIC_MAX_RESULT_SCALE`: up to PostgreSQL 17 a scale to round to is cut to it, later ones go further; beyond it we
    /// don't go along.
    private static final int MAX_RESULT_SCALE = 2000;

    private NumericFunctions() {}

    static void register(FunctionRegistry registry) {
        registry.binary(1724, (a, b) -> NumericArithmetic.add((Numeric) a, (Numeric) b));
        registry.binary(1725, (a, b) -> NumericArithmetic.subtract((Numeric) a, (Numeric) b));
        registry.binary(1726, (a, b) -> NumericArithmetic.multiply((Numeric) a, (Numeric) b));
        registry.binary(1727, (a, b) -> NumericArithmetic.divide((Numeric) a, (Numeric) b));
        for (int div : new int[] {1973, 1980}) {
            registry.binary(div, (a, b) -> NumericArithmetic.divideWhole((Numeric) a, (Numeric) b));
        }
        for (int mod : new int[] {1728, 1729}) {
            registry.binary(mod, (a, b) -> NumericArithmetic.remainder((Numeric) a, (Numeric) b));
        }
        registry.unary(1771, a -> NumericArithmetic.negate((Numeric) a));
        registry.unary(1915, a -> a);
        for (int abs : new int[] {1704, 1705}) {
            registry.unary(abs, a -> NumericArithmetic.abs((Numeric) a));
        }
        registry.unary(
                1706, a -> a == Special.NAN ? a : Numeric.of(NumericArithmetic.sign((Numeric) a)));
        registry.unary(1764, a -> NumericArithmetic.add((Numeric) a, Numeric.of(1)));
        rounding(registry, 1707, RoundingMode.HALF_UP);
        rounding(registry, 1709, RoundingMode.DOWN);
        whole(registry, RoundingMode.HALF_UP, 1708);
        whole(registry, RoundingMode.DOWN, 1710);
        whole(registry, RoundingMode.CEILING, 1711, 2167);
        whole(registry, RoundingMode.FLOOR, 1712);
        registry.unary(
                3281, a -> a instanceof Finite(BigDecimal x) ? (Object) (long) x.scale() : null);
        registry.unary(5043, a -> trimmed((Numeric) a));
        registry.unary(
                5042,
                a ->
                        trimmed((Numeric) a) instanceof Finite(BigDecimal x)
                                ? (Object) (long) x.scale()
                                : null);
        for (int root : new int[] {1730, 1731}) {
            registry.unary(root, a -> NumericRoots.squareRoot((Numeric) a));
        }
        registry.binary(5048, (a, b) -> NumericRoots.divisor((Numeric) a, (Numeric) b));
        registry.binary(5049, (a, b) -> NumericRoots.multiple((Numeric) a, (Numeric) b));
        registry.binary(1703, (a, modifier) -> fitted((Numeric) a, ((Long) modifier).intValue()));
    }

    private static void rounding(FunctionRegistry registry, int oid, RoundingMode mode) {
        registry.binary(
                oid,
                (a, scale) -> {
                    long wanted = (Long) scale;
                    if (Math.abs(wanted) > MAX_RESULT_SCALE && a instanceof Finite) {
                        throw RowErrors.of(
                                "0A000", "rounding to " + wanted + " digits is not supported");
                    }
                    return NumericArithmetic.withScale((Numeric) a, (int) wanted, mode);
                });
    }

    private static void whole(FunctionRegistry registry, RoundingMode mode, int... oids) {
        for (int oid : oids) {
            registry.unary(oid, a -> NumericArithmetic.withScale((Numeric) a, 0, mode));
        }
    }

    private static Numeric trimmed(Numeric a) {
        if (!(a instanceof Finite(BigDecimal x))) {
            return a;
        }
        BigDecimal stripped = x.stripTrailingZeros();
        return Numeric.of(stripped.scale() < 0 ? stripped.setScale(0) : stripped);
    }

    /// `numeric(precision, scale)` (`apply_typmod`). A scale is 11 bits with a sign; before PostgreSQL 15 it was 0 to 1000 of the
    /// same bits.
    private static Numeric fitted(Numeric a, int modifier) {
        if (modifier < 4) {
            return a;
        }
        int precision = modifier - 4 >> 16 & 0xffff;
        int scale = (modifier - 4 & 0x7ff ^ 1024) - 1024;
        return switch (a) {
            case Finite(BigDecimal x) -> {
                BigDecimal rounded = x.setScale(scale, RoundingMode.HALF_UP);
                if (rounded.signum() != 0
                        && rounded.precision() - rounded.scale() > precision - scale) {
                    throw RowErrors.of("22003", "numeric field overflow");
                }
                yield Numeric.of(rounded);
            }
            case Special special -> {
                if (special != Special.NAN) {
                    throw RowErrors.of("22003", "numeric field overflow");
                }
                yield special;
            }
        };
    }
}
