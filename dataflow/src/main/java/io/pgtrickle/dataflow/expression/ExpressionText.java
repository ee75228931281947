package io.pgtrickle.dataflow.expression;

import io.pgtrickle.dataflow.expression.Expression.Branch;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.type.SqlType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Expressions for people to read. Not SQL to be parsed again: casts that do nothing are left out.
public final class ExpressionText {

    private ExpressionText() {}

    /// @param columns what the columns of the input are called
    public static String of(Expression expression, List<String> columns) {
        return switch (expression) {
            case Expression.Column(int index, _) ->
                    index < columns.size() ? columns.get(index) : "$" + (index + 1);
            case Expression.Constant(Object value, _) -> constant(Optional.ofNullable(value));
            case Call call -> call(call, columns);
            case Expression.Remote remote ->
                    remote.call().name() + join(remote.arguments(), ", ", columns);
            case Expression.Relabel(Expression input, _) -> of(input, columns);
            case Expression.Label(Expression input, _) -> of(input, columns);
            case Expression.Unlabel(Expression input, _) -> of(input, columns);
            case Expression.And(List<Expression> terms) -> join(terms, " and ", columns);
            case Expression.Or(List<Expression> terms) -> join(terms, " or ", columns);
            case Expression.Not(Expression input) -> "(not " + of(input, columns) + ")";
            case Expression.IsNull(Expression input, boolean negated) ->
                    "(" + of(input, columns) + (negated ? " is not null)" : " is null)");
            case Expression.BooleanTest(
                            Expression input,
                            Optional<Boolean> tested,
                            boolean negated) ->
                    "("
                            + of(input, columns)
                            + (negated ? " is not " : " is ")
                            + tested.map(String::valueOf).orElse("unknown")
                            + ")";
            case Expression.IsDistinct(Call equality) ->
                    join(equality.arguments(), " is distinct from ", columns);
            case Expression.NullIf(Call equality, _) ->
                    "nullif" + join(equality.arguments(), ", ", columns);
            case Expression.Case(List<Branch> branches, Expression otherwise, _) ->
                    searched(branches, otherwise, columns);
            case Expression.Coalesce(List<Expression> terms, _) ->
                    "coalesce" + join(terms, ", ", columns);
            case Expression.Extreme(boolean greatest, List<Expression> terms, _) ->
                    (greatest ? "greatest" : "least") + join(terms, ", ", columns);
            case Expression.Quantified(boolean all, List<Call> comparisons) ->
                    join(comparisons, all ? " and " : " or ", columns);
            case Expression.MakeRow(List<Expression> fields, _) ->
                    "row" + join(fields, ", ", columns);
            case Expression.Field(Expression input, int index, _) -> field(input, index, columns);
            case Expression.FieldOfEach(Expression input, _, _) -> of(input, columns);
            case Expression.OnlyOne(Expression value, _) -> of(value, columns);
            case Expression.Image(Expression input) -> "image(" + of(input, columns) + ")";
        };
    }

    private static String field(Expression input, int index, List<String> columns) {
        String name =
                input.type() instanceof SqlType.CompositeType(_, List<SqlType.Field> fields)
                        ? fields.get(index).name()
                        : String.valueOf(index + 1);
        return "(" + of(input, columns) + ")." + name;
    }

    private static String constant(Optional<Object> value) {
        return value.map(ExpressionText::constant).orElse("null");
    }

    private static String constant(Object value) {
        return switch (value) {
            case String text -> "'" + text.replace("'", "''") + "'";
            case SqlArray(List<SqlArray.Dimension> dimensions, List<@Nullable Object> elements)
                    when dimensions.size() < 2 ->
                    elements.stream()
                            .map(element -> constant(Optional.ofNullable(element)))
                            .collect(Collectors.joining(", ", "array[", "]"));
            default -> value.toString();
        };
    }

    private static String call(Call call, List<String> columns) {
        List<Expression> arguments = call.arguments();
        boolean operator =
                !call.name().isEmpty() && !Character.isJavaIdentifierStart(call.name().charAt(0));
        if (!operator) {
            return call.name() + join(arguments, ", ", columns);
        }
        return arguments.size() == 1
                ? "(" + call.name() + " " + of(arguments.getFirst(), columns) + ")"
                : join(arguments, " " + call.name() + " ", columns);
    }

    private static String searched(
            List<Branch> branches, Expression otherwise, List<String> columns) {
        return branches.stream()
                        .map(branch ->
                                "when "
                                        + of(branch.condition(), columns)
                                        + " then "
                                        + of(branch.result(), columns))
                        .collect(Collectors.joining(" ", "case ", ""))
                + " else "
                + of(otherwise, columns)
                + " end";
    }

    private static String join(
            List<? extends Expression> terms, String separator, List<String> columns) {
        return terms.stream()
                .map(term -> of(term, columns))
                .collect(Collectors.joining(separator, "(", ")"));
    }
}
