package io.pgtrickle.dataflow.expression;

import io.pgtrickle.dataflow.expression.Expression.Branch;
import io.pgtrickle.dataflow.expression.Expression.Call;
import io.pgtrickle.dataflow.order.Labelling;
import io.pgtrickle.dataflow.order.OrderDictionaries;
import io.pgtrickle.dataflow.order.ServerOrder;
import io.pgtrickle.model.Bytes;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.SqlArray;
import io.pgtrickle.model.type.ByteWriter;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One run of the compiler.
final class Compilation {

    private final RemoteCache remote;
    private final OrderDictionaries dictionaries;
    private final List<Preparable> calls;

    /// @param calls gets the parts that are evaluated in PostgreSQL, inner ones before those that they are arguments of
    Compilation(RemoteCache remote, OrderDictionaries dictionaries, List<Preparable> calls) {
        this.remote = remote;
        this.dictionaries = dictionaries;
        this.calls = calls;
    }

    Evaluator compile(Expression expression) {
        return switch (expression) {
            case Expression.Column(int index, _) -> row -> row.get(index);
            case Expression.Constant(Object value, _) -> _ -> value;
            case Call call -> call(call);
            case Expression.Remote call -> remote(call);
            case Expression.Relabel(Expression input, _) -> compile(input);
            case Expression.Label label -> label(label);
            case Expression.Unlabel(Expression input, _) -> unlabel(input.type(), compile(input));
            case Expression.And(List<Expression> terms) -> junction(terms, false);
            case Expression.Or(List<Expression> terms) -> junction(terms, true);
            case Expression.Not(Expression input) -> not(compile(input));
            case Expression.IsNull(Expression input, boolean negated) ->
                    isNull(compile(input), negated);
            case Expression.BooleanTest(
                            Expression input,
                            Optional<Boolean> tested,
                            boolean negated) ->
                    booleanTest(compile(input), tested.orElse(null), negated);
            case Expression.IsDistinct(Call equality) -> isDistinct(equality);
            case Expression.NullIf(Call equality, _) -> nullIf(equality);
            case Expression.Case(List<Branch> branches, Expression otherwise, _) ->
                    searched(branches, otherwise);
            case Expression.Coalesce(List<Expression> terms, _) -> coalesce(all(terms));
            case Expression.Extreme(boolean greatest, List<Expression> terms, SqlType type) ->
                    extreme(greatest ? 1 : -1, all(terms), type);
            case Expression.Quantified(boolean conjunction, List<Call> comparisons) ->
                    junction(comparisons, !conjunction);
            case Expression.MakeRow(List<Expression> fields, _) ->
                    new RemoteArguments(all(fields))::of;
            case Expression.Field(Expression input, int index, _) -> field(compile(input), index);
            case Expression.FieldOfEach(Expression input, int index, _) ->
                    fieldOfEach(compile(input), index);
            case Expression.OnlyOne(Expression value, Expression count) ->
                    onlyOne(compile(value), compile(count));
            case Expression.Image(Expression input) -> image(compile(input), input.type());
        };
    }

    private Evaluator[] all(List<? extends Expression> expressions) {
        return expressions.stream().map(this::compile).toArray(Evaluator[]::new);
    }

    private Evaluator call(Call call) {
        Evaluator[] arguments = all(call.arguments());
        return switch (function(call)) {
            case NativeFunction.Unary unary -> {
                Evaluator argument = arguments[0];
                yield row -> {
                    Object a = argument.evaluate(row);
                    return a == null ? null : unary.apply(a);
                };
            }
            case NativeFunction.Binary binary -> {
                Evaluator first = arguments[0];
                Evaluator second = arguments[1];
                yield row -> {
                    Object a = first.evaluate(row);
                    Object b = second.evaluate(row);
                    return a == null || b == null ? null : binary.apply(a, b);
                };
            }
            case NativeFunction.Ternary ternary -> ternary(ternary, arguments);
        };
    }

    private Evaluator remote(Expression.Remote call) {
        RemoteEvaluator evaluator = new RemoteEvaluator(remote, call.call(), all(call.arguments()));
        calls.add(evaluator);
        return evaluator;
    }

    private Evaluator label(Expression.Label label) {
        LabelEvaluator evaluator =
                new LabelEvaluator(
                        compile(label.input()),
                        label.type(),
                        label.orders().stream()
                                .collect(
                                        Collectors.toMap(
                                                ServerOrder::type, dictionaries::dictionary)));
        calls.add(evaluator);
        return evaluator;
    }

    private static Evaluator unlabel(SqlType labelled, Evaluator input) {
        return row -> {
            Object value = input.evaluate(row);
            return value == null ? null : Labelling.unlabelled(labelled, value);
        };
    }

    private static Evaluator ternary(NativeFunction.Ternary function, Evaluator[] arguments) {
        return row -> {
            Object a = arguments[0].evaluate(row);
            Object b = arguments[1].evaluate(row);
            Object c = arguments[2].evaluate(row);
            return a == null || b == null || c == null ? null : function.apply(a, b, c);
        };
    }

    private static NativeFunction function(Call call) {
        return NativeFunctions.find(
                        call.functionOid(),
                        call.collation(),
                        call.arguments().stream().map(Expression::type).toList())
                .orElseThrow(() ->
                        PgtrickleException.of(
                                ErrorCode.UNSUPPORTED_FUNCTION,
                                "function \""
                                        + call.name()
                                        + "\" (oid "
                                        + call.functionOid()
                                        + ") is not supported"));
    }

    private static NativeFunction.Binary equality(Call call) {
        if (function(call) instanceof NativeFunction.Binary binary) {
            return binary;
        }
        throw PgtrickleException.of(
                ErrorCode.INTERNAL, "\"" + call.name() + "\" is not an equality");
    }

    /// AND and OR: the first term that decides ends the evaluation; otherwise NULL if any term was NULL.
    ///
    /// @param decisive true for OR, false for AND
    private Evaluator junction(List<? extends Expression> expressions, boolean decisive) {
        Evaluator[] terms = all(expressions);
        return row -> {
            boolean unknown = false;
            for (Evaluator term : terms) {
                Object value = term.evaluate(row);
                if (value == null) {
                    unknown = true;
                } else if ((Boolean) value == decisive) {
                    return decisive;
                }
            }
            return unknown ? null : (Object) !decisive;
        };
    }

    private static Evaluator field(Evaluator input, int index) {
        return row -> input.evaluate(row) instanceof Row composite ? composite.get(index) : null;
    }

    private static Evaluator onlyOne(Evaluator value, Evaluator count) {
        return row -> {
            if (count.evaluate(row) instanceof Long rows && rows > 1) {
                throw RowErrors.of(
                        "21000", "more than one row returned by a subquery used as an expression");
            }
            return value.evaluate(row);
        };
    }

    private static Evaluator image(Evaluator input, SqlType type) {
        return row -> {
            Object value = input.evaluate(row);
            if (value == null) {
                return null;
            }
            ByteWriter image = new ByteWriter();
            type.encode(value, image);
            return Bytes.of(image.toByteArray());
        };
    }

    private static Evaluator fieldOfEach(Evaluator input, int index) {
        return row -> {
            if (!(input.evaluate(row) instanceof SqlArray array)) {
                return null;
            }
            List<@Nullable Object> cells = new ArrayList<>();
            for (Object element : array.elements()) {
                cells.add(element instanceof Row composite ? composite.get(index) : null);
            }
            return new SqlArray(array.dimensions(), cells);
        };
    }

    private static Evaluator not(Evaluator input) {
        return row -> {
            Object value = input.evaluate(row);
            return value == null ? null : (Object) !((Boolean) value);
        };
    }

    private static Evaluator isNull(Evaluator input, boolean negated) {
        return row -> (input.evaluate(row) == null) != negated;
    }

    private static Evaluator booleanTest(
            Evaluator input, @Nullable Boolean tested, boolean negated) {
        return row -> {
            Object value = input.evaluate(row);
            return (tested == null ? value == null : tested.equals(value)) != negated;
        };
    }

    private Evaluator isDistinct(Call call) {
        NativeFunction.Binary equality = equality(call);
        Evaluator[] sides = all(call.arguments());
        return row -> {
            Object a = sides[0].evaluate(row);
            Object b = sides[1].evaluate(row);
            if (a == null || b == null) {
                return (a == null) != (b == null);
            }
            return Boolean.FALSE.equals(equality.apply(a, b));
        };
    }

    private Evaluator nullIf(Call call) {
        NativeFunction.Binary equality = equality(call);
        Evaluator[] sides = all(call.arguments());
        return row -> {
            Object a = sides[0].evaluate(row);
            Object b = sides[1].evaluate(row);
            return a != null && b != null && Boolean.TRUE.equals(equality.apply(a, b)) ? null : a;
        };
    }

    private Evaluator searched(List<Branch> branches, Expression otherwise) {
        Evaluator[] conditions = all(branches.stream().map(Branch::condition).toList());
        Evaluator[] results = all(branches.stream().map(Branch::result).toList());
        Evaluator last = compile(otherwise);
        return row -> {
            for (int i = 0; i < conditions.length; i++) {
                if (Boolean.TRUE.equals(conditions[i].evaluate(row))) {
                    return results[i].evaluate(row);
                }
            }
            return last.evaluate(row);
        };
    }

    private static Evaluator coalesce(Evaluator[] terms) {
        return row -> {
            for (Evaluator term : terms) {
                Object value = term.evaluate(row);
                if (value != null) {
                    return value;
                }
            }
            return null;
        };
    }

    private static Evaluator extreme(int sign, Evaluator[] terms, SqlType type) {
        return row -> {
            Object best = null;
            for (Evaluator term : terms) {
                Object value = term.evaluate(row);
                // of equal values the first stays, as in PostgreSQL
                if (value != null && (best == null || sign * type.compare(value, best) > 0)) {
                    best = value;
                }
            }
            return best;
        };
    }
}
