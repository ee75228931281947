package io.pgtrickle.planner;

import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.Expression.Branch;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.expression.Expression.Constant;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;

/// Does what PostgreSQL's planner does with constants (`eval_const_expressions`), since it decides what is evaluated at all: in
/// `1 / x > 0 OR true` and in `1 / x + NULL` nothing is, and so neither fails in a row where x is 0.
///
/// What fails as a constant stays as it is, to fail in a row if it comes to that.
final class ConstantFolding {

    private static final Row NO_ROW = Row.of();

    private ConstantFolding() {}

    /// @param expression whose parts are folded already
    static Expression fold(Expression expression) {
        return switch (expression) {
            case Constant _,
                    Expression.Column _,
                    Expression.Remote _,
                    Expression.Label _,
                    Expression.Unlabel _ ->
                    expression;
            case Expression.And(List<Expression> terms) -> junction(terms, false);
            case Expression.Or(List<Expression> terms) -> junction(terms, true);
            case Expression.Case choice -> choice(choice);
            case Expression.Coalesce coalesce -> coalesce(coalesce);
            case Call(int functionOid, _, List<Expression> arguments, SqlType type, _) ->
                    functionOid == Subqueries.SUBQUERY
                            ? expression
                            : arguments.stream().anyMatch(ConstantFolding::isNull)
                                    ? new Constant(null, type)
                                    : evaluated(expression);
            case Expression.Field(Expression.MakeRow row, int index, SqlType type) ->
                    as(type, row.fields().get(index));
            case Expression.IsNull(Expression.MakeRow _, boolean negated) ->
                    new Constant(negated, SqlType.BOOL);
            case Expression.OnlyOne(Expression value, Constant(Object count, _))
                    when count == null || count instanceof Long rows && rows <= 1 ->
                    value;
            case Expression.OnlyOne _ -> expression;
            case Expression.Relabel _,
                    Expression.MakeRow _,
                    Expression.Field _,
                    Expression.FieldOfEach _,
                    Expression.Image _,
                    Expression.Not _,
                    Expression.IsNull _,
                    Expression.BooleanTest _,
                    Expression.IsDistinct _,
                    Expression.NullIf _,
                    Expression.Extreme _,
                    Expression.Quantified _ ->
                    evaluated(expression);
        };
    }

    private static boolean isNull(Expression expression) {
        return expression instanceof Constant(Object value, _) && value == null;
    }

    private static boolean is(Expression expression, boolean wanted) {
        return expression instanceof Constant(Object value, _)
                && value instanceof Boolean found
                && found == wanted;
    }

    private static Expression evaluated(Expression expression) {
        if (!isConstant(expression)) {
            return expression;
        }
        try {
            return new Constant(Compiler.compile(expression).evaluate(NO_ROW), expression.type());
        } catch (PgtrickleException _) {
            return expression;
        }
    }

    private static boolean isConstant(Expression expression) {
        for (Expression child : Columns.children(expression)) {
            boolean constant =
                    child instanceof Constant
                            || expression instanceof Expression.Quantified && isConstant(child);
            if (!constant) {
                return false;
            }
        }
        return true;
    }

    /// @param decisive true for OR, false for AND
    private static Expression junction(List<Expression> terms, boolean decisive) {
        List<Expression> rest = new ArrayList<>();
        for (Expression term : terms) {
            if (is(term, decisive)) {
                return term;
            }
            if (!is(term, !decisive)) {
                rest.add(term);
            }
        }
        if (rest.isEmpty()) {
            return new Constant(!decisive, SqlType.BOOL);
        }
        if (rest.size() == 1 || rest.stream().allMatch(ConstantFolding::isNull)) {
            return rest.getFirst();
        }
        return decisive ? new Expression.Or(rest) : new Expression.And(rest);
    }

    private static Expression choice(Expression.Case choice) {
        List<Branch> branches = new ArrayList<>();
        Expression otherwise = choice.otherwise();
        for (Branch branch : choice.branches()) {
            if (is(branch.condition(), true)) {
                otherwise = branch.result();
                break;
            }
            if (!is(branch.condition(), false) && !isNull(branch.condition())) {
                branches.add(branch);
            }
        }
        return branches.isEmpty()
                ? as(choice.type(), otherwise)
                : new Expression.Case(branches, otherwise, choice.type());
    }

    private static Expression coalesce(Expression.Coalesce coalesce) {
        List<Expression> terms = new ArrayList<>();
        for (Expression term : coalesce.terms()) {
            if (!isNull(term)) {
                terms.add(term);
            }
            if (term instanceof Constant && !isNull(term)) {
                break;
            }
        }
        if (terms.isEmpty()) {
            return new Constant(null, coalesce.type());
        }
        return terms.size() == 1
                ? as(coalesce.type(), terms.getFirst())
                : new Expression.Coalesce(terms, coalesce.type());
    }

    /// The type of a whole may have another collation than its parts.
    private static Expression as(SqlType type, Expression expression) {
        return expression.type().equals(type)
                ? expression
                : new Expression.Relabel(expression, type);
    }
}
