package io.pgtrickle.dataflow.expression;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/// Arithmetic of float4 and float8 with PostgreSQL's errors (`float.h`): a finite operation must not become infinite, nor a
/// product or quotient of non-zeros become zero.
final class FloatFunctions {

    private static final double RADIANS_A_DEGREE = 0.017453292519943295;

    private FloatFunctions() {}

    static void register(FunctionRegistry registry) {
        // float4; float8, float4-float8, float8-float4 are computed in float8
        single(registry, 204, Float::sum);
        single(registry, 205, (a, b) -> a - b);
        single(registry, 202, FloatFunctions::product);
        single(registry, 203, FloatFunctions::quotient);
        arithmetic(registry, new int[] {218, 219, 216, 217});
        arithmetic(registry, new int[] {281, 282, 279, 280});
        arithmetic(registry, new int[] {285, 286, 283, 284});
        registry.unary(206, a -> -(Float) a);
        registry.unary(1913, a -> a);
        registry.unary(207, a -> Math.abs((Float) a));
        registry.unary(1394, a -> Math.abs((Float) a));
        registry.unary(220, a -> -(Double) a);
        registry.unary(1914, a -> a);
        function(registry, Math::abs, 221, 1395);
        function(registry, Math::rint, 228, 1342);
        registry.unary(1608, a -> checkedDegrees((Double) a));
        registry.unary(1609, a -> checkedRadians((Double) a));
        function(registry, FloatFunctions::truncate, 229, 1343);
        function(registry, Math::ceil, 2308, 2320);
        function(registry, Math::floor, 2309);
        function(registry, a -> a > 0 ? 1.0 : a < 0 ? -1.0 : 0.0, 2310);
        function(registry, FloatFunctions::squareRoot, 230, 1344);
    }

    @FunctionalInterface
    private interface FloatBinary {
        float apply(float a, float b);
    }

    private static void single(FunctionRegistry registry, int oid, FloatBinary operation) {
        registry.binary(
                oid,
                (a, b) -> {
                    float x = (Float) a;
                    float y = (Float) b;
                    float result = operation.apply(x, y);
                    if (Float.isInfinite(result) && !Float.isInfinite(x) && !Float.isInfinite(y)) {
                        throw RowErrors.floatOverflow();
                    }
                    return result;
                });
    }

    /// @param oids of `+`, `-`, `*`, `/`
    private static void arithmetic(FunctionRegistry registry, int[] oids) {
        checked(registry, oids[0], Double::sum);
        checked(registry, oids[1], (a, b) -> a - b);
        checked(registry, oids[2], FloatFunctions::product);
        checked(registry, oids[3], FloatFunctions::quotient);
    }

    private static void checked(
            FunctionRegistry registry, int oid, DoubleBinaryOperator operation) {
        registry.binary(
                oid,
                (a, b) -> {
                    double x = ((Number) a).doubleValue();
                    double y = ((Number) b).doubleValue();
                    double result = operation.applyAsDouble(x, y);
                    if (Double.isInfinite(result)
                            && !Double.isInfinite(x)
                            && !Double.isInfinite(y)) {
                        throw RowErrors.floatOverflow();
                    }
                    return result;
                });
    }

    private static void function(
            FunctionRegistry registry, DoubleUnaryOperator operation, int... oids) {
        for (int oid : oids) {
            registry.unary(oid, a -> operation.applyAsDouble((Double) a));
        }
    }

    private static double product(double a, double b) {
        double product = a * b;
        if (product == 0 && a != 0 && b != 0) {
            throw RowErrors.floatUnderflow();
        }
        return product;
    }

    private static float product(float a, float b) {
        float product = a * b;
        if (product == 0 && a != 0 && b != 0) {
            throw RowErrors.floatUnderflow();
        }
        return product;
    }

    private static double quotient(double a, double b) {
        if (b == 0 && !Double.isNaN(a)) {
            throw RowErrors.divisionByZero();
        }
        double quotient = a / b;
        if (quotient == 0 && a != 0 && !Double.isInfinite(b)) {
            throw RowErrors.floatUnderflow();
        }
        return quotient;
    }

    private static float quotient(float a, float b) {
        if (b == 0 && !Float.isNaN(a)) {
            throw RowErrors.divisionByZero();
        }
        float quotient = a / b;
        if (quotient == 0 && a != 0 && !Float.isInfinite(b)) {
            throw RowErrors.floatUnderflow();
        }
        return quotient;
    }

    private static double checkedDegrees(double a) {
        double degrees = quotient(a, RADIANS_A_DEGREE);
        if (Double.isInfinite(degrees) && !Double.isInfinite(a)) {
            throw RowErrors.floatOverflow();
        }
        return degrees;
    }

    private static double checkedRadians(double a) {
        return product(a, RADIANS_A_DEGREE);
    }

    private static double truncate(double a) {
        return a >= 0 ? Math.floor(a) : -Math.floor(-a);
    }

    private static double squareRoot(double a) {
        if (a < 0) {
            throw RowErrors.of("2201F", "cannot take square root of a negative number");
        }
        return Math.sqrt(a);
    }
}
