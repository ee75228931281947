package io.pgtrickle.dataflow.expression;

import io.pgtrickle.dataflow.expression.FunctionRegistry.Requirement;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.SqlArray.Dimension;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Functions of arrays of any type (`arrayfuncs.c`, `array_userfuncs.c`). Where elements are compared, their equality must be known.
final class ArrayFunctions {

    private static final int RECORD_ARRAY = 2287;

    private ArrayFunctions() {}

    static void register(FunctionRegistry registry) {
        registry.binary(
                2176, (a, dimension) -> of((SqlArray) a, (Long) dimension, Dimension::length));
        registry.binary(
                2091, (a, dimension) -> of((SqlArray) a, (Long) dimension, Dimension::lowerBound));
        registry.binary(
                2092,
                (a, dimension) ->
                        of((SqlArray) a, (Long) dimension, d -> d.lowerBound() + d.length() - 1));
        registry.unary(
                748,
                a ->
                        ((SqlArray) a).dimensions().isEmpty()
                                ? null
                                : (Object) (long) ((SqlArray) a).dimensions().size());
        registry.unary(3179, a -> (long) ((SqlArray) a).elements().size());
        registry.unary(747, a -> dimensions((SqlArray) a));
        // of rows without a type, which PostgreSQL can't be asked about; of others it is asked
        registry.define(
                378,
                Requirement.NONE,
                types -> types.getFirst().oid() == RECORD_ARRAY,
                _ -> (NativeFunction.Binary) (a, b) -> appended((SqlArray) a, b));
        registry.binary(6172, (a, count) -> trimmed((SqlArray) a, (Long) count));
        comparing(registry, 2748, (type, a, b) -> contains(type, a, b));
        comparing(registry, 2749, (type, a, b) -> contains(type, b, a));
        comparing(registry, 2747, ArrayFunctions::overlap);
    }

    @FunctionalInterface
    private interface Comparison {
        boolean test(SqlType element, SqlArray a, SqlArray b);
    }

    private static void comparing(FunctionRegistry registry, int oid, Comparison comparison) {
        registry.define(
                oid,
                Requirement.DETERMINISTIC,
                types ->
                        elementOf(types.getFirst()).filter(SqlType::equatable).isPresent()
                                && types.getFirst().equals(types.getLast()),
                types -> {
                    SqlType element = elementOf(types.getFirst()).orElseThrow();
                    return (NativeFunction.Binary)
                            (a, b) -> comparison.test(element, (SqlArray) a, (SqlArray) b);
                });
    }

    private static Optional<SqlType> elementOf(SqlType type) {
        return type instanceof SqlType.ArrayType(_, _, SqlType element)
                ? Optional.of(element)
                : Optional.empty();
    }

    private static @Nullable Object of(
            SqlArray array, long dimension, Function<Dimension, Integer> property) {
        return dimension < 1 || dimension > array.dimensions().size()
                ? null
                : (Object) (long) property.apply(array.dimensions().get((int) dimension - 1));
    }

    private static @Nullable Object dimensions(SqlArray array) {
        if (array.dimensions().isEmpty()) {
            return null;
        }
        StringBuilder out = new StringBuilder();
        for (Dimension dimension : array.dimensions()) {
            out.append('[')
                    .append(dimension.lowerBound())
                    .append(':')
                    .append(dimension.lowerBound() + dimension.length() - 1)
                    .append(']');
        }
        return out.toString();
    }

    private static SqlArray appended(SqlArray array, Object element) {
        List<@Nullable Object> elements = new ArrayList<>(array.elements());
        elements.add(element);
        int first = array.dimensions().isEmpty() ? 1 : array.dimensions().getFirst().lowerBound();
        return new SqlArray(List.of(new Dimension(elements.size(), first)), elements);
    }

    /// Without the last parts of the first dimension; as a slice, it begins at 1.
    private static SqlArray trimmed(SqlArray array, long count) {
        int length = array.dimensions().isEmpty() ? 0 : array.dimensions().getFirst().length();
        if (count < 0 || count > length) {
            throw RowErrors.of(
                    "2202E", "number of elements to trim must be between 0 and " + length);
        }
        int kept = length - (int) count;
        if (kept == 0) {
            return SqlArray.EMPTY;
        }
        List<Dimension> dimensions = new ArrayList<>();
        for (Dimension dimension : array.dimensions()) {
            dimensions.add(new Dimension(dimensions.isEmpty() ? kept : dimension.length(), 1));
        }
        int elements = array.elements().size() / length * kept;
        return new SqlArray(dimensions, array.elements().subList(0, elements));
    }

    /// NULL is contained in nothing.
    private static boolean contains(SqlType element, SqlArray array, SqlArray part) {
        for (Object wanted : part.elements()) {
            if (!has(element, array, wanted)) {
                return false;
            }
        }
        return true;
    }

    private static boolean overlap(SqlType element, SqlArray a, SqlArray b) {
        for (Object wanted : b.elements()) {
            if (has(element, a, wanted)) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(SqlType type, SqlArray array, @Nullable Object wanted) {
        if (wanted == null) {
            return false;
        }
        for (Object element : array.elements()) {
            if (element != null && type.compare(element, wanted) == 0) {
                return true;
            }
        }
        return false;
    }
}
