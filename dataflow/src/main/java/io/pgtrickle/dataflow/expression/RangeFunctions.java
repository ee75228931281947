package io.pgtrickle.dataflow.expression;

import io.pgtrickle.dataflow.expression.FunctionRegistry.Requirement;
import io.pgtrickle.model.Multirange;
import io.pgtrickle.model.Range;
import io.pgtrickle.model.Range.Between;
import io.pgtrickle.model.Range.Bound;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Functions of ranges and multiranges (`rangetypes.c`, `multirangetypes.c`). Those that make bounds that aren't there yet, and so need
/// the type's canonical form, aren't here.
final class RangeFunctions {

    private RangeFunctions() {}

    static void register(FunctionRegistry registry) {
        bounds(registry);
        registry.unary(3850, a -> ranges(a).isEmpty());
        registry.unary(4237, a -> ranges(a).isEmpty());
        // contains an element
        ordered(registry, 3858, (order, a, b) -> order.containsElement(ranges(a), b));
        ordered(registry, 3860, (order, a, b) -> order.containsElement(ranges(b), a));
        ordered(registry, 4249, (order, a, b) -> order.containsElement(ranges(a), b));
        ordered(registry, 4252, (order, a, b) -> order.containsElement(ranges(b), a));
        // range-range, multirange-range, multirange-multirange, range-multirange
        for (int oid : new int[] {3859, 4250, 4251, 4541}) {
            ordered(registry, oid, (order, a, b) -> order.contains(ranges(a), ranges(b)));
        }
        for (int oid : new int[] {3861, 4253, 4254, 4542}) {
            ordered(registry, oid, (order, a, b) -> order.contains(ranges(b), ranges(a)));
        }
        for (int oid : new int[] {3857, 4246, 4247, 4248}) {
            ordered(registry, oid, (order, a, b) -> order.overlap(ranges(a), ranges(b)));
        }
        for (int oid : new int[] {3863, 4258, 4259, 4260}) {
            ordered(registry, oid, (order, a, b) -> order.before(ranges(a), ranges(b)));
        }
        for (int oid : new int[] {3864, 4261, 4262, 4263}) {
            ordered(registry, oid, (order, a, b) -> order.before(ranges(b), ranges(a)));
        }
        for (int oid : new int[] {3865, 4264, 4265, 4266}) {
            ordered(registry, oid, (order, a, b) -> order.overLeft(ranges(a), ranges(b)));
        }
        for (int oid : new int[] {3866, 4267, 4268, 4269}) {
            ordered(registry, oid, (order, a, b) -> order.overRight(ranges(a), ranges(b)));
        }
        ordered(registry, 3868, (order, a, b) -> order.intersection(ranges(a), ranges(b)));
        ordered(registry, 4057, (order, a, b) -> order.span(ranges(a), ranges(b)));
    }

    /// The parts of a range or multirange: none for an empty one.
    private static List<Between> ranges(Object value) {
        return switch (value) {
            case Between between -> List.of(between);
            case Multirange(List<Between> ranges) -> ranges;
            default -> List.of();
        };
    }

    private static void bounds(FunctionRegistry registry) {
        for (int lower : new int[] {3848, 4235}) {
            registry.unary(lower, a -> value(a, true));
        }
        for (int upper : new int[] {3849, 4236}) {
            registry.unary(upper, a -> value(a, false));
        }
        for (int inclusive : new int[] {3851, 4238}) {
            registry.unary(inclusive, a -> is(a, true, Bound::inclusive));
        }
        for (int inclusive : new int[] {3852, 4239}) {
            registry.unary(inclusive, a -> is(a, false, Bound::inclusive));
        }
        for (int infinite : new int[] {3853, 4240}) {
            registry.unary(infinite, a -> is(a, true, bound -> bound.value().isEmpty()));
        }
        for (int infinite : new int[] {3854, 4241}) {
            registry.unary(infinite, a -> is(a, false, bound -> bound.value().isEmpty()));
        }
    }

    private static @Nullable Object value(Object a, boolean lower) {
        return bound(ranges(a), lower).flatMap(Bound::value).orElse(null);
    }

    private static Object is(Object a, boolean lower, Predicate<Bound> condition) {
        return bound(ranges(a), lower).filter(condition).isPresent();
    }

    private static Optional<Bound> bound(List<Between> ranges, boolean lower) {
        return ranges.isEmpty()
                ? Optional.empty()
                : Optional.of(lower ? ranges.getFirst().lower() : ranges.getLast().upper());
    }

    @FunctionalInterface
    private interface Ordered {
        Object apply(Order order, Object a, Object b);
    }

    private static void ordered(FunctionRegistry registry, int oid, Ordered function) {
        registry.define(
                oid,
                Requirement.NONE,
                types -> subtype(types).filter(SqlType::orderable).isPresent(),
                types -> {
                    Order order = new Order(subtype(types).orElseThrow());
                    return (NativeFunction.Binary) (a, b) -> function.apply(order, a, b);
                });
    }

    private static Optional<SqlType> subtype(List<SqlType> types) {
        return types.stream()
                .<SqlType>mapMulti((type, found) -> {
                    if (type instanceof SqlType.RangeType(_, SqlType subtype)) {
                        found.accept(subtype);
                    } else if (type
                            instanceof
                            SqlType.MultirangeType(_, SqlType.RangeType(_, SqlType subtype))) {
                        found.accept(subtype);
                    }
                })
                .findFirst();
    }

    /// Comparisons of bounds of one subtype.
    private record Order(SqlType subtype) {

        /// A bound with the side on which it stands.
        private record Side(Bound bound, boolean lower) {
            static Side lower(Between range) {
                return new Side(range.lower(), true);
            }

            static Side upper(Between range) {
                return new Side(range.upper(), false);
            }
        }

        /// `range_cmp_bounds`.
        private int compare(Side a, Side b) {
            boolean aInfinite = a.bound.value().isEmpty();
            boolean bInfinite = b.bound.value().isEmpty();
            if (aInfinite || bInfinite) {
                int aRank = !aInfinite ? 0 : a.lower ? -1 : 1;
                int bRank = !bInfinite ? 0 : b.lower ? -1 : 1;
                return Integer.compare(aRank, bRank);
            }
            int values =
                    subtype.compare(a.bound.value().orElseThrow(), b.bound.value().orElseThrow());
            return values != 0 ? values : Integer.compare(offset(a), offset(b));
        }

        /// Where a bound stands beside its value.
        private static int offset(Side side) {
            return side.bound.inclusive() ? 0 : side.lower ? 1 : -1;
        }

        boolean containsElement(List<Between> ranges, Object element) {
            Bound point = new Bound(Optional.of(element), true);
            return contains(ranges, List.of(new Between(point, point)));
        }

        /// Each part of the one within a part of the other.
        boolean contains(List<Between> ranges, List<Between> parts) {
            return parts.stream()
                    .allMatch(part -> ranges.stream().anyMatch(range -> contains(range, part)));
        }

        private boolean contains(Between range, Between part) {
            return compare(Side.lower(range), Side.lower(part)) <= 0
                    && compare(Side.upper(range), Side.upper(part)) >= 0;
        }

        boolean overlap(List<Between> a, List<Between> b) {
            return a.stream().anyMatch(x -> b.stream().anyMatch(y -> overlap(x, y)));
        }

        private boolean overlap(Between a, Between b) {
            return compare(Side.lower(a), Side.upper(b)) <= 0
                    && compare(Side.lower(b), Side.upper(a)) <= 0;
        }

        boolean before(List<Between> a, List<Between> b) {
            return both(a, b) && compare(Side.upper(a.getLast()), Side.lower(b.getFirst())) < 0;
        }

        boolean overLeft(List<Between> a, List<Between> b) {
            return both(a, b) && compare(Side.upper(a.getLast()), Side.upper(b.getLast())) <= 0;
        }

        boolean overRight(List<Between> a, List<Between> b) {
            return both(a, b) && compare(Side.lower(a.getFirst()), Side.lower(b.getFirst())) >= 0;
        }

        private static boolean both(List<Between> a, List<Between> b) {
            return !a.isEmpty() && !b.isEmpty();
        }

        Range intersection(List<Between> a, List<Between> b) {
            if (!overlap(a, b)) {
                return Range.EMPTY;
            }
            Between x = a.getFirst();
            Between y = b.getFirst();
            return new Between(
                    compare(Side.lower(x), Side.lower(y)) >= 0 ? x.lower() : y.lower(),
                    compare(Side.upper(x), Side.upper(y)) <= 0 ? x.upper() : y.upper());
        }

        /// The smallest range that has both within (`range_merge`).
        Range span(List<Between> a, List<Between> b) {
            if (!both(a, b)) {
                return a.isEmpty() ? b.isEmpty() ? Range.EMPTY : b.getFirst() : a.getFirst();
            }
            Between x = a.getFirst();
            Between y = b.getFirst();
            return new Between(
                    compare(Side.lower(x), Side.lower(y)) < 0 ? x.lower() : y.lower(),
                    compare(Side.upper(x), Side.upper(y)) > 0 ? x.upper() : y.upper());
        }
    }
}
