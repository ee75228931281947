package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Branch;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.expression.Expression.Column;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;

/// What can be proved of NULL, by few rules that hold.
final class Nullability {

    /// Built-in functions that, of arguments that aren't NULL, never make NULL. Built-in operators on the types that are known here
    /// never do either.
    private static final Set<String> NEVER_NULL =
            Set.of(
                    "abs",
                    "ceil",
                    "ceiling",
                    "date",
                    "date_trunc",
                    "float4",
                    "float8",
                    "floor",
                    "int2",
                    "int4",
                    "int8",
                    "length",
                    "lower",
                    "mod",
                    "numeric",
                    "round",
                    "timestamp",
                    "trunc",
                    "upper");

    private static final int FIRST_NORMAL_OID = 16_384;

    private Nullability() {}

    /// Whether an expression is never NULL. Of most calls nothing is known: a strict function too may return NULL.
    ///
    /// @param column whether a column of the input is never NULL
    static boolean notNull(Expression expression, IntPredicate column) {
        return switch (expression) {
            case Column(int index, _) -> column.test(index);
            case Expression.Constant(Object value, _) -> value != null;
            case Call call ->
                    isNeverNull(call)
                            && call.arguments().stream()
                                    .allMatch(argument -> notNull(argument, column));
            case Expression.Remote _,
                    Expression.NullIf _,
                    Expression.Quantified _,
                    Expression.Field _,
                    Expression.FieldOfEach _ ->
                    false;
            case Expression.MakeRow _ -> true;
            case Expression.Image(Expression input) -> notNull(input, column);
            case Expression.OnlyOne(Expression value, _) -> notNull(value, column);
            case Expression.Relabel(Expression input, _) -> notNull(input, column);
            case Expression.Label(Expression input, _) -> notNull(input, column);
            case Expression.Unlabel(Expression input, _) -> notNull(input, column);
            case Expression.And(List<Expression> terms) ->
                    terms.stream().allMatch(term -> notNull(term, column));
            case Expression.Or(List<Expression> terms) ->
                    terms.stream().allMatch(term -> notNull(term, column));
            case Expression.Not(Expression input) -> notNull(input, column);
            case Expression.IsNull _, Expression.BooleanTest _, Expression.IsDistinct _ -> true;
            case Expression.Case(List<Branch> branches, Expression otherwise, _) ->
                    notNull(otherwise, column)
                            && branches.stream()
                                    .allMatch(branch -> notNull(branch.result(), column));
            case Expression.Coalesce(List<Expression> terms, _) ->
                    terms.stream().anyMatch(term -> notNull(term, column));
            case Expression.Extreme(_, List<Expression> terms, _) ->
                    terms.stream().anyMatch(term -> notNull(term, column));
        };
    }

    private static boolean isNeverNull(Call call) {
        boolean isOperator =
                !call.name().isEmpty() && !Character.isJavaIdentifierStart(call.name().charAt(0));
        return Integer.compareUnsigned(call.functionOid(), FIRST_NORMAL_OID) < 0
                && (isOperator || NEVER_NULL.contains(call.name()))
                && !(call.type() instanceof SqlType.Opaque)
                && call.arguments().stream()
                        .noneMatch(argument -> argument.type() instanceof SqlType.Opaque);
    }

    /// The columns that can't be NULL in a row for which the condition is true.
    ///
    /// @param strict whether a function, by its oid, returns NULL as soon as one argument is NULL
    static BitSet demanded(Expression condition, IntPredicate strict) {
        BitSet columns = new BitSet();
        switch (condition) {
            case Column(int index, _) -> columns.set(index);
            case Expression.Relabel(Expression input, _) -> columns.or(demanded(input, strict));
            case Call call -> columns.or(demandedByEither(call, strict));
            case Expression.And(List<Expression> terms) ->
                    terms.forEach(term -> columns.or(demanded(term, strict)));
            case Expression.Not(Expression input) -> columns.or(demandedByEither(input, strict));
            case Expression.IsNull(Expression input, boolean negated) -> {
                if (negated) {
                    columns.or(demandedByEither(input, strict));
                }
            }
            case Expression.BooleanTest(
                            Expression input,
                            Optional<Boolean> tested,
                            boolean negated) -> {
                if (tested.isPresent() != negated) {
                    columns.or(demandedByEither(input, strict));
                }
            }
            case Expression.Quantified(_, List<Call> comparisons) -> {
                if (!comparisons.isEmpty() && strict.test(comparisons.getFirst().functionOid())) {
                    columns.or(
                            demandedByEither(
                                    comparisons.getFirst().arguments().getFirst(), strict));
                }
            }
            case Expression.Or(List<Expression> terms) ->
                    columns.or(
                            common(
                                    terms.stream()
                                            .filter(term -> !isNever(term, true))
                                            .map(term -> demanded(term, strict))
                                            .toList()));
            case Expression.Case choice ->
                    columns.or(
                            ofOutcomes(choice, strict, true, result -> demanded(result, strict)));
            case Expression.Coalesce(List<Expression> terms, _) ->
                    columns.or(
                            common(
                                    terms.stream()
                                            .filter(term -> !isNever(term, true))
                                            .map(term -> demanded(term, strict))
                                            .toList()));
            case Expression.Constant _,
                    Expression.Remote _,
                    Expression.Label _,
                    Expression.Unlabel _,
                    Expression.IsDistinct _,
                    Expression.NullIf _,
                    Expression.MakeRow _,
                    Expression.Extreme _ -> {}
            case Expression.Field(Expression input, _, _) ->
                    columns.or(demandedByEither(input, strict));
            case Expression.FieldOfEach(Expression input, _, _) ->
                    columns.or(demandedByEither(input, strict));
            case Expression.OnlyOne(Expression value, _) -> columns.or(demanded(value, strict));
            case Expression.Image(Expression input) -> columns.or(demandedByEither(input, strict));
        }
        return columns;
    }

    /// The columns that can't be NULL where the value isn't NULL, be it true, false or anything else.
    static BitSet required(Expression value, IntPredicate strict) {
        return demandedByEither(value, strict);
    }

    private static BitSet demandedByEither(Expression value, IntPredicate strict) {
        return switch (value) {
            case Column _, Expression.Relabel _ -> demanded(value, strict);
            case Call call -> {
                BitSet columns = new BitSet();
                if (strict.test(call.functionOid())) {
                    call.arguments()
                            .forEach(argument -> columns.or(demandedByEither(argument, strict)));
                }
                yield columns;
            }
            case Expression.Not(Expression input) -> demandedByEither(input, strict);
            case Expression.Case choice ->
                    ofOutcomes(choice, strict, false, result -> demandedByEither(result, strict));
            case Expression.Coalesce(List<Expression> terms, _) -> ofTerms(terms, strict);
            case Expression.Extreme(_, List<Expression> terms, _) -> ofTerms(terms, strict);
            case Expression.NullIf(Call equality, _) ->
                    demandedByEither(equality.arguments().getFirst(), strict);
            case Expression.Field(Expression input, _, _) -> demandedByEither(input, strict);
            case Expression.FieldOfEach(Expression input, _, _) -> demandedByEither(input, strict);
            case Expression.Image(Expression input) -> demandedByEither(input, strict);
            case Expression.OnlyOne(Expression only, _) -> demandedByEither(only, strict);
            case Expression.Constant _,
                    Expression.Remote _,
                    Expression.Label _,
                    Expression.Unlabel _,
                    Expression.And _,
                    Expression.Or _,
                    Expression.IsNull _,
                    Expression.BooleanTest _,
                    Expression.IsDistinct _,
                    Expression.MakeRow _,
                    Expression.Quantified _ ->
                    new BitSet();
        };
    }

    private static BitSet ofTerms(List<Expression> terms, IntPredicate strict) {
        return common(
                terms.stream()
                        .filter(term -> !isNever(term, false))
                        .map(term -> demandedByEither(term, strict))
                        .toList());
    }

    /// Whichever result it is: where it is a later one, the conditions before it aren't true.
    private static BitSet ofOutcomes(
            Expression.Case choice,
            IntPredicate strict,
            boolean isTrue,
            Function<Expression, BitSet> demanded) {
        List<BitSet> outcomes = new ArrayList<>();
        BitSet before = new BitSet();
        for (Branch branch : choice.branches()) {
            if (!isNever(branch.result(), isTrue)) {
                BitSet outcome = demanded.apply(branch.result());
                outcome.or(demanded(branch.condition(), strict));
                outcome.or(before);
                outcomes.add(outcome);
            }
            if (branch.condition() instanceof Expression.IsNull(Expression input, boolean negated)
                    && !negated) {
                before.or(demandedByEither(input, strict));
            }
        }
        if (!isNever(choice.otherwise(), isTrue)) {
            BitSet outcome = demanded.apply(choice.otherwise());
            outcome.or(before);
            outcomes.add(outcome);
        }
        return common(outcomes);
    }

    /// Whether it is a constant that isn't true, or that is NULL.
    private static boolean isNever(Expression expression, boolean isTrue) {
        return expression instanceof Expression.Constant(Object value, _)
                && (value == null || isTrue && !Boolean.TRUE.equals(value));
    }

    private static BitSet common(List<BitSet> sets) {
        BitSet common = new BitSet();
        for (int i = 0; i < sets.size(); i++) {
            if (i == 0) {
                common.or(sets.get(i));
            } else {
                common.and(sets.get(i));
            }
        }
        return common;
    }
}
