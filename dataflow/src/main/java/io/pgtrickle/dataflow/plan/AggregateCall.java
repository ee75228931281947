package io.pgtrickle.dataflow.plan;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.plan.Plan.SortKey;
import io.pgtrickle.model.type.Oids;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// A call of an aggregate function over the rows of a group.
///
/// @param arguments over the input row; none for `count(*)`; for an ordered-set aggregate none either: what it orders is in
///     `clauses`
public record AggregateCall(
        AggregateFunction function, List<Expression> arguments, Clauses clauses, SqlType type) {

    public AggregateCall(
            AggregateFunction function, List<Expression> arguments, Clauses clauses, SqlType type) {
        this.function = function;
        this.arguments = List.copyOf(arguments);
        this.clauses = clauses;
        this.type = type;
    }

    public AggregateFunction.Kind kind() {
        return function.kind();
    }

    /// The first argument.
    public Optional<Expression> argument() {
        return arguments.stream().findFirst();
    }

    public Optional<Expression> filter() {
        return clauses.filter();
    }

    public boolean distinct() {
        return clauses.distinct();
    }

    /// Every expression over the input row.
    public Stream<Expression> expressions() {
        return Stream.of(
                        arguments.stream(),
                        clauses.filter().stream(),
                        clauses.order().stream().map(SortKey::expression),
                        clauses.direct().stream())
                .flatMap(Function.identity());
    }

    /// The same call over other expressions.
    public AggregateCall map(UnaryOperator<Expression> change) {
        return new AggregateCall(
                function,
                arguments.stream().map(change).toList(),
                new Clauses(
                        clauses.filter().map(change),
                        clauses.distinct(),
                        clauses.order().stream()
                                .map(key ->
                                        new SortKey(
                                                change.apply(key.expression()),
                                                key.descending(),
                                                key.nullsFirst()))
                                .toList(),
                        clauses.direct().stream().map(change).toList()),
                type);
    }

    /// Empty for count, sum, avg, min and max.
    public Optional<AggregateFamily> family() {
        return kind() == AggregateFunction.Kind.OTHER
                ? Optional.of(AggregateFamily.of(function.oid()))
                : Optional.empty();
    }

    /// Whether the single values of each group are kept: the next extremum, and first and last occurrences, must be known, or all
    /// of them make the result.
    public boolean keepsValues() {
        return switch (kind()) {
            case MIN, MAX -> true;
            case COUNT, SUM, AVG -> distinct();
            case OTHER -> distinct() || isMadeOfRows();
        };
    }

    /// Whether the result is computed from all rows of the group, in their order, when one of them changes.
    public boolean isMadeOfRows() {
        return family().map(this::isMadeOfRows).orElse(false);
    }

    private boolean isMadeOfRows(AggregateFamily family) {
        return switch (family) {
            case BOOLEAN, VARIANCE -> false;
            case BITS -> argumentIs(SqlType.BitType.class::isInstance);
            // first and last occurrences are those of pairs
            case REGRESSION -> distinct();
            case STRING_AGG,
                    ARRAY_AGG,
                    ANY_VALUE,
                    RANGE_AGG,
                    RANGE_INTERSECT_AGG,
                    PERCENTILE,
                    MODE,
                    HYPOTHETICAL,
                    UNKNOWN ->
                    true;
        };
    }

    /// Whether the aggregate is known for its arguments' types.
    public boolean isSupported() {
        boolean clausesAreKnown =
                clauses.order().stream().allMatch(key -> key.expression().type().hasOrder())
                        && (!distinct() || arguments.stream().allMatch(this::isDistinguished));
        return clausesAreKnown
                && switch (kind()) {
                    case COUNT -> true;
                    case SUM ->
                            argumentIs(type ->
                                    isNumber(type)
                                            || type.oid() == Oids.MONEY
                                            || type instanceof SqlType.IntervalType);
                    case AVG ->
                            argumentIs(
                                    type -> isNumber(type) || type instanceof SqlType.IntervalType);
                    case MIN, MAX -> argumentIs(SqlType::hasOrder);
                    case OTHER -> supports(AggregateFamily.of(function.oid()));
                };
    }

    private boolean supports(AggregateFamily family) {
        return switch (family) {
            case BOOLEAN -> argumentIs(SqlType.Bool.class::isInstance);
            case BITS ->
                    argumentIs(type ->
                            type instanceof SqlType.Integral || type instanceof SqlType.BitType);
            case VARIANCE -> argumentIs(AggregateCall::isNumber);
            case REGRESSION -> arguments.size() == 2;
            case STRING_AGG -> arguments.size() == 2;
            case ARRAY_AGG -> type instanceof SqlType.ArrayType;
            case ANY_VALUE -> arguments.size() == 1;
            case RANGE_AGG, RANGE_INTERSECT_AGG ->
                    argumentIs(type ->
                            type instanceof SqlType.RangeType
                                    || type instanceof SqlType.MultirangeType)
                            && argumentIs(SqlType::orderable);
            case MODE -> clauses.order().size() == 1;
            case PERCENTILE ->
                    clauses.order().size() == 1
                            && clauses.direct().size() == 1
                            && (clauses.direct().getFirst().type().oid() == Oids.FLOAT8
                                    || clauses.direct().getFirst().type()
                                            instanceof SqlType.ArrayType);
            case HYPOTHETICAL -> clauses.direct().size() == clauses.order().size();
            case UNKNOWN -> false;
        };
    }

    /// What counts only may have labels; the values that an aggregate works on have none.
    private boolean isDistinguished(Expression argument) {
        return kind() == AggregateFunction.Kind.COUNT
                ? argument.type().hasEquality()
                : argument.type().equatable();
    }

    private boolean argumentIs(Predicate<SqlType> condition) {
        return argument().map(Expression::type).filter(condition).isPresent();
    }

    private static boolean isNumber(SqlType type) {
        return switch (type) {
            case SqlType.Integral(int oid, _, _) ->
                    oid == Oids.INT2 || oid == Oids.INT4 || oid == Oids.INT8;
            case SqlType.NumericType _, SqlType.Real _, SqlType.DoublePrecision _ -> true;
            case SqlType.Bool _,
                    SqlType.Text _,
                    SqlType.ByteString _,
                    SqlType.IntervalType _,
                    SqlType.EnumType _,
                    SqlType.TimeTzType _,
                    SqlType.BitType _,
                    SqlType.NetworkType _,
                    SqlType.JsonbType _,
                    SqlType.ArrayType _,
                    SqlType.CompositeType _,
                    SqlType.RangeType _,
                    SqlType.MultirangeType _,
                    SqlType.LabelledType _,
                    SqlType.Opaque _ ->
                    false;
        };
    }

    /// @param distinct whether equal arguments count once
    /// @param order of ORDER BY within the call, or of WITHIN GROUP
    /// @param direct arguments of an ordered-set or hypothetical-set aggregate that stand before WITHIN GROUP
    public record Clauses(
            Optional<Expression> filter,
            boolean distinct,
            List<SortKey> order,
            List<Expression> direct) {

        public static final Clauses NONE =
                new Clauses(Optional.empty(), false, List.of(), List.of());

        public Clauses(
                Optional<Expression> filter,
                boolean distinct,
                List<SortKey> order,
                List<Expression> direct) {
            this.filter = filter;
            this.distinct = distinct;
            this.order = List.copyOf(order);
            this.direct = List.copyOf(direct);
        }
    }
}
