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
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// Expressions under other columns.
final class Columns {

    private Columns() {}

    /// The columns that an expression refers to.
    static BitSet of(Expression expression) {
        BitSet columns = new BitSet();
        collect(expression, columns);
        return columns;
    }

    static BitSet of(Iterable<? extends Expression> expressions) {
        BitSet columns = new BitSet();
        expressions.forEach(expression -> collect(expression, columns));
        return columns;
    }

    private static void collect(Expression expression, BitSet columns) {
        if (expression instanceof Column(int index, _)) {
            columns.set(index);
        } else {
            for (Expression child : children(expression)) {
                collect(child, columns);
            }
        }
    }

    /// The same expression with each column replaced.
    static Expression replace(Expression expression, Function<Column, Expression> replacement) {
        return rewrite(
                expression,
                node ->
                        node instanceof Column column
                                ? Optional.of(replacement.apply(column))
                                : Optional.empty());
    }

    /// The same expression over rows that have so many columns more in front.
    static Expression shift(Expression expression, int by) {
        return by == 0
                ? expression
                : replace(expression, column -> new Column(column.index() + by, column.type()));
    }

    /// The expression over the input of a projection that has these columns, with constants folded.
    static Expression substitute(Expression expression, List<Expression> columns) {
        return expression instanceof Column(int index, _)
                ? columns.get(index)
                : ConstantFolding.fold(
                        withChildren(expression, child -> substitute(child, columns)));
    }

    /// Columns as they are.
    static List<Expression> identity(List<SqlType> types) {
        List<Expression> columns = new ArrayList<>(types.size());
        for (int i = 0; i < types.size(); i++) {
            columns.add(new Column(i, types.get(i)));
        }
        return columns;
    }

    /// From the top down: what the function gives is taken as it is; where it gives nothing, the parts are rewritten.
    static Expression rewrite(
            Expression expression, Function<Expression, Optional<Expression>> function) {
        Optional<Expression> changed = function.apply(expression);
        return changed.isPresent()
                ? changed.get()
                : withChildren(expression, child -> rewrite(child, function));
    }

    /// The expressions directly below.
    static List<Expression> children(Expression expression) {
        return expression.parts();
    }

    /// The same expression over what the function makes of its parts.
    static Expression withChildren(Expression expression, UnaryOperator<Expression> function) {
        return switch (expression) {
            case Column _, Expression.Constant _ -> expression;
            case Call call -> call(call, function);
            case Expression.Remote remote ->
                    new Expression.Remote(
                            remote.call(), all(remote.arguments(), function), remote.functionOid());
            case Expression.Relabel relabel ->
                    new Expression.Relabel(function.apply(relabel.input()), relabel.type());
            case Expression.Label label ->
                    new Expression.Label(function.apply(label.input()), label.orders());
            case Expression.Unlabel unlabel ->
                    new Expression.Unlabel(function.apply(unlabel.input()), unlabel.type());
            case Expression.And(List<Expression> terms) -> new Expression.And(all(terms, function));
            case Expression.Or(List<Expression> terms) -> new Expression.Or(all(terms, function));
            case Expression.Not(Expression input) -> new Expression.Not(function.apply(input));
            case Expression.IsNull(Expression input, boolean negated) ->
                    new Expression.IsNull(function.apply(input), negated);
            case Expression.BooleanTest test ->
                    new Expression.BooleanTest(
                            function.apply(test.input()), test.tested(), test.negated());
            case Expression.IsDistinct(Call equality) ->
                    new Expression.IsDistinct(call(equality, function));
            case Expression.NullIf nullIf ->
                    new Expression.NullIf(call(nullIf.equality(), function), nullIf.type());
            case Expression.Case choice ->
                    new Expression.Case(
                            choice.branches().stream()
                                    .map(b ->
                                            new Branch(
                                                    function.apply(b.condition()),
                                                    function.apply(b.result())))
                                    .toList(),
                            function.apply(choice.otherwise()),
                            choice.type());
            case Expression.Coalesce coalesce ->
                    new Expression.Coalesce(all(coalesce.terms(), function), coalesce.type());
            case Expression.Extreme extreme ->
                    new Expression.Extreme(
                            extreme.greatest(), all(extreme.terms(), function), extreme.type());
            case Expression.Quantified(boolean every, List<Call> comparisons) ->
                    new Expression.Quantified(
                            every, comparisons.stream().map(c -> call(c, function)).toList());
            case Expression.MakeRow(List<Expression> fields, SqlType.CompositeType type) ->
                    new Expression.MakeRow(all(fields, function), type);
            case Expression.Field(Expression input, int index, SqlType type) ->
                    new Expression.Field(function.apply(input), index, type);
            case Expression.FieldOfEach(Expression input, int index, SqlType type) ->
                    new Expression.FieldOfEach(function.apply(input), index, type);
            case Expression.OnlyOne(Expression value, Expression count) ->
                    new Expression.OnlyOne(function.apply(value), function.apply(count));
            case Expression.Image(Expression input) -> new Expression.Image(function.apply(input));
        };
    }

    private static Call call(Call call, UnaryOperator<Expression> function) {
        return new Call(
                call.functionOid(),
                call.name(),
                all(call.arguments(), function),
                call.type(),
                call.collation());
    }

    private static List<Expression> all(
            List<Expression> terms, UnaryOperator<Expression> function) {
        List<Expression> replaced = new ArrayList<>(terms.size());
        for (Expression term : terms) {
            replaced.add(function.apply(term));
        }
        return replaced;
    }
}
