package io.pgtrickle.dataflow;

import io.pgtrickle.dataflow.aggregate.AggregateInput;
import io.pgtrickle.dataflow.expression.Compiler;
import io.pgtrickle.dataflow.expression.Evaluator;
import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.ExpressionText;
import io.pgtrickle.dataflow.plan.AggregateCall;
import io.pgtrickle.dataflow.plan.Explanation;
import io.pgtrickle.dataflow.plan.Plan;
import io.pgtrickle.dataflow.plan.Source;
import io.pgtrickle.model.ErrorCode;
import io.pgtrickle.model.PgtrickleException;
import io.pgtrickle.model.Row;
import io.pgtrickle.model.ZSet;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Which expression an error of a row came from, and which rows of the tables: looked for once the step has failed, by evaluating the
/// failed operator's expressions over each row of its input, and following the row down through the step's deltas.
final class FailedRow {

    /// Of an expression in a message.
    private static final int MAX_TEXT = 200;

    private static final SqlType UUID = new SqlType.ByteString(2950);

    private final Compiler compiler;
    private final PgtrickleException error;

    private FailedRow(Compiler compiler, PgtrickleException error) {
        this.compiler = compiler;
        this.error = error;
    }

    /// An operator in a step: its plan, what it has put out, and what it reads.
    interface Place {
        Plan plan();

        ZSet delta();

        List<? extends Place> below();
    }

    /// The error with what is known of its origin as its hint.
    static PgtrickleException explain(PgtrickleException error, Place failed, Compiler compiler) {
        if (error.code() != ErrorCode.ROW_ERROR || !error.hint().isEmpty()) {
            return error;
        }
        return new FailedRow(compiler, error)
                .origin(failed)
                .map(error::withHint)
                .orElseGet(() ->
                        error.withHint("It came up in " + Explanation.of(failed.plan()).name()));
    }

    private Optional<String> origin(Place failed) {
        List<? extends Place> below = failed.below();
        for (int i = 0; i < below.size(); i++) {
            Place input = below.get(i);
            for (Tried tried : expressions(failed.plan(), i, input.plan().types().size())) {
                Optional<Row> row = culprit(tried.evaluator(), input.delta());
                if (row.isPresent()) {
                    return Optional.of(describe(tried.expressions(), input, row.get()));
                }
            }
        }
        return Optional.empty();
    }

    private String describe(List<Expression> expressions, Place input, Row row) {
        List<String> names = Explanation.columnNames(input.plan());
        String text =
                expressions.stream()
                        .map(expression -> ExpressionText.of(expression, names))
                        .findFirst()
                        .orElse("");
        List<String> rows = rows(input, row);
        return "It came up in "
                + (text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) + "…" : text)
                + (rows.isEmpty() ? "" : ", for " + String.join(" and ", rows));
    }

    /// What an operator evaluates over the rows of one of its inputs.
    ///
    /// @param expressions that it is named by
    private record Tried(List<Expression> expressions, Evaluator evaluator) {}

    private List<Tried> expressions(Plan plan, int input, int width) {
        return switch (plan) {
            case Plan.Filter filter -> all(List.of(filter.predicate()));
            case Plan.Project project -> all(project.columns());
            case Plan.ProjectSet set ->
                    all(
                            set.functions().stream()
                                    .flatMap(function -> function.arguments().stream())
                                    .toList());
            case Plan.Join join -> {
                List<Expression> tried = new ArrayList<>();
                join.on().keys().forEach(key -> tried.add(input == 0 ? key.left() : key.right()));
                join.on()
                        .residual()
                        .filter(condition -> input == 0 && reads(condition, width))
                        .ifPresent(tried::add);
                yield all(tried);
            }
            case Plan.Aggregate aggregate -> {
                List<Tried> tried = new ArrayList<>(all(aggregate.keys()));
                for (AggregateCall call : aggregate.calls()) {
                    tried.addAll(all(call.clauses().filter().stream().toList()));
                    tried.add(call(call));
                }
                yield tried;
            }
            case Plan.Window window -> {
                List<Expression> tried = new ArrayList<>(window.partition());
                window.order().forEach(key -> tried.add(key.expression()));
                window.calls().forEach(call -> call.filter().ifPresent(tried::add));
                window.calls().forEach(call -> tried.addAll(call.arguments()));
                yield all(tried);
            }
            case Plan.TopK topK -> {
                List<Expression> tried = new ArrayList<>(topK.partition());
                topK.order().forEach(key -> tried.add(key.expression()));
                yield all(tried);
            }
            case Plan.Scan _,
                    Plan.Values _,
                    Plan.Distinct _,
                    Plan.Union _,
                    Plan.SetOperation _,
                    Plan.Recursive _,
                    Plan.WorkingTable _ ->
                    List.of();
        };
    }

    private List<Tried> all(List<Expression> expressions) {
        return expressions.stream()
                .map(expression -> new Tried(List.of(expression), compiler.evaluator(expression)))
                .toList();
    }

    private static Tried call(AggregateCall call) {
        AggregateInput input = new AggregateInput(call);
        return new Tried(call.arguments(), input::value);
    }

    private static boolean reads(Expression expression, int width) {
        return expression instanceof Expression.Column(int index, _)
                ? index < width
                : expression.parts().stream().allMatch(part -> reads(part, width));
    }

    /// The first row over which the evaluation fails as the step did.
    private Optional<Row> culprit(Evaluator evaluator, ZSet delta) {
        List<Row> found = new ArrayList<>();
        new PreparedRows(List.of(evaluator))
                .forEach(
                        delta,
                        (row, _) -> {
                            if (found.isEmpty() && fails(evaluator, row)) {
                                found.add(row);
                            }
                        });
        return found.stream().findFirst();
    }

    private boolean fails(Evaluator evaluator, Row row) {
        try {
            evaluator.evaluate(row);
            return false;
        } catch (PgtrickleException e) {
            return e.code() == ErrorCode.ROW_ERROR
                    && e.messageText().equals(error.messageText())
                    && e.sqlState().equals(error.sqlState());
        }
    }

    /// The rows of tables of which a row was made in this step, as far as they can be told.
    private List<String> rows(Place place, Row row) {
        List<? extends Place> below = place.below();
        return switch (place.plan()) {
            case Plan.Scan(Source source) -> List.of(name(source, row));
            case Plan.Filter _, Plan.TopK _, Plan.Distinct _ -> rows(below.getFirst(), row);
            case Plan.Project(_, List<Expression> columns) -> {
                List<Evaluator> evaluators = columns.stream().map(compiler::evaluator).toList();
                yield first(
                                below.getFirst().delta(),
                                candidate -> yields(evaluators, candidate, row))
                        .map(origin -> rows(below.getFirst(), origin))
                        .orElse(List.of());
            }
            case Plan.Window _, Plan.ProjectSet _ -> part(below.getFirst(), row, 0);
            case Plan.Join join -> {
                List<String> both = new ArrayList<>(part(below.get(0), row, 0));
                if (join.kind().hasRightColumns()) {
                    both.addAll(part(below.get(1), row, join.left().types().size()));
                }
                yield both;
            }
            case Plan.Union _ ->
                    below.stream()
                            .filter(input -> input.delta().weight(row) != 0)
                            .findFirst()
                            .map(input -> rows(input, row))
                            .orElse(List.of());
            case Plan.Values _,
                    Plan.Aggregate _,
                    Plan.SetOperation _,
                    Plan.Recursive _,
                    Plan.WorkingTable _ ->
                    List.of();
        };
    }

    private List<String> part(Place input, Row row, int from) {
        int width = input.plan().types().size();
        Row part = Row.of(IntStream.range(from, from + width).mapToObj(row::get).toArray());
        return input.delta().weight(part) == 0 ? List.of() : rows(input, part);
    }

    private static Optional<Row> first(ZSet delta, Predicate<Row> condition) {
        List<Row> found = new ArrayList<>();
        delta.forEach((row, _) -> {
            if (found.isEmpty() && condition.test(row)) {
                found.add(row);
            }
        });
        return found.stream().findFirst();
    }

    private static boolean yields(List<Evaluator> columns, Row input, Row output) {
        for (int i = 0; i < columns.size(); i++) {
            try {
                if (!Objects.equals(columns.get(i).evaluate(input), output.get(i))) {
                    return false;
                }
            } catch (PgtrickleException e) {
                if (e.code() != ErrorCode.ROW_ERROR) {
                    throw e;
                }
                return false;
            }
        }
        return true;
    }

    private static String name(Source source, Row row) {
        List<Integer> columns =
                switch (source.identity()) {
                    case Source.Identity.Key(List<Integer> key) -> key;
                    case Source.Identity.WholeRow _ ->
                            IntStream.range(0, source.columns().size()).boxed().toList();
                };
        List<String> cells = new ArrayList<>();
        for (int column : columns) {
            Source.SourceColumn named = source.columns().get(column);
            cells.add(named.name() + " = " + value(named.type(), row.get(column)));
        }
        return "the row of \""
                + source.schema()
                + "\".\""
                + source.name()
                + "\" with "
                + String.join(", ", cells);
    }

    private static String value(SqlType type, @Nullable Object value) {
        return switch (value) {
            case null -> "NULL";
            case String text -> "'" + text.replace("'", "''") + "'";
            default ->
                    type.equals(UUID)
                            ? "'" + value.toString().substring(2) + "'"
                            : value.toString();
        };
    }
}
