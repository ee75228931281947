package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.stream.IntStream;

/// Casts that PostgreSQL takes for no work at all. Here they are so only where both types have the same values in Java and the
/// same images: an int4 under type oid, an xml under type text or a cidr under type inet would become something else, so PostgreSQL
/// does those.
final class Relabeling {

    private Relabeling() {}

    static Expression relabel(Expression input, SqlType type, CatalogReader catalog) {
        if (input.type().equals(type)) {
            return input;
        }
        if (input instanceof Expression.Constant(Object value, _) && value == null) {
            return new Expression.Constant(null, type);
        }
        if (!sameRepresentation(input.type(), type)) {
            if (type.oid() == RowTypes.RECORD) {
                throw Refusals.query(
                        "rows without a type whose columns have different types",
                        "Cast the rows to a composite type.");
            }
            return new RemoteCasts(catalog).relabel(input, type);
        }
        return new Expression.Relabel(input, type);
    }

    /// Text under another collation; anything else is returned as it is.
    static Expression collate(Expression input, Collation collation) {
        if (collation.oid() != 0
                && input.type()
                        instanceof SqlType.Text(int oid, boolean blankPadded, Collation current)
                && !current.equals(collation)) {
            return new Expression.Relabel(input, new SqlType.Text(oid, blankPadded, collation));
        }
        return input;
    }

    private static boolean sameFields(List<SqlType.Field> some, List<SqlType.Field> others) {
        return some.size() == others.size()
                && IntStream.range(0, some.size())
                        .allMatch(i -> some.get(i).type().equals(others.get(i).type()));
    }

    private static boolean sameRepresentation(SqlType from, SqlType to) {
        return switch (from) {
            case SqlType.Text _ -> to instanceof SqlType.Text;
            case SqlType.Integral(_, int width, boolean signed) ->
                    to instanceof SqlType.Integral(_, int otherWidth, boolean otherSigned)
                            && width == otherWidth
                            && signed == otherSigned;
            case SqlType.BitType _ -> to instanceof SqlType.BitType;
            case SqlType.ArrayType(_, _, SqlType element) ->
                    to instanceof SqlType.ArrayType(_, _, SqlType otherElement)
                            && sameRepresentation(element, otherElement);
            case SqlType.CompositeType(int oid, List<SqlType.Field> fields) ->
                    from.equals(to)
                            || oid == RowTypes.RECORD
                                    && to
                                            instanceof
                                            SqlType.CompositeType(
                                                    int otherOid,
                                                    List<SqlType.Field> others)
                                    && otherOid == RowTypes.RECORD
                                    && sameFields(fields, others);
            case SqlType.Bool _,
                    SqlType.Real _,
                    SqlType.DoublePrecision _,
                    SqlType.NumericType _,
                    SqlType.ByteString _,
                    SqlType.IntervalType _,
                    SqlType.EnumType _,
                    SqlType.TimeTzType _,
                    SqlType.NetworkType _,
                    SqlType.JsonbType _,
                    SqlType.RangeType _,
                    SqlType.MultirangeType _,
                    SqlType.LabelledType _,
                    SqlType.Opaque _ ->
                    from.equals(to);
        };
    }
}
