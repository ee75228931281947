package io.pgtrickle.dataflow.order;

import io.pgtrickle.model.Labelled;
import io.pgtrickle.model.Multirange;
import io.pgtrickle.model.Range;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Puts labels on values and takes them off. In a container the parts have them: the order of containers is known here as
/// soon as that of their parts is.
public final class Labelling {

    private Labelling() {}

    /// What becomes of a part.
    public interface Change {
        Object of(SqlType base, Object value);
    }

    /// The value without any labels.
    public static Object unlabelled(SqlType labelled, Object value) {
        return map(labelled, value, (_, part) -> ((Labelled) part).value());
    }

    /// The types of the parts that have labels, without them.
    public static Stream<SqlType> types(SqlType labelled) {
        return switch (labelled) {
            case SqlType.LabelledType(SqlType base) -> Stream.of(base);
            case SqlType.ArrayType(_, _, SqlType element) -> types(element);
            case SqlType.CompositeType(_, List<SqlType.Field> fields) ->
                    fields.stream().flatMap(field -> types(field.type()));
            case SqlType.RangeType(_, SqlType subtype) -> types(subtype);
            case SqlType.MultirangeType(_, SqlType.RangeType range) -> types(range);
            case SqlType.Bool _,
                    SqlType.Integral _,
                    SqlType.Real _,
                    SqlType.DoublePrecision _,
                    SqlType.NumericType _,
                    SqlType.Text _,
                    SqlType.ByteString _,
                    SqlType.IntervalType _,
                    SqlType.TimeTzType _,
                    SqlType.BitType _,
                    SqlType.NetworkType _,
                    SqlType.EnumType _,
                    SqlType.JsonbType _,
                    SqlType.Opaque _ ->
                    Stream.empty();
        };
    }

    /// Changes the parts of a value that have a label, or shall get one.
    ///
    /// @param labelled the type with labels
    public static Object map(SqlType labelled, Object value, Change change) {
        return switch (labelled) {
            case SqlType.LabelledType(SqlType base) -> change.of(base, value);
            case SqlType.ArrayType(_, _, SqlType element) -> {
                SqlArray array = (SqlArray) value;
                List<@Nullable Object> elements = new ArrayList<>(array.elements().size());
                array.elements().forEach(part -> elements.add(mapNullable(element, part, change)));
                yield new SqlArray(array.dimensions(), elements);
            }
            case SqlType.CompositeType(_, List<SqlType.Field> fields) -> {
                @Nullable Object[] cells = new @Nullable Object[fields.size()];
                for (int i = 0; i < cells.length; i++) {
                    cells[i] = mapNullable(fields.get(i).type(), ((Row) value).get(i), change);
                }
                yield Row.of(cells);
            }
            case SqlType.RangeType(_, SqlType subtype) -> range(subtype, (Range) value, change);
            case SqlType.MultirangeType(_, SqlType.RangeType range) ->
                    new Multirange(
                            ((Multirange) value)
                                    .ranges().stream()
                                            .map(part -> between(range.subtype(), part, change))
                                            .toList());
            case SqlType.Bool _,
                    SqlType.Integral _,
                    SqlType.Real _,
                    SqlType.DoublePrecision _,
                    SqlType.NumericType _,
                    SqlType.Text _,
                    SqlType.ByteString _,
                    SqlType.IntervalType _,
                    SqlType.TimeTzType _,
                    SqlType.BitType _,
                    SqlType.NetworkType _,
                    SqlType.EnumType _,
                    SqlType.JsonbType _,
                    SqlType.Opaque _ ->
                    value;
        };
    }

    private static @Nullable Object mapNullable(
            SqlType type, @Nullable Object value, Change change) {
        return value == null ? null : map(type, value, change);
    }

    private static Range range(SqlType subtype, Range range, Change change) {
        return switch (range) {
            case Range.Empty empty -> empty;
            case Range.Between between -> between(subtype, between, change);
        };
    }

    private static Range.Between between(SqlType subtype, Range.Between range, Change change) {
        return new Range.Between(
                bound(subtype, range.lower(), change), bound(subtype, range.upper(), change));
    }

    private static Range.Bound bound(SqlType subtype, Range.Bound bound, Change change) {
        return new Range.Bound(
                bound.value().map(value -> map(subtype, value, change)), bound.inclusive());
    }
}
