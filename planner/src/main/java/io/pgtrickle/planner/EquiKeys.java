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

    private static final int ANY_ENUM = 3500;

    private final Equalities equalities;
    private final FunctionSupport support;

    EquiKeys(CatalogReader catalog, FunctionSupport support) {
        this(
                new Equalities() {
                    @Override
                    public boolean isEquality(int functionOid) {
                        return catalog.equalityOfFunction(functionOid).isPresent();
                    }

                    @Override
                    public OptionalInt ofType(int typeOid) {
                        return catalog.equalityOfType(typeOid);
                    }
                },
                support);
    }

    EquiKeys(Equalities equalities, FunctionSupport support) {
        this.equalities = equalities;
        this.support = support;
    }

    /// The functions behind the operators of default btree equality.
    interface Equalities {

        boolean isEquality(int functionOid);

        /// The function that compares two values of the type.
        OptionalInt ofType(int typeOid);
    }

    /// The two sides of the condition as they stand; empty where it is neither such an equality nor the IS NOT DISTINCT FROM of
    /// one.
    Optional<EquiKey> of(Expression condition) {
        if (condition instanceof Expression.Not(Expression.IsDistinct(Call equality))) {
            return ofEquality(equality)
                    .map(key -> new EquiKey(key.left(), key.right(), /* nullsMatch= */ true));
        }
        return ofEquality(condition);
    }

    /// The key as a condition, `of` backwards; empty where the type's equality isn't known by its oid.
    Optional<Expression> condition(EquiKey key) {
        return equality(key.left(), key.right())
                .map(equality ->
                        key.nullsMatch()
                                ? new Expression.Not(new Expression.IsDistinct(equality))
                                : equality);
    }

    /// `left = right` for two expressions of one type.
    Optional<Call> equality(Expression left, Expression right) {
        SqlType type = left.type();
        int operand = type instanceof SqlType.EnumType ? ANY_ENUM : type.oid();
        OptionalInt function = equalities.ofType(operand);
        if (function.isEmpty() && type instanceof SqlType.Text(_, boolean padded, Collation own)) {
            SqlType text = new SqlType.Text(Oids.TEXT, false, own);
            return padded || type.oid() == Oids.TEXT
                    ? Optional.empty()
                    : equality(
                            new Expression.Relabel(left, text),
                            new Expression.Relabel(right, text));
        }
        Collation collation = type instanceof SqlType.Text text ? text.collation() : Collation.NONE;
        return function.isPresent()
                        && support.supports(
                                function.getAsInt(), collation, List.of(type, right.type()))
                ? Optional.of(
                        new Call(
                                function.getAsInt(),
                                "=",
                                List.of(left, right),
                                SqlType.BOOL,
                                collation))
                : Optional.empty();
    }

    private Optional<EquiKey> ofEquality(Expression condition) {
        if (!(condition
                        instanceof
                        Call(
                                int functionOid,
                                _,
                                List<Expression> arguments,
                                _,
                                Collation collation))
                || arguments.size() != 2
                || !equalities.isEquality(functionOid)
                || arguments.stream().anyMatch(RowFailures::asksForOnlyOne)) {
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
