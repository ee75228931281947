package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.model.type.Collation;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// Which conditions are equalities that a join can be arranged by: default btree equalities of one type. Comparisons of int2, int4
/// and int8 with each other are made such by widening both sides to int8, which is exact; other comparisons of two types
/// are left to be checked on each pair.
final class EquiKeys {

    private static final int INT8_FROM_INT2 = 754;
    private static final int INT8_FROM_INT4 = 481;

    private final CatalogReader catalog;
    private final FunctionSupport support;

    EquiKeys(CatalogReader catalog, FunctionSupport support) {
        this.catalog = catalog;
        this.support = support;
    }

    /// The two sides of the condition as they stand; empty where it is no such equality.
    Optional<EquiKey> of(Expression condition) {
        if (!(condition
                        instanceof
                        Call(
                                int functionOid,
                                _,
                                List<Expression> arguments,
                                _,
                                Collation collation))
                || arguments.size() != 2
                || catalog.equalityOfFunction(functionOid).isEmpty()) {
            return Optional.empty();
        }
        Expression left = arguments.get(0);
        Expression right = arguments.get(1);
        if (isInteger(left.type())
                && isInteger(right.type())
                && !left.type().equals(right.type())) {
            return widened(left, right);
        }
        if (left.type() instanceof SqlType.Text && collation.deterministic()) {
            left = Relabeling.collate(left, collation);
            right = Relabeling.collate(right, collation);
        }
        return left.type().equals(right.type()) && left.type().equatable()
                ? Optional.of(new EquiKey(left, right, false))
                : Optional.empty();
    }

    private Optional<EquiKey> widened(Expression left, Expression right) {
        return widened(left)
                .flatMap(wideLeft ->
                        widened(right).map(wideRight -> new EquiKey(wideLeft, wideRight, false)));
    }

    private Optional<Expression> widened(Expression side) {
        if (side.type().equals(SqlType.INT8)) {
            return Optional.of(side);
        }
        int cast = side.type().oid() == Oids.INT2 ? INT8_FROM_INT2 : INT8_FROM_INT4;
        return support.supports(cast, Collation.NONE, List.of(side.type()))
                ? Optional.of(new Call(cast, "int8", List.of(side), SqlType.INT8, Collation.NONE))
                : Optional.empty();
    }

    private static boolean isInteger(SqlType type) {
        return type.oid() == Oids.INT2 || type.oid() == Oids.INT4 || type.oid() == Oids.INT8;
    }

    /// The column that a side of a key is, so that different values of the column are different keys.
    static OptionalInt column(Expression side) {
        return switch (side) {
            case Column(int index, _) -> OptionalInt.of(index);
            case Call(int functionOid, _, List<Expression> arguments, _, _)
                    when functionOid == INT8_FROM_INT2 || functionOid == INT8_FROM_INT4 ->
                    column(arguments.getFirst());
            case Expression.Relabel(Expression input, SqlType type) ->
                    sameEquality(input.type(), type) ? column(input) : OptionalInt.empty();
            case Expression _ -> OptionalInt.empty();
        };
    }

    private static boolean sameEquality(SqlType from, SqlType to) {
        return from instanceof SqlType.Text(_, boolean fromPadded, Collation fromCollation)
                && to instanceof SqlType.Text(_, boolean toPadded, Collation toCollation)
                && fromPadded == toPadded
                && fromCollation.deterministic()
                && toCollation.deterministic();
    }
}
