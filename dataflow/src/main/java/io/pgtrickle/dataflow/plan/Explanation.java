package io.pgtrickle.dataflow.plan;

import io.pgtrickle.dataflow.expression.Expression;
import io.pgtrickle.dataflow.expression.ExpressionText;
import io.pgtrickle.dataflow.plan.Plan.AggregateCall;
import io.pgtrickle.dataflow.plan.Plan.EquiKey;
import io.pgtrickle.dataflow.plan.Plan.JoinCondition;
import io.pgtrickle.model.type.SqlType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A plan in words: what is computed by which keys, how it is kept fresh, and what state that takes.
public final class Explanation {

    private Explanation() {}

    /// One operator in words.
    ///
    /// @param name its kind, and for a scan the table
    /// @param keys what its state is partitioned by; empty where it has none
    /// @param strategy the cost of a change and the state kept
    public record Line(String name, String keys, String strategy) {

        @Override
        public String toString() {
            return name + (keys.isEmpty() ? "" : " by " + keys) + ": " + strategy;
        }
    }

    /// One line an operator, readers before their inputs, inputs indented by two blanks. A sub-plan that is equal to an earlier one is not kept
    /// twice: it says so and isn't spelled out again.
    public static List<String> lines(Plan plan) {
        List<String> lines = new ArrayList<>();
        append(plan, 0, new HashMap<>(), lines);
        return lines;
    }

    private static void append(Plan plan, int depth, Map<Plan, Integer> seen, List<String> lines) {
        String indent = "  ".repeat(depth);
        Integer earlier = seen.putIfAbsent(plan, lines.size() + 1);
        if (earlier != null) {
            lines.add(indent + of(plan).name() + ": shared with line " + earlier);
            return;
        }
        lines.add(indent + of(plan));
        plan.inputs().forEach(input -> append(input, depth + 1, seen, lines));
    }

    /// The operator at the top of a plan.
    public static Line of(Plan plan) {
        return switch (plan) {
            case Plan.Scan(Source source) -> scan(source);
            case Plan.Filter(Plan input, Expression predicate) ->
                    new Line(
                            "filter " + ExpressionText.of(predicate, names(input)),
                            "",
                            "linear, no state");
            case Plan.Project(Plan input, List<Expression> columns) ->
                    new Line("project " + list(columns, names(input)), "", "linear, no state");
            case Plan.Join(Plan left, Plan right, JoinCondition on) -> join(left, right, on);
            case Plan.Aggregate(Plan input, List<Expression> keys, List<AggregateCall> calls) ->
                    aggregate(names(input), keys, calls);
        };
    }

    private static Line scan(Source source) {
        String name = "scan " + source.schema() + "." + source.name();
        return switch (source.identity()) {
            case Source.Identity.Key(List<Integer> columns) ->
                    new Line(
                            name,
                            columns.stream()
                                    .map(column -> source.columns().get(column).name())
                                    .collect(Collectors.joining(", ")),
                            "one look-up a change, keeps the needed columns of each row by key");
            case Source.Identity.WholeRow _ ->
                    new Line(
                            name,
                            "",
                            "one look-up a change, keeps the needed columns of each row with its count");
        };
    }

    private static Line join(Plan left, Plan right, JoinCondition on) {
        List<String> both = Stream.concat(names(left).stream(), names(right).stream()).toList();
        String residual =
                on.residual()
                        .map(condition -> " where " + ExpressionText.of(condition, both))
                        .orElse("");
        if (on.keys().isEmpty()) {
            return new Line(
                    "cross join" + residual,
                    "",
                    "every pair of rows is looked at, keeps both sides");
        }
        String keys =
                on.keys().stream()
                        .map((EquiKey key) ->
                                ExpressionText.of(key.left(), names(left))
                                        + " = "
                                        + ExpressionText.of(key.right(), names(right)))
                        .collect(Collectors.joining(", "));
        return new Line("join" + residual, keys, "one scan a changed key, keeps both sides by key");
    }

    private static Line aggregate(
            List<String> names, List<Expression> keys, List<AggregateCall> calls) {
        StringBuilder strategy =
                new StringBuilder("one read and write a touched group, keeps totals of each group");
        if (calls.stream().anyMatch(Plan.AggregateCall::keepsValues)) {
            strategy.append(" and its values in order");
        }
        if (!keys.stream().map(Expression::type).allMatch(SqlType::equalMeansSameImage)) {
            strategy.append(" and the images of its key");
        }
        String name =
                "aggregate "
                        + calls.stream()
                                .map(call -> call(call, names))
                                .collect(Collectors.joining(", "));
        return new Line(name.strip(), list(keys, names), strategy.toString());
    }

    private static String call(AggregateCall call, List<String> names) {
        return call.function().name().toLowerCase(Locale.ROOT)
                + "("
                + (call.distinct() ? "distinct " : "")
                + call.argument().map(argument -> ExpressionText.of(argument, names)).orElse("*")
                + ")"
                + call.filter()
                        .map(filter -> " filter (where " + ExpressionText.of(filter, names) + ")")
                        .orElse("");
    }

    private static String list(List<Expression> expressions, List<String> names) {
        return expressions.stream()
                .map(expression -> ExpressionText.of(expression, names))
                .collect(Collectors.joining(", "));
    }

    /// What to call the columns of a plan's rows: as the table does, where they come from one, else by their expression.
    private static List<String> names(Plan plan) {
        return switch (plan) {
            case Plan.Scan(Source source) ->
                    source.columns().stream()
                            .map(column -> source.name() + "." + column.name())
                            .toList();
            case Plan.Filter(Plan input, _) -> names(input);
            case Plan.Project(Plan input, List<Expression> columns) ->
                    texts(columns.stream(), names(input));
            case Plan.Join(Plan left, Plan right, _) ->
                    Stream.concat(names(left).stream(), names(right).stream()).toList();
            case Plan.Aggregate(Plan input, List<Expression> keys, List<AggregateCall> calls) ->
                    Stream.concat(
                                    texts(keys.stream(), names(input)).stream(),
                                    calls.stream().map(call -> call(call, names(input))))
                            .toList();
        };
    }

    private static List<String> texts(Stream<Expression> expressions, List<String> names) {
        return expressions.map(expression -> ExpressionText.of(expression, names)).toList();
    }
}
